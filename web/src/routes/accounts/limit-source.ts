// Where an account's limit comes from: itself, or the nearest above that sets one.
import type { Account } from '#contract/accounts.ts'

export type LimitKind = 'live' | 'deferred'

export interface Above {
  limit: number
  /** The account that sets it; undefined where it is not seen. */
  name: string | undefined
}

const limitOf = (account: Account, kind: LimitKind) =>
  kind === 'live'
    ? { limit: account.liveLimit, from: account.liveLimitFrom }
    : { limit: account.deferredLimit, from: account.deferredLimitFrom }

/** What would hold if the account set nothing; undefined where that cannot be seen from here. */
export function limitAbove(
  account: Account,
  kind: LimitKind,
  known: readonly Account[],
): Above | undefined {
  const parent = known.find(({ id }) => id === account.parentId)
  const own = limitOf(account, kind)
  const source = parent ? limitOf(parent, kind) : own.from === account.id ? undefined : own
  if (source === undefined) return undefined
  return { limit: source.limit, name: known.find(({ id }) => id === source.from)?.name }
}
