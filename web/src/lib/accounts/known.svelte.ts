// The accounts that this person may see, as they are now: those that came with the session, each as the
// newest row tells it. Where the rows are not watched, they are as the session knows them.
import type { Account } from '#contract/accounts.ts'
import { live } from '#lib/live/live.svelte.ts'
import { session } from '#lib/session.svelte.ts'

export function knownAccounts(): Account[] {
  return (session.me?.accounts ?? []).map((account) => live.get('account', account.id) ?? account)
}
