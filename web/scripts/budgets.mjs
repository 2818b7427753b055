// Weighs what a browser must fetch for each route, gzipped, and holds it against budgets.json.
// Run after `npm run build`. Exits 1 and names the route when one is too heavy.
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const web = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const built = path.join(web, '..', 'build', 'web')
const kit = path.join(web, '.svelte-kit')

function read(...parts) {
  const file = path.join(...parts)
  if (!existsSync(file)) {
    console.error(`${file} is missing: run npm run build first`)
    process.exit(1)
  }
  return readFileSync(file, 'utf8')
}

const manifest = JSON.parse(read(kit, 'output/client/.vite/manifest.json'))
const budgets = JSON.parse(read(web, 'budgets.json'))
const weights = new Map()

/** Gzipped bytes of one built file. */
function weigh(file) {
  if (!weights.has(file))
    weights.set(file, gzipSync(readFileSync(path.join(built, file)), { level: 9 }).length)
  return weights.get(file)
}

function sum(files) {
  return [...files].reduce((total, file) => total + weigh(file), 0)
}

/** The script and style files that a manifest entry brings with it, by static imports alone. */
function reach(key, found = { js: new Set(), css: new Set() }) {
  const entry = manifest[key]
  if (!entry || found.js.has(entry.file)) return found
  found.js.add(entry.file)
  for (const file of entry.css ?? []) found.css.add(file)
  for (const next of entry.imports ?? []) reach(next, found)
  return found
}

// Kit numbers its nodes; each node's file says which layout or page it stands for.
function componentOf(key) {
  const source = manifest[key].src ?? key
  const file = path.join(web, source)
  if (!existsSync(file)) return undefined
  return /from "(?:\.\.\/)+src\/routes\/(.*)"|routes\/([^"']*\+(?:page|layout)\.svelte)/.exec(
    readFileSync(file, 'utf8'),
  )
}

function routes() {
  const pages = []
  for (const key of Object.keys(manifest)) {
    const match = /nodes\/\d+\.js$/.test(key) ? componentOf(key) : undefined
    const component = match?.[1] ?? match?.[2]
    if (component) pages.push({ key, component })
  }
  return pages
}

function keyOf(pattern) {
  return Object.keys(manifest).find((key) => pattern.test(key))
}

const shared = { js: new Set(), css: new Set() }
reach(keyOf(/runtime\/client\/entry\.js$|entry\/start/), shared)
reach(keyOf(/generated\/.*client.*app\.js$|entry\/app/), shared)

const nodes = routes()
const layouts = nodes.filter(({ component }) => component.includes('+layout'))
const pages = nodes.filter(({ component }) => component.includes('+page'))

function measure({ key, component }) {
  const found = { js: new Set(shared.js), css: new Set(shared.css) }
  const folder = path.dirname(component)
  for (const layout of layouts) {
    const above = path.dirname(layout.component)
    if (above === '.' || folder === above || folder.startsWith(`${above}/`))
      reach(layout.key, found)
  }
  reach(key, found)
  const route = `/${folder === '.' ? '' : folder}`
  const limit = budgets.js[route] ?? budgets.js['*']
  return { route, js: sum(found.js), css: sum(found.css), limit }
}

/** Every word of the heaviest language. */
function heaviestLanguage() {
  const byLocale = new Map()
  for (const [key, entry] of Object.entries(manifest)) {
    const locale = /lib\/words\/([a-z-]+)\/[a-z-]+\.ts$/.exec(key)?.[1]
    if (locale) byLocale.set(locale, (byLocale.get(locale) ?? 0) + weigh(entry.file))
  }
  return Math.max(0, ...byLocale.values())
}

function kilobytes(bytes) {
  return `${(bytes / 1024).toFixed(1)} KB`
}

const measured = pages.map(measure).sort((a, b) => a.route.localeCompare(b.route))
if (measured.length === 0) {
  console.error('No route was found in the build: budgets.mjs no longer understands its manifest')
  process.exit(1)
}
const failures = []
for (const { route, js, css, limit } of measured) {
  console.log(
    `${route.padEnd(28)} js ${kilobytes(js).padStart(9)} of ${limit} KB   css ${kilobytes(css).padStart(8)}`,
  )
  if (js > limit * 1024)
    failures.push(`${route} needs ${kilobytes(js)} of script, its budget is ${limit} KB`)
  if (css > budgets.css * 1024)
    failures.push(`${route} needs ${kilobytes(css)} of style, the budget is ${budgets.css} KB`)
}
const words = heaviestLanguage()
console.log(
  `${'one language, all areas'.padEnd(28)}    ${kilobytes(words).padStart(9)} of ${budgets.words} KB`,
)
if (words > budgets.words * 1024)
  failures.push(`One language weighs ${kilobytes(words)}, the budget is ${budgets.words} KB`)

for (const failure of failures) console.error(failure)
process.exit(failures.length > 0 ? 1 : 0)
