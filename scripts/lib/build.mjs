// Builds the pages when what they are made from has changed since the last build.

import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { step } from './progress.mjs'
import { ROOT } from './project.mjs'
import { npm, runQuietly } from './run.mjs'

const SOURCES = ['web', 'contract', 'package.json', 'package-lock.json']
const MADE_ELSEWHERE = new Set(['node_modules', '.svelte-kit'])
const STAMP = join(ROOT, 'build', '.made-from')

/** Builds if needed. Throws Trouble with the end of the build's output when it fails. */
export async function buildPages() {
  const sources = hashOfSources()
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === sources) {
    return
  }
  await step('Building the pages', async () => {
    const [program, ...args] = npm()
    await runQuietly(program, [...args, 'run', 'build'], {
      advice: 'The pages could not be built.',
    })
  })
  writeFileSync(STAMP, sources)
}

/** By content, not by time: a fresh clone and a switched branch have whatever times they like. */
function hashOfSources() {
  const hash = createHash('sha256')
  for (const path of SOURCES.flatMap((name) => filesIn(join(ROOT, name)))) {
    hash
      .update(`${relative(ROOT, path)}\0`)
      .update(readFileSync(path))
      .update('\0')
  }
  return hash.digest('hex')
}

/** All files below, in the same order everywhere, without tests, which no page is made from. */
function filesIn(path) {
  if (!statSync(path).isDirectory()) {
    return path.endsWith('.test.ts') ? [] : [path]
  }
  const names = readdirSync(path).filter((name) => !MADE_ELSEWHERE.has(name))
  return names.sort().flatMap((name) => filesIn(join(path, name)))
}
