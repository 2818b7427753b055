// How many chats a person may hold, and why: their own limit, or what was set at an account; and less
// where a role of theirs allows less.

/** What is set at accounts, from the person's own outwards; null is as the one above. */
export interface LimitAt {
  accountId: string
  limit: number | null
}

/** A person's own limit. One that nobody set was taken over when they became an operator. */
export interface OwnLimit {
  limit: number
  setBy: string | null
}

export type LimitSource =
  /** Set for this person, by the one named. */
  | { kind: 'person'; by: string }
  /** Set at the account: what whoever becomes an operator there begins with. */
  | { kind: 'account'; accountId: string }

/**
 * The limit that holds and where it comes from; undefined when none is set anywhere. A person's own
 * number that nobody set came from the account, and keeps standing when the account's changes.
 */
export function effectiveLimit(
  own: OwnLimit | null,
  above: readonly LimitAt[],
): { limit: number; from: LimitSource } | undefined {
  const nearest = above.find(({ limit }) => limit !== null)
  const atAccount = nearest && { kind: 'account' as const, accountId: nearest.accountId }
  if (own !== null) {
    const from = own.setBy === null ? atAccount : { kind: 'person' as const, by: own.setBy }
    return from && { limit: own.limit, from }
  }
  if (nearest === undefined || nearest.limit === null || atAccount === undefined) return undefined
  return { limit: nearest.limit, from: atAccount }
}

/** What a role allows where it is less than what is set for the person; undefined where none is. */
export function allowedByRole({
  limit,
  own,
}: {
  limit: number | null
  own: number | null
}): number | undefined {
  return limit === null || limit === own ? undefined : limit
}
