// The contract as the browser's build carries it: endpoints by their method and path, no schemas. What a
// schema is made of is left out where it is written, and whatever is then used by nobody goes with it,
// for nothing in the contract does anything but make values.
import type { Plugin } from 'vite'

/** What a browser needs of an endpoint: its method and its path. */
const NEEDED = 2
const CONTRACT = /\/contract\/(?!.*\.test\.)[\w-]+\.ts$/

interface Node {
  type: string
  start: number
  end: number
}
type Call = Node & { callee: Node; arguments: readonly Node[] }
interface Edit {
  start: number
  end: number
  text: string
}

/** Leaves the schemas out of the contract; see no-typebox.ts for what stands in their place. */
export function bareContract(): Plugin {
  return {
    name: 'bare-contract',
    apply: 'build',
    enforce: 'post',
    transform(code, id) {
      if (!CONTRACT.test(id.split('?')[0] ?? '')) return null
      return { code: bared(code, this.parse(code)), map: null, moduleSideEffects: false }
    },
  }
}

export function bared(code: string, program: unknown): string {
  const edits: Edit[] = []
  walk(program, code, edits)
  return edits
    .toSorted((a, b) => b.start - a.start)
    .reduce((text, { start, end, text: by }) => text.slice(0, start) + by + text.slice(end), code)
}

// What stands within a function runs when the function does, and stays as it is.
function walk(node: unknown, code: string, edits: Edit[]): void {
  if (Array.isArray(node)) {
    for (const one of node) walk(one, code, edits)
    return
  }
  if (!isNode(node) || /Function/.test(node.type)) return
  if (isCall(node) && !bare(node, code, edits)) return
  for (const part of Object.values(node)) walk(part, code, edits)
}

/** Whether there is more to look at within the call. */
function bare(call: Call, code: string, edits: Edit[]): boolean {
  const name = code.slice(call.callee.start, call.callee.end)
  if (/^Type\.\w+$/.test(name)) {
    edits.push({ start: call.start, end: call.end, text: 'Type' })
    return false
  }
  edits.push({ start: call.start, end: call.start, text: '/*#__PURE__*/ ' })
  const last = call.arguments[NEEDED - 1]
  if (name !== 'endpoint' || !last) return true
  edits.push({ start: last.end, end: call.end - 1, text: '' })
  return false
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
}

function isCall(node: Node): node is Call {
  return (node.type === 'CallExpression' || node.type === 'NewExpression') && 'callee' in node
}
