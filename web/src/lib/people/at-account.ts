// Who is listed at an account: its members, those of every account below it, and those who hold a
// role at an account above that reaches down to here. The last are marked with where it comes from.
import type { Line } from './line.ts'

export interface Place {
  /** The account that is looked at, and all below it. */
  branch: ReadonlySet<string>
  /** The account and all above it. */
  path: readonly string[]
}

/** The account from which somebody who is no member here reaches here; undefined for a member, or a stranger. */
export function reachesFrom(line: Line, { branch, path }: Place): string | undefined {
  if (line.kind !== 'person' || branch.has(line.accountId)) return undefined
  const reaching = line.person.roles.filter(
    ({ kind, at }) => kind === 'account' && path.includes(at),
  )
  // The nearest is what would be left if those above it were taken away.
  return path.find((id) => reaching.some(({ at }) => at === id))
}

export function isListedAt(line: Line, place: Place): boolean {
  return place.branch.has(line.accountId) || reachesFrom(line, place) !== undefined
}

/** How many people each account has with all below it, from how many each has itself. */
export function countsOf(
  accounts: readonly { id: string; parentId: string | null }[],
  own: ReadonlyMap<string, number>,
): Map<string, number> {
  const parents = new Map(accounts.map(({ id, parentId }) => [id, parentId]))
  const counts = new Map(accounts.map(({ id }) => [id, 0]))
  for (const [id, people] of own)
    for (let at: string | null | undefined = id; at; at = parents.get(at))
      if (counts.has(at)) counts.set(at, (counts.get(at) ?? 0) + people)
  return counts
}
