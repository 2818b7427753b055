// What the holder of an invitation's link may do: look at it, and accept it once.
import { randomUUID } from 'node:crypto'
import type { AcceptInvitation, InvitationCard } from '#contract/invitations.ts'
import { passwordProblems } from '#contract/password.ts'
import { type ActorCtx, actingIn, type Ctx, type Tx } from '../../platform/context.ts'
import { soundName } from '../../platform/names.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import { hashToken } from '../../platform/tokens.ts'
import { write } from '../../platform/write.ts'
import * as accounts from '../accounts/queries.ts'
import { enqueueMail } from '../mail-outbox/actions.ts'
import { notify } from '../notifications/actions.ts'
import { enter, startSession } from '../sign-in/actions.ts'
import * as logins from '../sign-in/queries.ts'
import { tellUser } from '../users/actions.ts'
import * as users from '../users/queries.ts'
import { tellInvitations } from './actions.ts'
import * as offers from './offer-queries.ts'
import * as invites from './queries.ts'
import { becomesOperator, mayOffer, whyNotOpen } from './rules.ts'

/** Refuses with `not_found`, or with why the link no longer gives anything. Uses nothing up. */
export async function lookAtInvitation(ctx: Ctx, token: string): Promise<InvitationCard> {
  const offer = await openOffer(ctx, token)
  if (offer.state !== 'opened') await markOpened(ctx, offer)
  const { email, firstName, lastName, accountName, roleName, language, expiresAt } = offer
  const inviterName = `${offer.inviterFirstName} ${offer.inviterLastName}`
  const hasLogin = (await users.findByEmail(ctx.db, email)) !== undefined
  return {
    ...{ email, firstName, lastName, accountName, roleName, inviterName, language, expiresAt },
    hasLogin,
  }
}

/**
 * Makes the user, with the password they chose, and signs them in. Refuses like looking; and with
 * `forbidden` when the address has a login (it accepts by joining), `invalid` or `weak_password`.
 */
export async function acceptInvitation(
  ctx: Ctx,
  wanted: AcceptInvitation,
): Promise<Record<string, never>> {
  const offer = await openOffer(ctx, wanted.token)
  const firstName = soundName(wanted.firstName, 'firstName')
  const lastName = soundName(wanted.lastName, 'lastName')
  await refuseKnown(ctx, offer.email)
  await refuseWeak(ctx, offer, wanted.password, [firstName, lastName])
  const passwordHash = await ctx.hasher.hash(wanted.password)
  const { organisationId, email, language } = offer
  const id = randomUUID()
  await write(actingIn(ctx, organisationId, id), 'invitation.accept', async (tx) => {
    const open = await lockOpen(tx, offer, id)
    if (!open) return
    await refuseKnown(tx, email)
    const passwordChangedAt = tx.now().toISOString()
    const person = { id, email, firstName, lastName, language }
    await users.insertUser(tx.db, { ...person, passwordHash, passwordChangedAt })
    await settle(tx, open, { id, name: `${firstName} ${lastName}` })
  })
  ctx.log.info({ event: 'invitation.accepted', invitationId: offer.id, userId: id })
  await startSession(ctx, id, organisationId)
  return {}
}

/**
 * The signed-in user becomes a member, and works there from now on. Refuses like looking; and with
 * `forbidden` when the invitation is for another address, or `already_member`.
 */
export async function joinByInvitation(
  ctx: ActorCtx,
  token: string,
): Promise<Record<string, never>> {
  const offer = await openOffer(ctx, token)
  const { organisationId, accountId } = offer
  const { userId: id, name } = ctx.actor
  const owner = await users.findByEmail(ctx.db, offer.email)
  if (owner?.id !== id) throw new Refusal('forbidden')
  await write(actingIn(ctx, organisationId, id), 'invitation.join', async (tx) => {
    const open = await lockOpen(tx, offer, id)
    if (!open) return
    if (await users.findMembership(tx.db, organisationId, accountId, id))
      throw new Refusal('already_member')
    await settle(tx, open, { id, name })
    tx.signal('grants_changed', id)
  })
  ctx.log.info({ event: 'invitation.accepted', invitationId: offer.id, userId: id })
  if (organisationId !== ctx.organisationId) await enter(ctx, organisationId)
  return {}
}

/** The offer behind the link; refuses when there is none, or it no longer holds. */
async function openOffer(ctx: Ctx, token: string): Promise<offers.Offer> {
  const offer = found(await offers.findByToken(ctx.db, hashToken(token)))
  await refuseClosed(ctx, offer)
  return offer
}

async function refuseClosed(ctx: Ctx, offer: offers.Offer): Promise<void> {
  const code = whyNotOpen(offer, ctx.now())
  if (code) throw new Refusal(code)
  if (!(await isStillGiven(ctx, offer))) throw new Refusal('invitation_revoked')
}

// Nobody gives through an old invitation what they may not give any more.
async function isStillGiven(ctx: Ctx, offer: offers.Offer): Promise<boolean> {
  const { organisationId, inviterId, accountId, permissions } = offer
  if (!offer.isAccountActive) return false
  if (!(await users.isActiveIn(ctx.db, organisationId, inviterId))) return false
  const grants = await logins.listGrants(ctx.db, organisationId, inviterId)
  const paths = await accounts.paths(ctx.db, organisationId)
  return mayOffer(grants, permissions, paths.get(accountId) ?? [])
}

