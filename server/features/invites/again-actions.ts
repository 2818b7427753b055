// What is done with invitations that are out: sent again, to another address, handed over in person,
// withdrawn, or run out.
import { canonicalEmail } from '#contract/email.ts'
import type { ActResults, InvitationActs } from '#contract/invitation-drafts.ts'
import type { Invitation } from '#contract/invitations.ts'
import { type Actor, type ActorCtx, actingIn, type Ctx, type Tx } from '../../platform/context.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import { write } from '../../platform/write.ts'
import { dropInvitationMail } from '../mail-outbox/actions.ts'
import { discardDraft } from './draft-actions.ts'
import { linkOf, newLink } from './link.ts'
import * as offers from './offer-queries.ts'
import { mustOffer, mustSeeManaged } from './plan-actions.ts'
import * as invites from './queries.ts'
import { whyNotOpen, whyNotResend } from './rules.ts'
import { lockActiveAccount, refusingSecond, sendLink, spendMail, whyNotInvite } from './sending.ts'
import { findTold, noteAndTell, tellInvitations } from './tell.ts'

/**
 * A new link; the old one dies. Whoever sends it is the inviter from now on. Refuses with
 * `not_found` or `forbidden`, with why it cannot be sent again, or with `too_many`.
 */
export function resendInvitation(ctx: ActorCtx, id: string): Promise<Invitation> {
  return write(ctx, 'invitation.resend', async (tx) => {
    const offer = await lockForSending(tx, ctx.actor, id)
    return sendAgain(tx, ctx.actor, offer, offer.email)
  })
}

/**
 * The same, to another address. Refuses with `invalid`, `already_invited` or `already_member`, as
 * inviting it would be.
 */
export function readdressInvitation(ctx: ActorCtx, id: string, typed: string): Promise<Invitation> {
  const email = canonicalEmail(typed.trim())
  if (email === undefined) throw new Refusal('invalid', { field: 'email' })
  return write(ctx, 'invitation.readdress', async (tx) => {
    const offer = await lockForSending(tx, ctx.actor, id)
    const { accountId } = offer
    const isSame = email.toLowerCase() === offer.email.toLowerCase()
    const now = tx.now().toISOString()
    await tellInvitations(
      tx,
      await invites.expire(tx.db, tx.organisationId, now, { accountId, email }),
    )
    const refusal = isSame ? null : await whyNotInvite(tx, ctx.actor, { accountId, email })
    // It is open itself: an account that is full stays so.
    if (refusal?.code === 'already_invited' || refusal?.code === 'already_member')
      throw new Refusal(refusal.code, { field: 'email' })
    return sendAgain(tx, ctx.actor, offer, email)
  })
}

/**
 * The link, for whoever hands it over. Refuses with `not_found`, `forbidden` (also one who could not
 * give what it offers), or with why it gives nothing.
 */
export function copyLink(ctx: ActorCtx, id: string): Promise<{ link: string; expiresAt: string }> {
  return write(ctx, 'invitation.copy_link', async (tx) => {
    const offer = await findManaged(tx, ctx.actor, id)
    const code = whyNotOpen(offer, tx.now())
    if (code) throw new Refusal(code)
    await mustOffer(tx, ctx.actor, offer.plan.set)
    const { tokenNonce, expiresAt } = offer
    tx.note({ subject: 'invitation', subjectId: id, after: { email: offer.email } })
    return { link: linkOf(ctx, { id, tokenNonce: found(tokenNonce) }), expiresAt: found(expiresAt) }
  })
}

/** The link dies. Withdrawing twice is withdrawing once. */
export function revokeInvitation(ctx: ActorCtx, id: string): Promise<Invitation> {
  return write(ctx, 'invitation.revoke', async (tx) => {
    await findManaged(tx, ctx.actor, id)
    const { state } = found(await offers.lock(tx.db, tx.organisationId, id))
    if (state === 'accepted') throw new Refusal('invitation_used')
    if (state === 'draft') throw new Refusal('wrong_status')
    const { invitation: before, scopes } = await findTold(tx, id)
    if (state === 'revoked') return before
    const revokedAt = tx.now().toISOString()
    await invites.update(tx.db, tx.organisationId, id, { state: 'revoked', revokedAt })
    await dropInvitationMail(tx, id)
    return noteAndTell(tx, id, { scopes, before })
  })
}

/** Each or not at all: what became of each is answered. */
export async function actOnInvitations(
  ctx: ActorCtx,
  { act, ids }: InvitationActs,
): Promise<ActResults> {
  const acts = { resend: resendInvitation, revoke: revokeInvitation, discard: discardDraft }
  const results: ActResults['results'] = []
  for (const id of ids) {
    try {
      await acts[act](ctx, id)
      results.push({ id, refusal: null, retryAfter: null })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      results.push({ id, refusal: error.code, retryAfter: error.details.retryAfter ?? null })
    }
  }
  return { results }
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

// The account first, as everybody who invites there does.
async function lockForSending(tx: Tx, actor: Actor, id: string): Promise<offers.Offer> {
  await lockActiveAccount(tx, (await findManaged(tx, actor, id)).accountId)
  const offer = found(await offers.lock(tx.db, tx.organisationId, id))
  const code = whyNotResend(offer, tx.now())
  if (code) throw new Refusal(code)
  await mustOffer(tx, actor, offer.plan.set)
  return offer
}

async function sendAgain(
  tx: Tx,
  { userId: inviterId }: Actor,
  offer: offers.Offer,
  email: string,
): Promise<Invitation> {
  const { id } = offer
  const { invitation: before, scopes } = await findTold(tx, id)
  const link = newLink(tx, id, offer.hours ?? offer.invitationHours)
  await refusingSecond(() =>
    invites.renew(tx.db, tx.organisationId, id, { ...link, inviterId, email }),
  )
  const refusal = await spendMail(tx, inviterId, email)
  if (refusal?.retryAfter) throw new Refusal('too_many', { retryAfter: refusal.retryAfter })
  await dropInvitationMail(tx, id)
  await sendLink(tx, { ...offer, email })
  return noteAndTell(tx, id, { scopes, before })
}

/** Refuses with `not_found` one that is neither the actor's own draft nor theirs to manage. */
export async function findManaged(
  tx: Pick<Tx, 'db' | 'organisationId'>,
  actor: Actor,
  id: string,
): Promise<offers.Offer> {
  const offer = found(await offers.find(tx.db, tx.organisationId, id))
  // A draft is its author's own, wherever it will lead.
  const isOwnDraft = offer.state === 'draft' && offer.inviterId === actor.userId
  if (!isOwnDraft) await mustSeeManaged(tx, actor, offer)
  return offer
}
