// Inviting: one or several addresses get an offer of the same prepared membership.
import { randomUUID } from 'node:crypto'
import { canonicalEmail } from '#contract/email.ts'
import type { Invited, NewInvitation } from '#contract/invitations.ts'
import type { ActorCtx, Tx } from '../../platform/context.ts'
import { soundName } from '../../platform/names.ts'
import { Refusal } from '../../platform/refuse.ts'
import { write } from '../../platform/write.ts'
import { type Draft, lockDraft } from './draft-actions.ts'
import { newLink } from './link.ts'
import { mustManageSomeOf, soundPlan } from './plan-actions.ts'
import * as invites from './queries.ts'
import type { Plan } from './rules.ts'
import { lockActiveAccount, no, sendLink, spendMail, whyNotInvite } from './sending.ts'
import { noteAndTell, tellInvitations } from './tell.ts'

type Result = Invited['results'][number]

/** What all invitations of one request have in common. */
interface Run {
  ctx: ActorCtx
  accountId: string
  plan: Plan
  invitee: invites.Invitee
  hours: number | null
  accountHours: number
}

/**
 * One invitation for each address that can have one: the others are answered with `invalid`,
 * `already_invited`, `already_member` or `too_many`, and the rest go out. Refuses as a whole, like
 * mustManageSomeOf and soundPlan, when the account or what is offered cannot be. Whether an address is
 * known elsewhere shows in no answer.
 */
export function createInvitations(ctx: ActorCtx, wanted: NewInvitation): Promise<Invited> {
  const names = soundNames(wanted)
  return write(ctx, 'invitation.create', async (tx) => {
    const run = await begin(tx, ctx, wanted, names)
    let draft = wanted.draftId && (await lockDraft(tx, ctx.actor, wanted.draftId))
    const results: Result[] = []
    for (const typed of wanted.emails) {
      const result = await inviteOne(tx, run, typed, draft || undefined)
      if (result.invitation !== null) draft = undefined
      results.push(result)
    }
    return { results }
  })
}

async function begin(
  tx: Tx,
  ctx: ActorCtx,
  { accountId, set, language, hours }: NewInvitation,
  names: { firstName: string | null; lastName: string | null },
): Promise<Run> {
  mustManageSomeOf(ctx.actor, accountId)
  const account = await lockActiveAccount(tx, accountId)
  const plan = await soundPlan(tx, ctx.actor, accountId, set)
  const usual = account.language === 'nl' ? 'nl' : 'en'
  const invitee = { ...names, language: language ?? usual }
  const accountHours = account.invitationHours
  return { ctx, accountId, plan, hours: hours ?? null, invitee, accountHours }
}

async function inviteOne(tx: Tx, run: Run, typed: string, draft?: Draft): Promise<Result> {
  const { accountId, ctx, plan, invitee, hours } = run
  const email = canonicalEmail(typed.trim())
  if (email === undefined) return { email: typed, invitation: null, refusal: no('invalid') }
  const now = tx.now().toISOString()
  const over = await invites.expire(tx.db, tx.organisationId, now, { accountId, email })
  await tellInvitations(tx, over)
  const refusal =
    (await whyNotInvite(tx, ctx.actor, { accountId, email })) ??
    (await spendMail(tx, ctx.actor.userId, email))
  if (refusal) return { email: typed, invitation: null, refusal }
  const id = draft?.id ?? randomUUID()
  const row = {
    ...{ organisationId: tx.organisationId, id, accountId, email, plan, hours, ...invitee },
    ...{
      inviterId: ctx.actor.userId,
      createdAt: now,
      ...newLink(tx, id, hours ?? run.accountHours),
    },
  }
  await (draft ? invites.send(tx.db, row) : invites.insert(tx.db, row))
  await sendLink(tx, row)
  return { email: typed, invitation: await noteAndTell(tx, id, draft), refusal: null }
}

/** What each address would be answered; changes nothing. */
export async function checkAddresses(
  ctx: ActorCtx,
  { accountId, emails }: { accountId: string; emails: readonly string[] },
): Promise<Invited> {
  mustManageSomeOf(ctx.actor, accountId)
  const results: Result[] = []
  for (const typed of emails) {
    const email = canonicalEmail(typed.trim())
    const refusal =
      email === undefined ? no('invalid') : await whyNotInvite(ctx, ctx.actor, { accountId, email })
    results.push({ email: typed, invitation: null, refusal })
  }
  return { results }
}

function soundNames({ firstName, lastName, emails }: NewInvitation) {
  const isNamed = firstName !== undefined || lastName !== undefined
  if (isNamed && emails.length > 1)
    throw new Refusal('invalid', { field: 'emails', message: 'names are for one address' })
  return {
    firstName: firstName === undefined ? null : soundName(firstName, 'firstName'),
    lastName: lastName === undefined ? null : soundName(lastName, 'lastName'),
  }
}
