// Inviting: who is offered what, and the link that goes out.
import { randomBytes, randomUUID } from 'node:crypto'
import { canonicalEmail } from '#contract/email.ts'
import type { Invitation, NewInvitation } from '#contract/invitations.ts'
import { scope } from '#contract/scopes.ts'
import type { Language } from '#contract/shapes.ts'
import { mustHold } from '../../platform/allow.ts'
import { type Actor, type ActorCtx, actingIn, type Ctx, type Tx } from '../../platform/context.ts'
import { brokenConstraint } from '../../platform/database.ts'
import { soundName } from '../../platform/names.ts'
import { spend } from '../../platform/quota.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import { deriveToken, hashToken } from '../../platform/tokens.ts'
import { write } from '../../platform/write.ts'
import * as accounts from '../accounts/queries.ts'
import { dropInvitationMail, enqueueMail } from '../mail-outbox/actions.ts'
import * as offers from './offer-queries.ts'
import * as invites from './queries.ts'
import {
  expiryFrom,
  isSameBranch,
  MOST_OPEN,
  mayOffer,
  PER_ADDRESS,
  PER_INVITER,
  whyNotResend,
} from './rules.ts'

/**
 * Refuses with `not_found` or `forbidden` (the account, the role, a department, a queue),
 * `invalid`, `already_invited`, `already_member` or `too_many`. Whether the address is known
 * elsewhere shows in no answer.
 */
export function createInvitation(ctx: ActorCtx, wanted: NewInvitation): Promise<Invitation> {
  const { actor } = ctx
  const { accountId } = wanted
  mustHold(actor, 'users.manage', accountId)
  const person = soundPerson(wanted)
  const limits = soundLimits(actor, wanted)
  return write(ctx, 'invitation.create', async (tx) => {
    const { organisationId } = tx
    const id = randomUUID()
    const account = await lockActiveAccount(tx, accountId)
    const parts = await soundParts(tx, actor, wanted)
    await refuseKnown(tx, accountId, person.email)
    const link = newLink(tx, id, account.invitationHours)
    const language = wanted.language ?? languageOf(account.language)
    await insertOnce(
      tx,
      {
        ...{ organisationId, id, accountId, ...person, ...limits, ...link, language },
        roleId: wanted.roleId,
        inviterId: actor.userId,
        createdAt: tx.now().toISOString(),
      },
      parts,
    )
    await spendMail(tx, actor.userId, person.email)
    await sendLink(tx, { id, language, ...person })
    return noteAndTell(tx, id)
  })
}

/** A new link; the old one dies. Whoever sends it is the inviter from now on. */
export function resendInvitation(ctx: ActorCtx, id: string): Promise<Invitation> {
  const { actor } = ctx
  return write(ctx, 'invitation.resend', async (tx) => {
    // The account first, as everybody who invites there does.
    await lockActiveAccount(tx, (await findManaged(tx, actor, id)).accountId)
    const offer = found(await offers.lock(tx.db, tx.organisationId, id))
    const code = whyNotResend(offer, tx.now())
    if (code) throw new Refusal(code)
    if (!mayOffer(actor.grants, offer.permissions, pathOf(actor, offer.accountId)))
      throw new Refusal('forbidden', { field: 'roleId' })
    const link = newLink(tx, id, offer.invitationHours)
    await refusingSecond(() =>
      invites.renew(tx.db, tx.organisationId, id, { ...link, inviterId: actor.userId }),
    )
    await spendMail(tx, actor.userId, offer.email)
    await dropInvitationMail(tx, id)
    await sendLink(tx, offer)
    return noteAndTell(tx, id)
  })
}

/** The link dies. Withdrawing twice is withdrawing once. */
export function revokeInvitation(ctx: ActorCtx, id: string): Promise<Invitation> {
  return write(ctx, 'invitation.revoke', async (tx) => {
    await findManaged(tx, ctx.actor, id)
    const { state } = found(await offers.lock(tx.db, tx.organisationId, id))
    if (state === 'accepted') throw new Refusal('invitation_used')
    if (state === 'revoked') return only(await invites.listRows(tx.db, tx.organisationId, [id]))
    const revokedAt = tx.now().toISOString()
    await invites.update(tx.db, tx.organisationId, id, { state: 'revoked', revokedAt })
    await dropInvitationMail(tx, id)
    return noteAndTell(tx, id)
  })
}

/** Says of every open invitation that has run out that it has; answers how many did. */
export async function expireInvitations(ctx: Ctx, now: Date): Promise<number> {
  const at = now.toISOString()
  let count = 0
  for (const organisationId of await invites.listOrganisationsToExpire(ctx.db, at)) {
    count += await write(actingIn(ctx, organisationId, null), 'invitation.expire', async (tx) => {
      const ids = await invites.expire(tx.db, organisationId, at)
      await tellInvitations(tx, ids)
      return ids.length
    })
  }
  return count
}

/** Tells the invitations as they are now. */
export async function tellInvitations(tx: Tx, ids: readonly string[]): Promise<Invitation[]> {
  const rows = await invites.listRows(tx.db, tx.organisationId, ids)
  for (const row of rows) tx.tell('invitation', row, [scope.people(row.accountId)])
  return rows
}

async function noteAndTell(tx: Tx, id: string): Promise<Invitation> {
  const row = only(await tellInvitations(tx, [id]))
  tx.note({ subject: 'invitation', subjectId: id, after: row })
  return row
}

function only(rows: readonly Invitation[]): Invitation {
  return found(rows[0])
}