async function markOpened(ctx: Ctx, offer: offers.Offer): Promise<void> {
  const { organisationId, id } = offer
  await write(actingIn(ctx, organisationId, null), 'invitation.open', async (tx) => {
    const now = await offers.lock(tx.db, organisationId, id)
    if (!now || now.state === 'opened' || whyNotOpen(now, tx.now())) return
    const openedAt = tx.now().toISOString()
    await invites.update(tx.db, organisationId, id, { state: 'opened', openedAt })
    await tellInvitations(tx, [id])
  })
}

async function refuseKnown(ctx: Ctx, email: string): Promise<void> {
  if (await users.findByEmail(ctx.db, email))
    throw new Refusal('forbidden', { field: 'email', message: 'the address has a login' })
}

async function refuseWeak(ctx: Ctx, offer: offers.Offer, password: string, names: string[]) {
  const { organisationId, accountId, email, accountName } = offer
  const path = (await accounts.paths(ctx.db, organisationId)).get(accountId) ?? []
  const policy = await users.findPasswordPolicy(ctx.db, organisationId, path)
  const problems = passwordProblems(policy, password, { email, names, account: accountName })
  if (problems.length === 0) return
  const rules = problems.map((problem) => problem.rule)
  throw new Refusal('weak_password', { field: 'password', problems: rules })
}

/**
 * The offer, for this transaction alone. Undefined when this very user has just accepted it: the
 * answer to the commit was lost and the work is being done again.
 */
async function lockOpen(tx: Tx, { id, organisationId, tokenHash }: offers.Offer, userId: string) {
  const offer = found(await offers.lock(tx.db, organisationId, id))
  if (offer.acceptedBy === userId) return undefined
  if (!offer.tokenHash.equals(tokenHash)) throw new Refusal('not_found')
  await refuseClosed(tx, offer)
  return offer
}

interface Accepter {
  id: string
  name: string
}

/** Everything that an accepted invitation gives, and everybody who hears of it. */
async function settle(tx: Tx, offer: offers.Offer, { id: userId, name }: Accepter): Promise<void> {
  const { organisationId, accountId, roleId, displayName, inviterId } = offer
  const member = { organisationId, accountId, userId, roleId, displayName, grantedBy: inviterId }
  const membershipId = await users.insertMember(tx.db, member)
  const goneDepartments = await offers.joinDepartments(tx.db, offer, membershipId)
  const change = { acceptedAt: tx.now().toISOString(), acceptedBy: userId }
  await invites.update(tx.db, organisationId, offer.id, { state: 'accepted', ...change })
  const queues = await offers.listQueues(tx.db, organisationId, offer.id)
  await congratulate(tx, offer, { name, membershipId })
  const gone = [
    ...goneDepartments,
    ...queues.flatMap((queue) => (queue.isThere ? [] : [queue.name])),
  ]
  if (gone.length > 0) await tellLost(tx, offer, { name, membershipId }, gone)
  const { email, accountName, roleName } = offer
  tx.note({
    subject: 'membership',
    subjectId: membershipId,
    after: { email, name, account: accountName, role: roleName, invitationId: offer.id },
  })
  await makeOperator(tx, offer, userId, queues)
  await tellInvitations(tx, [offer.id])
  await tellUser(tx, userId)
}

interface Newcomer {
  name: string
  membershipId: string
}

async function congratulate(tx: Tx, offer: offers.Offer, newcomer: Newcomer): Promise<void> {
  const { inviterId, accountName, email } = offer
  const data = { ...newcomer, email, accountName }
  await notify(tx, { userId: inviterId, kind: 'invitation_accepted', data })
  await enqueueMail(tx, {
    template: 'invitation_accepted',
    toEmail: offer.inviterEmail,
    toName: `${offer.inviterFirstName} ${offer.inviterLastName}`,
    language: offer.inviterLanguage,
    data: { ...data, accountColour: offer.accountColour, inviterFirstName: offer.inviterFirstName },
  })
}

async function tellLost(tx: Tx, offer: offers.Offer, newcomer: Newcomer, gone: readonly string[]) {
  const data = { ...newcomer, accountName: offer.accountName, lost: gone.join(', ') }
  await notify(tx, { userId: offer.inviterId, kind: 'invitation_lost_parts', data })
}

// Last, because routing's functions take the log's lock.
async function makeOperator(
  tx: Tx,
  offer: offers.Offer,
  userId: string,
  queues: Awaited<ReturnType<typeof offers.listQueues>>,
): Promise<void> {
  const { organisationId, liveLimit, deferredLimit, permissions } = offer
  const wanted = {
    hasQueues: queues.length > 0,
    hasLimits: liveLimit !== null || deferredLimit !== null,
  }
  if (!becomesOperator(permissions, wanted)) return
  const operator = {
    organisationId,
    userId,
    live: liveLimit ?? offer.accountLiveLimit,
    deferred: deferredLimit ?? offer.accountDeferredLimit,
    actorId: offer.inviterId,
  }
  await offers.registerOperator(tx.db, operator)
  for (const queue of queues) if (queue.isThere) await offers.assignQueue(tx.db, operator, queue.id)
}
