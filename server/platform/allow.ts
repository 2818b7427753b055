// Whether the actor may do something at an account, and which no they hear otherwise.
import { may, type Permission } from '#contract/permissions.ts'
import type { Actor } from './context.ts'
import { Refusal } from './refuse.ts'

/** Refuses with `not_found` what the actor may not know of, with `forbidden` what they only see. */
export function mustHold(actor: Actor, permission: Permission, accountId: string): void {
  const path = actor.paths.get(accountId)
  if (path !== undefined && may(actor.grants, permission, path)) return
  const isSeen = actor.grants.some(
    (grant) => path?.includes(grant.at) || path?.[0] === grant.accountId,
  )
  throw new Refusal(isSeen ? 'forbidden' : 'not_found')
}
