// Another e-mail for a user: asked for by themself or by an administrator, and theirs once whoever has
// the new address says so.
//
// Nobody learns here whether somebody else has an address. Asking is answered alike, in the same time:
// the address waits, and a mail is written; that it goes out to nobody who has it already is decided
// when its time has come. Only whoever opened a link in that very mailbox is told `email_taken`.

import type { EmailCard, MyContact } from '#contract/contact.ts'
import { canonicalEmail } from '#contract/email.ts'
import { mustBeFresh } from '../../platform/allow.ts'
import { type ActorCtx, actingIn, type Ctx, type Tx } from '../../platform/context.ts'
import { brokenConstraint } from '../../platform/database.ts'
import { spend } from '../../platform/quota.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import { write } from '../../platform/write.ts'
import { tellElsewhere, tellPerson } from '../people/tell.ts'
import { mailLogin } from '../security/passwords.ts'
import { mustBeOurs, mustManage } from '../security/person-actions.ts'
import { voidEmailChange, voidResets } from '../security/queries.ts'
import { sendReset } from '../security/reset-actions.ts'
import * as logins from '../sign-in/queries.ts'
import { endSessions, tellEnded } from '../sign-in/sessions.ts'
import * as users from '../users/queries.ts'
import * as emails from './email-queries.ts'
import { makeLink, openLink } from './links.ts'
import { contactOf } from './mobile-actions.ts'

const PER_USER = { most: 5, seconds: 3600 }
const PER_ACTOR = { most: 20, seconds: 3600 }

type Done = Record<string, never>

/** Refuses with `reauth_needed`, `invalid` or `too_many`. */
export async function changeMyEmail(ctx: ActorCtx, email: string): Promise<MyContact> {
  mustBeFresh(ctx)
  await ask(ctx, ctx.actor.userId, email)
  return contactOf(ctx)
}

/**
 * Refuses with `not_found`, `forbidden`, `stronger_person`, `works_elsewhere`, `wrong_status`,
 * `reauth_needed`, `invalid` or `too_many`.
 */
export async function changeEmailOf(ctx: ActorCtx, id: string, email: string): Promise<Done> {
  const { userId, status } = await mustManage(ctx, id)
  if (userId !== ctx.actor.userId) await mustBeOurs(ctx, userId)
  if (status === 'archived') throw new Refusal('wrong_status')
  mustBeFresh(ctx)
  await ask(ctx, userId, email)
  return {}
}

export async function cancelMyEmail(ctx: ActorCtx): Promise<MyContact> {
  await cancel(ctx, ctx.actor.userId)
  return contactOf(ctx)
}

/** Refuses with `not_found`, `forbidden`, `stronger_person` or `works_elsewhere`. */
export async function cancelEmailOf(ctx: ActorCtx, id: string): Promise<Done> {
  const { userId } = await mustManage(ctx, id)
  if (userId !== ctx.actor.userId) await mustBeOurs(ctx, userId)
  await cancel(ctx, userId)
  return {}
}

async function ask(ctx: ActorCtx, userId: string, wanted: string): Promise<void> {
  const email = canonicalEmail(wanted)
  if (email === undefined) throw new Refusal('invalid', { field: 'email' })
  await spend(ctx.db, `email_change:${userId}`, PER_USER, ctx.now())
  await spend(ctx.db, `email_changes_by:${ctx.actor.userId}`, PER_ACTOR, ctx.now())
  await write(ctx, 'user.ask_email', async (tx) => {
    const login = found(await logins.lockLogin(tx.db, userId))
    if (login.email === email) throw new Refusal('invalid', { field: 'email' })
    const now = tx.now().toISOString()
    await voidEmailChange(tx.db, userId, now)
    await emails.setPending(tx.db, userId, email)
    const linkId = await makeLink(tx, { userId, purpose: 'confirm', email })
    await mailLogin(tx, { ...login, email }, 'email_confirm', { linkId })
    await mailLogin(tx, login, 'email_asked', { email })
    tx.note({ subject: 'user', subjectId: userId, after: { pendingEmail: email } })
    await tellPerson(tx, userId)
  })
  await tellElsewhere(ctx, userId)
}

async function cancel(ctx: ActorCtx, userId: string): Promise<void> {
  await write(ctx, 'user.cancel_email', async (tx) => {
    await logins.lockLogin(tx.db, userId)
    await voidEmailChange(tx.db, userId, tx.now().toISOString())
    tx.note({ subject: 'user', subjectId: userId, after: { pendingEmail: null } })
    await tellPerson(tx, userId)
  })
  await tellElsewhere(ctx, userId)
}

