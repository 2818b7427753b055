// Who stands where on the Wall: by department or by queue, and by name within. Pure.
import type { Operator } from '#contract/presence.ts'
import type { Queue } from '#contract/queues.ts'
import type { Grouping } from './look.ts'

export interface Group {
  /** A department's name, a queue's id, or nothing for whoever is in none. */
  key: string
  name: string | undefined
  /** Operators' ids, by name. */
  ids: readonly string[]
}

type Compare = (a: string, b: string) => number

/** An operator stands once in their department, and once in every queue that they have joined. */
export function groupsOf(
  operators: readonly Operator[],
  queues: readonly Queue[],
  by: Grouping,
  compareNames: Compare,
): Group[] {
  const names = new Map(queues.map(({ id, name }) => [id, name]))
  const members = new Map<string, Operator[]>()
  for (const operator of operators) {
    for (const key of keysOf(operator, names, by)) {
      const there = members.get(key)
      if (there) there.push(operator)
      else members.set(key, [operator])
    }
  }
  return [...members]
    .map(([key, there]) => ({
      key,
      name: by === 'queue' ? names.get(key) : key || undefined,
      ids: there
        .toSorted((a, b) => compareNames(a.name, b.name) || (a.id < b.id ? -1 : 1))
        .map((operator) => operator.id),
    }))
    .toSorted((a, b) => compareGroups(a, b, compareNames))
}

function keysOf(
  operator: Operator,
  names: ReadonlyMap<string, string>,
  by: Grouping,
): readonly string[] {
  if (by === 'department') return [operator.department ?? '']
  const joined = operator.joined.filter((id) => names.has(id))
  return joined.length > 0 ? joined : ['']
}

function compareGroups(a: Group, b: Group, compareNames: Compare): number {
  if (a.name === undefined || b.name === undefined)
    return Number(a.name === undefined) - Number(b.name === undefined)
  return compareNames(a.name, b.name)
}

/** Changes only when somebody's place on the Wall does: what else moves re-sorts nothing. */
export function placesIn(
  operators: readonly Operator[],
  queues: readonly Queue[],
  by: Grouping,
): string {
  const places = operators.map(({ id, name, department, joined }) =>
    [id, name, by === 'queue' ? joined.join() : department].join('\t'),
  )
  const lines = by === 'queue' ? queues.map(({ id, name }) => `${id}\t${name}`) : []
  return [...places, ...lines].toSorted().join('\n')
}
