// Who stands where on the Wall: by department or by queue. Pure.
import type { Operator, OperatorStatus } from '#contract/presence.ts'
import type { Grouping } from './look.ts'

export interface Group {
  /** A department's name, a queue's id, or nothing for whoever is in none. */
  key: string
  name: string | undefined
  /** Operators' ids, by name; the same list for as long as nobody comes, goes or is renamed. */
  ids: readonly string[]
  /** How many more live chats they would be given now. */
  freeSlots: number
}

/** Who is drawn, and how they stand together. */
export interface View {
  by: Grouping
  /** What their names must hold, made plain; empty: anything. */
  wanted: string
  /** Empty: any. */
  statuses: readonly OperatorStatus[]
  /** The names of the queues that are drawn, by id. */
  queues: ReadonlyMap<string, string>
}

export type Compare = (a: string, b: string) => number

/** An operator stands once in their department, and once in every queue that they have joined. */
export function keysOf(
  operator: Pick<Operator, 'department' | 'joined'>,
  { by, queues }: Pick<View, 'by' | 'queues'>,
): readonly string[] {
  if (by === 'department') return [operator.department ?? '']
  const joined = operator.joined.filter((id) => queues.has(id))
  return joined.length > 0 ? joined : ['']
}

export function nameOfGroup(
  key: string,
  { by, queues }: Pick<View, 'by' | 'queues'>,
): string | undefined {
  return by === 'queue' ? queues.get(key) : key || undefined
}

/** By name; who is in none comes last. */
export function compareGroups(a: Group, b: Group, compareNames: Compare): number {
  if (a.name === undefined || b.name === undefined)
    return Number(a.name === undefined) - Number(b.name === undefined)
  return compareNames(a.name, b.name)
}

/** For comparing what is typed with a name: without case and accents. */
export function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase().trim()
}
