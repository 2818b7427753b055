// What the holder of an invitation's link may do: look at it, and accept it once.
import { randomBytes, randomUUID } from 'node:crypto'
import type { Gender } from '#contract/fields.ts'
import type { Accepted, AcceptInvitation, InvitationCard } from '#contract/invitations.ts'
import { passwordProblems } from '#contract/password.ts'
import { type ActorCtx, actingIn, type Ctx, type Tx } from '../../platform/context.ts'
import { soundName } from '../../platform/names.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import { hashToken } from '../../platform/tokens.ts'
import { write } from '../../platform/write.ts'
import * as accounts from '../accounts/queries.ts'
import { settle } from '../routing/actions.ts'
import { enter } from '../sign-in/actions.ts'
import { startSession } from '../sign-in/sessions.ts'
import * as users from '../users/queries.ts'
import { type Given, give } from './giving.ts'
import * as offers from './offer-queries.ts'
import { nameOf, refuseClosed } from './open-offer.ts'
import * as plans from './plan-queries.ts'
import * as invites from './queries.ts'
import { whyNotOpen, withoutUser } from './rules.ts'
import { tellInvitations } from './tell.ts'
import { mailPassword, type Seed, temporaryPassword } from './temporary.ts'

/** Refuses with `not_found`, or with why the link no longer gives anything. Uses nothing up. */
export async function lookAtInvitation(ctx: Ctx, token: string): Promise<InvitationCard> {
  const { offer, grants } = await openOffer(ctx, token)
  if (offer.state !== 'opened') await markOpened(ctx, offer)
  const { organisationId, email, firstName, lastName, accountName, language, plan } = offer
  const gone = await plans.listGone(ctx.db, organisationId, plan.set)
  return {
    ...{ email, firstName, lastName, accountName, language },
    expiresAt: found(offer.expiresAt),
    inviterName: `${offer.inviterFirstName} ${offer.inviterLastName}`,
    roleNames: [...new Set(grants.map(({ roleName }) => roleName))],
    hasLogin: (await users.findByEmail(ctx.db, email)) !== undefined,
    password: modeOf(offer),
    policy: await policyOf(ctx, offer),
    asksGender: offer.requiresGender && plan.set['gender'] === undefined,
    gone: gone.map((key) => nameOf(plan, key)),
  }
}

/**
 * Makes the user: with the password they chose, which signs them in, or with one that is made for
 * them and mailed. Refuses like looking; and with `forbidden` when the address has a login (it
 * accepts by joining), `invalid` (a name, the gender where it is required, a password where none or
 * one is expected) or `weak_password`.
 */
export async function acceptInvitation(ctx: Ctx, wanted: AcceptInvitation): Promise<Accepted> {
  const { offer } = await openOffer(ctx, wanted.token)
  const firstName = soundName(wanted.firstName, 'firstName')
  const lastName = soundName(wanted.lastName, 'lastName')
  const gender = soundGender(offer, wanted.gender)
  await refuseKnown(ctx, offer.email)
  const { organisationId, email, language } = offer
  const id = randomUUID()
  const secret = await secretOf(ctx, offer, wanted, { id, firstName, lastName })
  const passwordHash = await ctx.hasher.hash(secret.password)
  const given = await write(actingIn(ctx, organisationId, id), 'invitation.accept', async (tx) => {
    const open = await lockOpen(tx, offer, id)
    if (!open) return undefined
    await refuseKnown(tx, email)
    const passwordChangedAt = tx.now().toISOString()
    const person = { id, email, firstName, lastName, language }
    await users.insertUser(tx.db, { ...person, passwordHash, passwordChangedAt })
    if (secret.seed) await mailPassword(tx, open, { ...person, seed: secret.seed })
    const set = gender === undefined ? open.plan.set : { ...open.plan.set, gender }
    return give(tx, open, { id, name: `${firstName} ${lastName}`, set })
  })
  await settleAll(ctx, organisationId, given)
  ctx.log.info({ event: 'invitation.accepted', invitationId: offer.id, userId: id })
  if (secret.seed === undefined) await startSession(ctx, id, organisationId)
  return { isSignedIn: secret.seed === undefined, gone: given?.gone ?? [] }
}

/**
 * The signed-in user becomes a member, and works there from now on. Refuses like looking; and with
 * `forbidden` when the invitation is for another address, or `already_member`.
 */
export async function joinByInvitation(ctx: ActorCtx, token: string): Promise<Accepted> {
  const { offer } = await openOffer(ctx, token)
  const { organisationId, accountId } = offer
  const { userId: id, name } = ctx.actor
  const owner = await users.findByEmail(ctx.db, offer.email)
  if (owner?.id !== id) throw new Refusal('forbidden')
  const given = await write(actingIn(ctx, organisationId, id), 'invitation.join', async (tx) => {
    const open = await lockOpen(tx, offer, id)
    if (!open) return undefined
    if (await users.findMembership(tx.db, organisationId, accountId, id))
      throw new Refusal('already_member')
    return give(tx, open, { id, name, set: withoutUser(open.plan.set) })
  })
  await settleAll(ctx, organisationId, given)
  ctx.log.info({ event: 'invitation.accepted', invitationId: offer.id, userId: id })
  if (organisationId !== ctx.organisationId) await enter(ctx, organisationId)
  return { isSignedIn: true, gone: given?.gone ?? [] }
}

/** The offer behind the link; refuses when there is none, or it no longer holds. */
async function openOffer(ctx: Ctx, token: string) {
  const offer = found(await offers.findByToken(ctx.db, hashToken(token)))
  return { offer, grants: await refuseClosed(ctx, offer) }
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

function modeOf({ onboardingMode }: offers.Offer): InvitationCard['password'] {
  return onboardingMode === 'assigned' ? 'assigned' : 'choose'
}

async function policyOf(ctx: Ctx, { organisationId, accountId }: offers.Offer) {
  const path = (await accounts.paths(ctx.db, organisationId)).get(accountId) ?? []
  return users.findPasswordPolicy(ctx.db, organisationId, path)
}

function soundGender(offer: offers.Offer, gender: Gender | undefined): Gender | undefined {
  const isKnown = gender !== undefined || offer.plan.set['gender'] !== undefined
  if (offer.requiresGender && !isKnown) throw new Refusal('invalid', { field: 'gender' })
  return gender
}

interface Secret {
  password: string
  /** Of one that is made and mailed. */
  seed?: Seed
}

async function secretOf(
  ctx: Ctx,
  offer: offers.Offer,
  { password }: AcceptInvitation,
  person: { id: string; firstName: string; lastName: string },
): Promise<Secret> {
  const names = [person.firstName, person.lastName]
  const context = { email: offer.email, names, account: offer.accountName }
  const policy = await policyOf(ctx, offer)
  if ((modeOf(offer) === 'choose') !== (password !== undefined))
    throw new Refusal('invalid', { field: 'password' })
  if (password === undefined) {
    const seed = { userId: person.id, nonce: randomBytes(16), policy, context }
    return { password: temporaryPassword(ctx, seed), seed }
  }
  const problems = passwordProblems(policy, password, context)
  if (problems.length === 0) return { password }
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
  if (!tokenHash || !offer.tokenHash?.equals(tokenHash)) throw new Refusal('not_found')
  await refuseClosed(tx, offer)
  return offer
}

async function settleAll(ctx: Ctx, organisationId: string, given: Given | undefined) {
  for (const outcome of given?.outcomes ?? []) await settle(ctx.db, outcome)
  if (given) ctx.bus.wake(organisationId)
}
