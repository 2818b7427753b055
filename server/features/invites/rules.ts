// Who may offer what, and which offers still hold.
import { type FieldName, type Fields, fieldOf, PLAIN_FIELDS } from '#contract/fields.ts'
import type { InvitationState } from '#contract/invitations.ts'
import type { AccountPath, Grant, Permission } from '#contract/permissions.ts'
import { mayGive } from '#contract/permissions.ts'
import type { RefusalCode } from '#contract/refusals.ts'

/** Open invitations of an account at once. */
export const MOST_OPEN = 100
/** Drafts of one author at once. */
export const MOST_DRAFTS = 50
/** Mails to one address, and by one inviter. */
export const PER_ADDRESS = { most: 3, seconds: 86_400 }
export const PER_INVITER = { most: 30, seconds: 3_600 }

export const OPEN = ['queued', 'sent', 'bounced', 'opened'] as const satisfies InvitationState[]

export interface Standing {
  state: InvitationState
  /** Null for a draft. */
  expiresAt: string | null
}

/** Why the link no longer gives anything; undefined while it does. */
export function whyNotOpen({ state, expiresAt }: Standing, now: Date): RefusalCode | undefined {
  if (state === 'accepted') return 'invitation_used'
  if (state === 'revoked') return 'invitation_revoked'
  if (state === 'draft' || expiresAt === null) return 'not_found'
  const isOver = state === 'expired' || Date.parse(expiresAt) <= now.getTime()
  return isOver ? 'invitation_expired' : undefined
}

/** Why no new link can be sent: what has run out may begin again. */
export function whyNotResend(standing: Standing, now: Date): RefusalCode | undefined {
  if (standing.state === 'draft') return 'wrong_status'
  const code = whyNotOpen(standing, now)
  return code === 'invitation_expired' ? undefined : code
}

export function expiryFrom(now: Date, hours: number): string {
  return new Date(now.getTime() + hours * 3_600_000).toISOString()
}

/** A role that is offered, and where it would be held. */
export interface OfferedGrant {
  permissions: readonly Permission[]
  path: AccountPath
}

/** Whether somebody with the grants may offer all of the roles, each where it would be held. */
export function mayOffer(grants: readonly Grant[], offered: readonly OfferedGrant[]): boolean {
  return offered.every(({ permissions, path }) => mayGive(grants, permissions, path))
}

/** A prepared membership: its fields, and what those that point at something were called. */
export interface Plan {
  set: Fields
  names: Record<string, string>
}

/** The fields that are set, without those that say "none". */
export function fieldsIn(set: Fields): { key: string; field: FieldName }[] {
  return Object.entries(set).flatMap(([key, value]) => {
    const field = value === null ? undefined : fieldOf(key)
    return field === undefined ? [] : [{ key, field }]
  })
}

/** Whether a field of the kind is set. */
export function has(set: Fields, kind: FieldName['kind']): boolean {
  return fieldsIn(set).some(({ field }) => field.kind === kind)
}

/** What an invitation may set: all but the names and language, which stand beside it. */
export function maySet(key: string): boolean {
  const field = fieldOf(key)
  if (field === undefined) return false
  return field.kind !== 'plain' || !ASIDE.some((name) => name === field.name)
}

const ASIDE = ['firstName', 'lastName', 'language'] as const

/** The fields as somebody gets them who has a login already: nothing of the user's own. */
export function withoutUser(set: Fields): Fields {
  const entries = Object.entries(set).filter(([key]) => {
    const field = fieldOf(key)
    return field?.kind !== 'plain' || PLAIN_FIELDS[field.name].of === 'membership'
  })
  return Object.fromEntries(entries)
}

/**
 * Whether whoever accepts becomes an operator. Somebody who also runs the place is one only when
 * chats were meant for them.
 */
export function becomesOperator(roles: readonly Permission[], set: Fields): boolean {
  if (!roles.includes('chats.answer')) return false
  const limits = [set['limit.live'], set['limit.deferred'], set['limit.units']]
  const isMeant =
    has(set, 'queue') ||
    limits.some((limit) => typeof limit === 'number') ||
    typeof set['shiftId'] === 'string'
  return isMeant || !roles.includes('users.manage')
}

/** Whole numbers from bytes that nobody can guess, each as likely as the others. */
export function randomIntFrom(bytes: () => Uint8Array): (max: number) => number {
  let left: number[] = []
  const next = () => {
    if (left.length === 0) left = [...bytes()]
    return left.shift() ?? 0
  }
  return (max) => {
    if (max < 1 || max > 256) throw new Error('from 1 to 256')
    const fair = 256 - (256 % max)
    let byte = next()
    while (byte >= fair) byte = next()
    return byte % max
  }
}
