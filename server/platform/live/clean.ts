// Drops from a row every key that its schema does not name, as TypeBox's Clean does; worked out from
// the schema once, for Clean walks it anew for every row, and a snapshot may carry ten thousand.
import type { TSchema } from 'typebox'
import { Clean } from 'typebox/value'

type Cleaner = (value: unknown) => unknown
type Node = TSchema & {
  type?: string
  properties?: Record<string, Node>
  patternProperties?: Record<string, Node>
  items?: Node | Node[]
  anyOf?: Node[]
}

const same: Cleaner = (value) => value

/** What cleans values of the schema; what comes in is left as it was. */
export function cleanerOf(schema: TSchema): Cleaner {
  const node = schema as Node
  if (node.anyOf) return ofUnion(node, node.anyOf)
  if (node.type === 'array' && node.items && !Array.isArray(node.items)) return ofArray(node.items)
  if (node.type === 'object' && node.properties && !node.patternProperties)
    return ofObject(node.properties)
  return isPlain(node) ? same : (value) => Clean(schema, structuredClone(value))
}

/** Nothing can be dropped from it: it holds nothing. */
function isPlain({ type, ...rest }: Node): boolean {
  return (
    'const' in rest || 'enum' in rest || /^(string|number|integer|boolean|null)$/.test(type ?? '')
  )
}

function ofUnion(union: Node, kinds: Node[]): Cleaner {
  const rich = kinds.filter((kind) => !isPlain(kind))
  if (rich.length === 0) return same
  const [only, another] = rich
  // Which of several shapes a value has must be looked up; one of them beside null is known.
  if (!only || another) return (value) => Clean(union, structuredClone(value))
  const clean = cleanerOf(only)
  return (value) => (typeof value === 'object' && value !== null ? clean(value) : value)
}

function ofArray(items: Node): Cleaner {
  const clean = cleanerOf(items)
  if (clean === same) return same
  return (value) => (Array.isArray(value) ? value.map(clean) : value)
}

function ofObject(properties: Record<string, Node>): Cleaner {
  const known = Object.entries(properties).map(([key, node]) => [key, cleanerOf(node)] as const)
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    const held = value as Record<string, unknown>
    const kept: Record<string, unknown> = {}
    for (const [key, clean] of known) if (Object.hasOwn(held, key)) kept[key] = clean(held[key])
    return kept
  }
}
