// What every sending of an invitation has in common: may the address have one, and the mail.
import { emailKey } from '#contract/email.ts'
import type { Invited } from '#contract/invitations.ts'
import type { Language } from '#contract/shapes.ts'
import type { Actor, Ctx, Tx } from '../../platform/context.ts'
import { brokenConstraint } from '../../platform/database.ts'
import { spend } from '../../platform/quota.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import * as accounts from '../accounts/queries.ts'
import { enqueueMail } from '../mail-outbox/actions.ts'
import { mayReach } from '../people/reach.ts'
import * as offers from './offer-queries.ts'
import { placeOf } from './plan-actions.ts'
import * as invites from './queries.ts'
import { MOST_OPEN, PER_ADDRESS, PER_INVITER } from './rules.ts'

type No = NonNullable<Invited['results'][number]['refusal']>

export function no(code: string, more: Partial<No> = {}): No {
  return { code, openId: null, retryAfter: null, ...more }
}

/** The account, open with all above it; whoever invites there waits here for the others. */
export async function lockActiveAccount(tx: Tx, accountId: string) {
  await invites.lockAccount(tx.db, tx.organisationId, accountId)
  const account = found(await accounts.findForInviting(tx.db, tx.organisationId, accountId))
  if (!account.isOpen) throw new Refusal('invalid', { field: 'accountId' })
  return account
}

/** Why the account cannot invite the address; null when it can. */
export async function whyNotInvite(
  ctx: Pick<Ctx, 'db' | 'now'> & { organisationId: string },
  actor: Actor,
  { accountId, email }: { accountId: string; email: string },
): Promise<No | null> {
  const { db, organisationId } = ctx
  if (await invites.isMember(db, organisationId, accountId, email)) return no('already_member')
  const at = { accountId, email, now: ctx.now().toISOString() }
  const id = await invites.findOpenId(db, organisationId, at)
  if (id !== undefined)
    return no('already_invited', { openId: (await mayManage(ctx, actor, id)) ? id : null })
  const isFull = (await invites.countOpen(db, organisationId, accountId)) >= MOST_OPEN
  return isFull ? no('too_many') : null
}

/** Whether the actor may change the invitation, where the person would stand. */
async function mayManage(
  ctx: Pick<Ctx, 'db'> & { organisationId: string },
  actor: Actor,
  id: string,
): Promise<boolean> {
  const offer = await offers.find(ctx.db, ctx.organisationId, id)
  if (offer === undefined) return false
  return mayReach(actor, 'users.manage', await placeOf(ctx, offer.accountId, offer.plan.set))
}

/**
 * Counts one more mail; why none may go: null when one may. Counted within the organisation: another
 * one's invitations show in no answer.
 */
export async function spendMail(tx: Tx, inviterId: string, email: string): Promise<No | null> {
  const address = `invitation:to:${tx.organisationId}:${emailKey(email)}`
  try {
    await spend(tx.db, address, PER_ADDRESS, tx.now())
    await spend(tx.db, `invitation:by:${inviterId}`, PER_INVITER, tx.now())
    return null
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return no(error.code, { retryAfter: error.details.retryAfter ?? null })
  }
}

/** One open invitation for an address: the index says so, whoever was first. */
export async function refusingSecond(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (brokenConstraint(error) === 'invitations_open')
      throw new Refusal('already_invited', { field: 'email' })
    throw error
  }
}

interface Addressee {
  id: string
  email: string
  firstName: string | null
  lastName: string | null
  language: Language
}

export function sendLink(
  tx: Tx,
  { id, email, firstName, lastName, language }: Addressee,
): Promise<void> {
  return enqueueMail(tx, {
    template: 'invitation',
    toEmail: email,
    toName: [firstName, lastName].filter((name) => name !== null).join(' '),
    language,
    data: { invitationId: id },
  })
}
