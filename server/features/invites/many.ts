// Inviting by the thousand, within somebody else's transaction: whoever asks has judged every row.
import { randomUUID } from 'node:crypto'
import { type Fields, fieldKey } from '#contract/fields.ts'
import type { Invitation } from '#contract/invitations.ts'
import type { Permission } from '#contract/permissions.ts'
import type { Language } from '#contract/shapes.ts'
import type { Tx } from '../../platform/context.ts'
import { spend } from '../../platform/quota.ts'
import { dropInvitationMails, enqueueMails } from '../mail-outbox/actions.ts'
import { newLink } from './link.ts'
import { countAccepted, countMails, insertMany, type Many, revokeOf } from './many-queries.ts'
import * as invites from './queries.ts'
import { becomesOperator, has, type Plan } from './rules.ts'
import { lockActiveAccount } from './sending.ts'
import { tellInvitations } from './tell.ts'

/** Mails of imports within an organisation: beside what its people may send one by one. */
const PER_ORGANISATION = { most: 10_000, seconds: 86_400 }

export interface Invitee {
  accountId: string
  email: string
  firstName: string | null
  lastName: string | null
  language: Language
  plan: Plan
}

/** The fields with the preset queues, where none were chosen for somebody who will answer chats. */
export function withPresets(
  set: Fields,
  permissions: readonly Permission[],
  presetIds: readonly string[],
): Fields {
  if (has(set, 'queue') || !becomesOperator(permissions, set)) return set
  const service = { participates: true, tier: 1 }
  return {
    ...set,
    ...Object.fromEntries(presetIds.map((id) => [fieldKey.queue(id), service])),
  }
}

/** Whoever invites to the accounts waits for the others. Refuses with `not_found` or `invalid`. */
export async function lockForInviting(
  tx: Tx,
  accountIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const hours = new Map<string, number>()
  for (const accountId of accountIds.toSorted())
    hours.set(accountId, (await lockActiveAccount(tx, accountId)).invitationHours)
  const over = await invites.expire(tx.db, tx.organisationId, tx.now().toISOString())
  await tellInvitations(tx, over)
  return hours
}

/**
 * Sends an invitation to each; answers their lines for the audit. `hours`: for how long, by account.
 * Refuses with `too_many` when the imports of the organisation have sent their mails of the day.
 */
export async function inviteMany(
  tx: Tx,
  importId: string,
  invitees: readonly Invitee[],
  hours: ReadonlyMap<string, number>,
) {
  if (invitees.length === 0) return []
  const { db, organisationId } = tx
  const key = `invitation:import:${organisationId}`
  await spend(db, key, PER_ORGANISATION, tx.now(), invitees.length)
  const emails = invitees.map(({ email }) => email)
  await countMails(db, organisationId, emails, tx.now())
  const rows = invitees.map((invitee): Many => {
    const id = randomUUID()
    const link = newLink(tx, id, hours.get(invitee.accountId) ?? 0)
    const { tokenNonce, tokenHash, expiresAt } = link
    const digits = { tokenNonce: tokenNonce.toString('hex'), tokenHash: tokenHash.toString('hex') }
    return { ...invitee, id, ...digits, expiresAt }
  })
  const at = { organisationId, importId, createdAt: tx.now().toISOString() }
  await insertMany(db, { ...at, inviterId: tx.actorId ?? '' }, rows)
  await enqueueMails(tx, rows.map(mailOf))
  const told = await tellInvitations(
    tx,
    rows.map(({ id }) => id),
  )
  return told.map(lineOf)
}

function mailOf({ id, email, firstName, lastName, language }: Many) {
  const toName = [firstName, lastName].filter((name) => name !== null).join(' ')
  const data = { invitationId: id }
  return { template: 'invitation', toEmail: email, toName, language, data }
}

/** Withdraws what an import sent, as far as nobody has accepted it. */
export async function revokeImported(tx: Tx, importId: string) {
  const { db, organisationId } = tx
  const ids = await revokeOf(db, organisationId, importId, tx.now().toISOString())
  await dropInvitationMails(tx, ids)
  const told = await tellInvitations(tx, ids)
  return {
    revoked: ids.length,
    accepted: await countAccepted(db, organisationId, importId),
    lines: told.map(lineOf),
  }
}

function lineOf(after: Invitation) {
  return { subject: 'invitation', subjectId: after.id, accountId: after.accountId, after }
}