function soundPerson(wanted: NewInvitation) {
  const email = canonicalEmail(wanted.email)
  if (email === undefined) throw new Refusal('invalid', { field: 'email' })
  const name = (field: 'firstName' | 'lastName' | 'displayName') => {
    const given = wanted[field]
    return given === undefined ? null : soundName(given, field)
  }
  return {
    email,
    firstName: name('firstName'),
    lastName: name('lastName'),
    displayName: name('displayName'),
  }
}

function soundLimits(actor: Actor, { accountId, liveLimit, deferredLimit }: NewInvitation) {
  if (liveLimit !== undefined || deferredLimit !== undefined)
    mustHold(actor, 'limits.manage', accountId)
  return { liveLimit: liveLimit ?? null, deferredLimit: deferredLimit ?? null }
}

async function lockActiveAccount(tx: Tx, accountId: string) {
  await invites.lockAccount(tx.db, tx.organisationId, accountId)
  const account = found(await accounts.findForInviting(tx.db, tx.organisationId, accountId))
  if (!account.isActive) throw new Refusal('invalid', { field: 'accountId' })
  return account
}

async function soundParts(tx: Tx, actor: Actor, wanted: NewInvitation) {
  const { db, organisationId } = tx
  const { accountId, queueIds } = wanted
  const role = await invites.findRole(db, organisationId, wanted.roleId)
  if (!role) throw new Refusal('not_found', { field: 'roleId' })
  if (!mayOffer(actor.grants, role.permissions, pathOf(actor, accountId)))
    throw new Refusal('forbidden', { field: 'roleId' })
  if (queueIds.length > 0 && !role.permissions.includes('chats.answer'))
    throw new Refusal('invalid', { field: 'queueIds', message: 'the role answers no chats' })
  const departmentIds = wanted.departments.map(({ id }) => id)
  const departments = await invites.listDepartments(db, organisationId, departmentIds)
  const queues = await invites.listQueues(db, organisationId, queueIds)
  refuseStrange(actor, accountId, departmentIds, departments, 'departments')
  refuseStrange(actor, accountId, queueIds, queues, 'queueIds')
  const positionOf = new Map(wanted.departments.map(({ id, position }) => [id, position]))
  return {
    queues,
    departments: departments.map(({ id, name }) => {
      const position = positionOf.get(id)
      return { id, name, position: position === undefined ? null : soundName(position, 'position') }
    }),
  }
}

// What does not exist, what is another organisation's and what the actor may not see is one answer.
function refuseStrange(
  actor: Actor,
  accountId: string,
  ids: readonly string[],
  parts: readonly invites.Part[],
  field: string,
): void {
  if (new Set(ids).size !== ids.length) throw new Refusal('invalid', { field })
  const visible = new Set(accounts.visibleIds(actor))
  const seen = parts.filter((part) => visible.has(part.accountId))
  if (seen.length !== ids.length) throw new Refusal('not_found', { field })
  const path = pathOf(actor, accountId)
  if (!seen.every((part) => isSameBranch(path, pathOf(actor, part.accountId))))
    throw new Refusal('invalid', { field, message: 'of another branch of the account tree' })
}

async function refuseKnown(tx: Tx, accountId: string, email: string): Promise<void> {
  const { db, organisationId } = tx
  if (await invites.isMember(db, organisationId, accountId, email))
    throw new Refusal('already_member', { field: 'email' })
  const now = tx.now().toISOString()
  await tellInvitations(tx, await invites.expire(db, organisationId, now, { accountId, email }))
  if ((await invites.countOpen(db, organisationId, accountId)) >= MOST_OPEN)
    throw new Refusal('too_many')
}

function insertOnce(tx: Tx, row: invites.NewRow, parts: invites.OfferedParts): Promise<void> {
  return refusingSecond(() => invites.insert(tx.db, row, parts))
}

// One open invitation for an address: the index says so, whoever was first.
async function refusingSecond(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (brokenConstraint(error) === 'invitations_open')
      throw new Refusal('already_invited', { field: 'email' })
    throw error
  }
}

// Counted within the organisation: another one's invitations show in no answer.
async function spendMail(tx: Tx, inviterId: string, email: string): Promise<void> {
  const address = `invitation:to:${tx.organisationId}:${email.toLowerCase()}`
  await spend(tx.db, address, PER_ADDRESS, tx.now())
  await spend(tx.db, `invitation:by:${inviterId}`, PER_INVITER, tx.now())
}

function newLink(ctx: Ctx, id: string, hours: number): invites.Link {
  const tokenNonce = randomBytes(16)
  const token = deriveToken(ctx.secretKey, 'invitation', id, tokenNonce)
  return { tokenNonce, tokenHash: hashToken(token), expiresAt: expiryFrom(ctx.now(), hours) }
}

interface Addressee {
  id: string
  email: string
  firstName: string | null
  lastName: string | null
  language: Language
}

function sendLink(tx: Tx, { id, email, firstName, lastName, language }: Addressee): Promise<void> {
  return enqueueMail(tx, {
    template: 'invitation',
    toEmail: email,
    toName: [firstName, lastName].filter((name) => name !== null).join(' '),
    language,
    data: { invitationId: id },
  })
}

async function findManaged(tx: Tx, actor: Actor, id: string): Promise<offers.Offer> {
  const offer = found(await offers.find(tx.db, tx.organisationId, id))
  mustHold(actor, 'users.manage', offer.accountId)
  return offer
}

function pathOf(actor: Actor, accountId: string): readonly string[] {
  return actor.paths.get(accountId) ?? []
}

function languageOf(text: string): Language {
  return text === 'nl' ? 'nl' : 'en'
}
