// What a browser must fetch for each page of the build, gzipped: its script and style by static imports,
// and the words that its loads ask for.
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { Budgets } from '../budgets.ts'
import { wordsNeeded } from './words-needed.ts'

const web = fileURLToPath(new URL('../', import.meta.url))
const routes = path.join(web, 'src/routes')
const built = path.join(web, '../build/web')
const MANIFEST = path.join(web, '.svelte-kit/output/client/.vite/manifest.json')

/** Bytes of what the page `/route` needs. */
export interface Weight {
  route: string
  script: number
  style: number
  words: number
}

interface Entry {
  file: string
  css?: string[]
  imports?: string[]
}
type Manifest = Readonly<Record<string, Entry>>

/** A layout or a page: where it lies, and the entry that stands for it in the manifest. */
interface Node {
  key: string
  folder: string
  isPage: boolean
}

/** Weighs every page, by name. Throws where there is no build, or none that this understands. */
export function weighPages(): Weight[] {
  if (!existsSync(MANIFEST)) throw new Error(`${MANIFEST} is missing: run npm run build first`)
  const manifest = JSON.parse(readFileSync(MANIFEST, 'utf8')) as Manifest
  const nodes = Object.keys(manifest).flatMap((key) => nodeOf(key))
  const pages = nodes.filter(({ isPage }) => isPage)
  if (pages.length === 0) throw new Error('No page was found in the manifest of the build')
  const every = [/runtime\/client\/entry\.js$/, /generated\/.*client.*app\.js$/].map((name) =>
    only(manifest, name),
  )
  return pages
    .map((page) => weighPage(manifest, every, around(nodes, page), page))
    .sort((a, b) => a.route.localeCompare(b.route))
}

// Kit numbers its nodes; the file of each says for which layout or page it stands.
function nodeOf(key: string): Node[] {
  const file = path.join(web, key)
  if (!/nodes\/\d+\.js$/.test(key) || !existsSync(file)) return []
  const code = readFileSync(file, 'utf8')
  const [, folder = '', kind] = /src\/routes\/(.*?)\/?\+(page|layout)\.svelte/.exec(code) ?? []
  return kind === undefined ? [] : [{ key, folder, isPage: kind === 'page' }]
}

function only(manifest: Manifest, name: RegExp): string {
  const key = Object.keys(manifest).find((one) => name.test(one))
  if (key === undefined) throw new Error(`Nothing in the manifest of the build is called ${name}`)
  return key
}

/** The page and the layouts around it. */
function around(nodes: readonly Node[], page: Node): Node[] {
  return nodes.filter(({ folder, isPage }) =>
    isPage ? folder === page.folder : `${page.folder}/`.startsWith(folder && `${folder}/`),
  )
}

function weighPage(
  manifest: Manifest,
  every: readonly string[],
  nodes: readonly Node[],
  { folder }: Node,
): Weight {
  const found = { script: new Set<string>(), style: new Set<string>() }
  for (const key of [...every, ...nodes.map(({ key }) => key)]) reach(manifest, key, found)
  const loads = nodes.map(({ folder: at, isPage }) =>
    path.join(routes, at, isPage ? '+page.ts' : '+layout.ts'),
  )
  const words = wordsNeeded(loads)
  return {
    route: `/${folder}`,
    script: sum(found.script),
    style: sum(found.style),
    words: Math.max(...localesOf(manifest).map((locale) => weighWords(manifest, locale, words))),
  }
}

/** What a manifest's entry brings with it. */
function reach(manifest: Manifest, key: string, found: Record<'script' | 'style', Set<string>>) {
  const entry = manifest[key]
  if (!entry || found.script.has(entry.file)) return
  found.script.add(entry.file)
  for (const file of entry.css ?? []) found.style.add(file)
  for (const next of entry.imports ?? []) reach(manifest, next, found)
}

function localesOf(manifest: Manifest): string[] {
  const names = Object.keys(manifest).map((key) => /lib\/words\/([\w-]+)\//.exec(key)?.[1])
  return [...new Set(names.filter((name) => name !== undefined))]
}

function weighWords(manifest: Manifest, locale: string, areas: readonly string[]): number {
  return sum(
    areas.map((area) => {
      const entry = manifest[`src/lib/words/${locale}/${area}.ts`]
      if (!entry) throw new Error(`The build has no file of the words ${locale}/${area}`)
      return entry.file
    }),
  )
}

const weights = new Map<string, number>()

function sum(files: Iterable<string>): number {
  return [...files].reduce((total, file) => total + weigh(file), 0)
}

function weigh(file: string): number {
  const known = weights.get(file)
  if (known !== undefined) return known
  const weight = gzipSync(readFileSync(path.join(built, file)), { level: 9 }).length
  weights.set(file, weight)
  return weight
}

/** What is too heavy, in words: which page, of what, how much and how much it may be. */
export function tooHeavy(pages: readonly Weight[], { script, style, words }: Budgets): string[] {
  return pages.flatMap((page) => {
    const limits = { script: script[page.route] ?? script['*'], style, words }
    return (['script', 'style', 'words'] as const)
      .filter((of) => page[of] > limits[of] * 1024)
      .map(
        (of) => `${page.route} needs ${kilobytes(page[of])} of ${of}, it may have ${limits[of]} KB`,
      )
  })
}

export function kilobytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KB`
}
