// Which modules travel together. Left to itself the bundler makes a file of whatever the same pages
// share, however small: dozens of requests for a page, of which each compresses badly. So there is one
// file of what every page needs, one of what the pages for those who are not signed in share with the
// frame around all others, and one of whatever else is in the frame.
import type { Plugin, Rolldown } from 'vite'

type Graph = Pick<Rolldown.PluginContext, 'getModuleInfo'>
type Modules = ReadonlySet<string>

const OUTSIDE =
  '(?:(?:sign-in|welcome|invitation|forgot|reset|confirm-email|revert-email)/)?\\+page\\.svelte$'
const ROOTS = {
  everywhere: /\/src\/routes\/\+layout\.(?:svelte|ts)$/,
  outside: new RegExp(`/src/routes/${OUTSIDE}`),
  frame: /\/src\/lib\/shell\/AppFrame\.svelte$/,
}

export function travelTogether(): Plugin {
  const ids = new Set<string>()
  let needed: Record<keyof typeof ROOTS, Modules> | undefined
  const look = (graph: Graph) => {
    needed ??= {
      everywhere: neededBy(ROOTS.everywhere, ids, graph),
      outside: neededBy(ROOTS.outside, ids, graph),
      frame: neededBy(ROOTS.frame, ids, graph),
    }
    return needed
  }
  const within = (id: string, graph: Graph, ...all: (keyof typeof ROOTS)[]) =>
    all.every((one) => look(graph)[one].has(id))
  // A module goes with the first that takes it, and so does what it cannot do without.
  const groups: Rolldown.CodeSplittingGroup[] = [
    { priority: 3, name: (id, graph) => (within(id, graph, 'everywhere') ? 'everywhere' : null) },
    { priority: 2, name: (id, graph) => (within(id, graph, 'frame', 'outside') ? 'shared' : null) },
    { priority: 1, name: (id, graph) => (within(id, graph, 'frame') ? 'frame' : null) },
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

/** The modules of that name, and whatever they cannot do without. Throws where there are none. */
function neededBy(root: RegExp, ids: Modules, graph: Graph): Modules {
  const left = [...ids].filter((id) => root.test(id))
  if (left.length === 0) throw new Error(`No module is called ${root}`)
  const needed = new Set<string>()
  for (let id = left.pop(); id !== undefined; id = left.pop()) {
    if (needed.has(id)) continue
    needed.add(id)
    left.push(...(graph.getModuleInfo(id)?.importedIds ?? []))
  }
  return needed
}