/** Changes nothing. Refuses with `not_found`, `link_used` or `link_expired`. */
export async function lookAtLink(ctx: Ctx, token: string): Promise<EmailCard> {
  const { purpose, email, expiresAt, userId } = await openLink(ctx, token)
  const { firstName } = found(await logins.findLoginOf(ctx.db, userId))
  return { purpose, email, expiresAt, firstName }
}

/**
 * The new address is the e-mail; whoever has the old one may take it back. Refuses with `not_found`,
 * `link_used`, `link_expired` or `email_taken`.
 */
export async function confirmEmail(ctx: Ctx, token: string): Promise<Done> {
  const link = await openLink(ctx, token, 'confirm')
  const { userId, email } = link
  const acting = actingIn(ctx, link.organisationId, userId)
  await refusingTaken(() =>
    write(acting, 'user.confirm_email', async (tx) => {
      const login = await lockAndRedeem(tx, link)
      await refuseEstranged(tx, link)
      await change(tx, login, email)
      const linkId = await makeLink(tx, { userId, purpose: 'revert', email: login.email })
      await mailLogin(tx, login, 'email_changed', { linkId, email })
    }),
  )
  await tellElsewhere(acting, userId)
  return {}
}

/**
 * The old address is the e-mail again. Every session ends and the password works no more, for
 * somebody else may know it; a mail with a link to choose a new one goes to the old address. Refuses
 * like confirming.
 */
export async function revertEmail(ctx: Ctx, token: string): Promise<Done> {
  const link = await openLink(ctx, token, 'revert')
  const { userId, email } = link
  const acting = actingIn(ctx, link.organisationId, userId)
  const ended = await refusingTaken(() =>
    write(acting, 'user.revert_email', async (tx) => {
      const login = await lockAndRedeem(tx, link)
      const now = tx.now().toISOString()
      await emails.voidLaterReverts(tx.db, link, now)
      await emails.dropPassword(tx.db, userId, now)
      await change(tx, login, email)
      await sendReset(tx, { ...login, email }, null)
      return endSessions(tx, { userId }, 'email_reverted')
    }),
  )
  await tellEnded(acting, ended)
  await tellElsewhere(acting, userId)
  return {}
}

async function lockAndRedeem(tx: Tx, { id, userId }: emails.Link): Promise<logins.Login> {
  const login = found(await logins.lockLogin(tx.db, userId))
  if (!(await emails.redeem(tx.db, id, tx.now().toISOString()))) throw new Refusal('link_used')
  return login
}

/** What an administrator asked for while the user was theirs alone does not hold once they are not. */
async function refuseEstranged(tx: Tx, { requestedBy, userId }: emails.Link): Promise<void> {
  if (requestedBy === userId) return
  const places = await users.organisationIdsOf(tx.db, userId)
  if (places.some((id) => id !== tx.organisationId)) throw new Refusal('link_expired')
}

/** Links that went to the address before, to confirm another or to choose a password, work no more. */
async function change(tx: Tx, login: logins.Login, email: string): Promise<void> {
  const { id: userId, email: before } = login
  const holder = await users.findByEmail(tx.db, email)
  if (holder && holder.id !== userId) throw new Refusal('email_taken', { field: 'email' })
  const now = tx.now().toISOString()
  await voidEmailChange(tx.db, userId, now)
  await voidResets(tx.db, userId, now)
  await emails.setEmail(tx.db, userId, email)
  tx.note({ subject: 'user', subjectId: userId, before: { email: before }, after: { email } })
  await tellPerson(tx, userId)
}

// Two may be given the same address at the same moment: the index says who was first.
async function refusingTaken<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (brokenConstraint(error) !== 'users_email') throw error
    throw new Refusal('email_taken', { field: 'email' })
  }
}

/** Addresses that nobody confirmed in time wait no more; answers how many. */
export async function expireEmailChanges(ctx: Ctx): Promise<number> {
  const now = ctx.now().toISOString()
  const expired = await emails.listExpired(ctx.db, now)
  for (const { userId, organisationId } of expired) {
    const acting = actingIn(ctx, organisationId, null)
    await write(acting, 'user.expire_email', async (tx) => {
      await logins.lockLogin(tx.db, userId)
      await voidEmailChange(tx.db, userId, now)
      tx.note({ subject: 'user', subjectId: userId, after: { pendingEmail: null } })
      await tellPerson(tx, userId)
    })
    await tellElsewhere(acting, userId)
  }
  await emails.forgetLinks(ctx.db, new Date(ctx.now().getTime() - 86_400_000).toISOString())
  return expired.length
}
