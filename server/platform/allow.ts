// Whether the actor may do something at an account, and which no they hear otherwise.
import { may, type Permission } from '#contract/permissions.ts'
import { FRESH_MINUTES } from '#contract/security.ts'
import type { Actor, ActorCtx } from './context.ts'
import { Refusal } from './refuse.ts'

/**
 * Refuses with `not_found` what the actor may not know of, with `forbidden` what they only see.
 * `within`: the site, department or group of the account that it is about, where a role may be held.
 */
export function mustHold(
  actor: Actor,
  permission: Permission,
  accountId: string,
  within: readonly string[] = [],
): void {
  const path = actor.paths.get(accountId)
  if (path !== undefined && may(actor.grants, permission, [...within, ...path])) return
  const isSeen = actor.grants.some(
    (grant) => path?.includes(grant.at) || path?.[0] === grant.accountId,
  )
  throw new Refusal(isSeen ? 'forbidden' : 'not_found')
}

/** Refuses with `reauth_needed` whoever has not entered their password within the last ten minutes. */
export function mustBeFresh({ actor, now }: Pick<ActorCtx, 'actor' | 'now'>): void {
  if (now().getTime() >= Date.parse(freshUntil(actor.confirmedAt)))
    throw new Refusal('reauth_needed')
}

/** Until when a password that was entered then counts as entered just now. */
export function freshUntil(confirmedAt: string): string {
  return new Date(Date.parse(confirmedAt) + FRESH_MINUTES * 60_000).toISOString()
}
