// Who may offer what, and which offers still hold.
import type { InvitationState } from '#contract/invitations.ts'
import type { AccountPath, Grant, Permission } from '#contract/permissions.ts'
import { may, mayGive } from '#contract/permissions.ts'
import type { RefusalCode } from '#contract/refusals.ts'

/** Open invitations of an account at once. */
export const MOST_OPEN = 100
/** Mails to one address, and by one inviter. */
export const PER_ADDRESS = { most: 3, seconds: 86_400 }
export const PER_INVITER = { most: 30, seconds: 3_600 }

export const OPEN = ['queued', 'sent', 'bounced', 'opened'] as const satisfies InvitationState[]

export interface Standing {
  state: InvitationState
  expiresAt: string
}

/** Why the link no longer gives anything; undefined while it does. */
export function whyNotOpen({ state, expiresAt }: Standing, now: Date): RefusalCode | undefined {
  if (state === 'accepted') return 'invitation_used'
  if (state === 'revoked') return 'invitation_revoked'
  if (state === 'draft') return 'not_found'
  const isOver = state === 'expired' || Date.parse(expiresAt) <= now.getTime()
  return isOver ? 'invitation_expired' : undefined
}

/** Why no new link can be sent: what has run out may begin again. */
export function whyNotResend(standing: Standing, now: Date): RefusalCode | undefined {
  const code = whyNotOpen(standing, now)
  return code === 'invitation_expired' ? undefined : code
}

export function expiryFrom(now: Date, hours: number): string {
  return new Date(now.getTime() + hours * 3_600_000).toISOString()
}

/** Whether somebody with the grants may offer the role at the account whose path is given. */
export function mayOffer(
  grants: readonly Grant[],
  role: readonly Permission[],
  path: AccountPath,
): boolean {
  return may(grants, 'users.manage', path) && mayGive(grants, role, path)
}

/** Whether one account is the other, above it or below it: what an invitation may reach. */
export function isSameBranch(one: AccountPath, other: AccountPath): boolean {
  const [oneId = '', otherId = ''] = [one[0], other[0]]
  return other.includes(oneId) || one.includes(otherId)
}

export interface Wanted {
  hasQueues: boolean
  hasLimits: boolean
}

/**
 * Whether whoever accepts becomes an operator. Somebody who also runs the place is one only when
 * chats were meant for them.
 */
export function becomesOperator(role: readonly Permission[], wanted: Wanted): boolean {
  if (!role.includes('chats.answer')) return false
  return wanted.hasQueues || wanted.hasLimits || !role.includes('users.manage')
}
