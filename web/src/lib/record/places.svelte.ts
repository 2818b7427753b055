// What a person of an account can belong to: the departments, queues, sites, skills and groups of the
// account's branch, as far as this person sees them.
import type { LiveKind, LiveRow } from '#contract/facts.ts'
import { live } from '#lib/live/live.svelte.ts'
import { isSameBranch } from '#lib/people/account-tree.ts'
import { session } from '#lib/session.svelte.ts'
import { compareNames } from '#lib/words.ts'

type Placed = {
  [K in LiveKind]: LiveRow[K] extends { accountId: string; name: string } ? K : never
}[LiveKind]

/** The rows of the kind in the branch of the account, by name. */
export function reachable<K extends Placed>(kind: K, accountId: string): LiveRow[K][] {
  const accounts = session.me?.accounts ?? []
  return live
    .all(kind)
    .filter((row) => isSameBranch(accounts, row.accountId, accountId))
    .toSorted((a, b) => compareNames(a.name, b.name))
}
