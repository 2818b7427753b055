// Which modules travel together. Left to itself the bundler makes a file of whatever the same pages
// share, however small: dozens of requests for a page, of which each compresses badly. So there is one
// file of what every page needs, one of what the pages for those who are not signed in share with the
// pages inside the frame, one for each of these two alone, and small ones of what the frame shares with
// but a few of the first. What most pages need comes with all: it is less than what many files cost.
import type { Plugin, Rolldown } from 'vite'

type Graph = Pick<Rolldown.PluginContext, 'getModuleInfo'>
type Modules = ReadonlySet<string>

const PART = /\/src\/routes\/((?:.*\/)?)\+(page|layout)\.(?:svelte|ts)$/
const PAGE = /\+page\.svelte$/
/** The pages that show how our own parts look are nobody's. */
const OURS = /^dev\//
const OUTSIDE = /^(?:(?:sign-in|welcome|invitation|forgot|reset|confirm-email|revert-email)\/)?$/

const CONTRACT = /\/contract\/[\w-]+\.ts$/
/** Of code. */
const LARGE = 3_000

/** What each of some pages needs. */
interface Needs {
  /** With all that is named. */
  all: readonly Modules[]
  /** Without what but the contract's own parts name, most of which is left out: see bare-contract.ts. */
  bare: readonly Modules[]
}

interface Everybody {
  everywhere: Modules
  /** Of those who are not signed in. */
  outside: Needs
  inside: Needs
}

export function travelTogether(): Plugin {
  const ids = new Set<string>()
  let everybody: Everybody | undefined
  // A module goes with the first that takes it, and so does what it cannot do without.
  const group = (
    priority: number,
    nameOf: (id: string, of: Everybody, graph: Graph) => string | null,
  ) => ({
    priority,
    name: (id: string, graph: Graph) => {
      everybody ??= needsOf(ids, graph)
      return nameOf(id, everybody, graph)
    },
  })
  const groups: Rolldown.CodeSplittingGroup[] = [
    group(4, (id, { everywhere }) => (everywhere.has(id) ? 'everywhere' : null)),
    group(3, (id, { outside, inside }) =>
      share(id, outside.bare) >= 0.5 && share(id, inside.bare) >= 0.5 ? 'shared' : null,
    ),
    group(2, (id, { outside }) => (share(id, outside.bare) > 0.75 ? 'outside' : null)),
    group(1, (id, { outside, inside }) => {
      const few = outside.all.flatMap((page, at) => (page.has(id) ? [at] : []))
      return few.length > 0 && share(id, inside.all) >= 0.5 ? `also-${few.join('-')}` : null
    }),
    group(0, (id, { inside }, graph) =>
      share(id, inside.bare) >= (isLarge(id, graph) ? 0.8 : 0.5) ? 'frame' : null,
    ),
  ]
  return {
    name: 'travel-together',
    apply: 'build',
    configEnvironment(environment) {
      if (environment !== 'client') return
      return { build: { rolldownOptions: { output: { codeSplitting: { groups } } } } }
    },
    moduleParsed({ id }) {
      ids.add(id)
    },
  }
}

/** What nobody should bring along who has no use for it. */
function isLarge(id: string, graph: Graph): boolean {
  return (graph.getModuleInfo(id)?.code?.length ?? 0) > LARGE
}

function share(id: string, pages: readonly Modules[]): number {
  return pages.filter((page) => page.has(id)).length / pages.length
}

/** Throws where there are no pages of a kind. */
function needsOf(ids: Modules, graph: Graph): Everybody {
  const parts = [...ids].flatMap((id) => {
    const [, folder, kind] = PART.exec(id) ?? []
    return folder === undefined ? [] : [{ id, folder, isLayout: kind === 'layout' }]
  })
  const around = (page: string) =>
    parts
      .filter(({ folder, isLayout }) => (isLayout ? page.startsWith(folder) : page === folder))
      .map(({ id }) => id)
  const of = (pages: readonly string[]): Needs => {
    if (pages.length === 0) throw new Error('There are no pages inside the frame, or none outside')
    return {
      all: pages.map((page) => neededBy(around(page), graph)),
      bare: pages.map((page) => neededBy(around(page), graph, true)),
    }
  }
  const pages = parts
    .filter(({ id, folder }) => PAGE.test(id) && !OURS.test(folder))
    .map(({ folder }) => folder)
  const root = parts.filter(({ folder, isLayout }) => isLayout && folder === '')
  return {
    everywhere: neededBy(
      root.map(({ id }) => id),
      graph,
    ),
    outside: of(pages.filter((folder) => OUTSIDE.test(folder))),
    inside: of(pages.filter((folder) => !OUTSIDE.test(folder))),
  }
}

/** These modules, and whatever they cannot do without. */
function neededBy(roots: readonly string[], graph: Graph, isBare = false): Modules {
  const left = [...roots]
  const needed = new Set<string>()
  for (let id = left.pop(); id !== undefined; id = left.pop()) {
    if (needed.has(id)) continue
    needed.add(id)
    if (isBare && CONTRACT.test(id)) continue
    left.push(...(graph.getModuleInfo(id)?.importedIds ?? []))
  }
  return needed
}
