// Fails when the widget has grown over its budgets. Sizes are bytes after gzip -9, exact and the
// same on every machine. "Opened" is all that must load before the first message can be sent: the
// page's script, what it imports, and one language; the live connection is fetched while that
// message is on its way.
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const KB = 1024
const folder = fileURLToPath(new URL('../../build/widget', import.meta.url))
const assets = await readdir(path.join(folder, 'assets'))
const named = (pattern) =>
  assets.filter((name) => pattern.test(name)).map((name) => `assets/${name}`)

async function gzipped(file) {
  return gzipSync(await readFile(path.join(folder, file)), { level: 9 }).length
}
async function total(files) {
  if (files.length === 0) throw new Error('A part of the widget was not built')
  return (await Promise.all(files.map(gzipped))).reduce((sum, size) => sum + size, 0)
}

/** The scripts that the page itself names, with what they import before they run. */
async function scriptsOf(page) {
  const found = new Set()
  const visit = async (file) => {
    if (found.has(file)) return
    found.add(file)
    const code = await readFile(path.join(folder, file), 'utf8')
    for (const [, name] of code.matchAll(/\bfrom\s*["'`]\.\/([\w-]+\.js)["'`]/g))
      await visit(`assets/${name}`)
    for (const [, name] of code.matchAll(/\bimport\s*["'`]\.\/([\w-]+\.js)["'`]/g))
      await visit(`assets/${name}`)
  }
  const html = await readFile(path.join(folder, page), 'utf8')
  for (const [, name] of html.matchAll(/(?:src|href)="\/widget\/(assets\/[\w-]+\.js)"/g))
    await visit(name)
  return [...found]
}

const opened = await scriptsOf('frame.html')
const language = Math.max(...(await Promise.all(named(/^(en|nl)-.*\.js$/).map(gzipped))))
const budgets = [
  ['loader', await gzipped('loader.js'), 3 * KB],
  ['frame, opened', (await total(opened)) + language, 35 * KB],
  ['frame, live connection', await total(named(/^wire-.*\.js$/)), 12 * KB],
  ['frame, style', await total(named(/^frame-.*\.css$/)), 4 * KB],
]
for (const [name, size, most] of budgets) {
  const mark = size <= most ? 'ok  ' : 'OVER'
  console.log(`${mark} ${name.padEnd(24)} ${String(size).padStart(6)} of ${most}`)
}
if (budgets.some(([, size, most]) => size > most)) process.exitCode = 1
