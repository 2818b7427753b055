// Which opening hours a queue, a site or somebody of an account may have: those of the account and of those above.
import type { Hours } from '#contract/hours.ts'
import { live } from '#lib/live/live.svelte.ts'
import { session } from '#lib/session.svelte.ts'
import { compareNames } from '#lib/words.ts'

/** By name. An account that this person does not know of is above all those that they know. */
export function hoursFor(accountId: string): Hours[] {
  const accounts = new Map(session.me?.accounts.map((account) => [account.id, account.parentId]))
  const above = new Set<string>()
  for (let at: string | null | undefined = accountId; at; at = accounts.get(at)) above.add(at)
  return live
    .all('hours')
    .filter(({ accountId: at }) => above.has(at) || !accounts.has(at))
    .toSorted((one, other) => compareNames(one.name, other.name))
}
