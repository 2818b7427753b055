// Invitations that are being prepared: kept on the server, whatever is filled in so far.
import { randomUUID } from 'node:crypto'
import { Check } from 'typebox/value'
import { type Fields, fieldOf, schemaOf } from '#contract/fields.ts'
import type { DraftChange, Draft as Wanted } from '#contract/invitation-drafts.ts'
import type { Invitation } from '#contract/invitations.ts'
import type { Actor, ActorCtx, Tx } from '../../platform/context.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import { write } from '../../platform/write.ts'
import * as accounts from '../accounts/queries.ts'
import * as drafts from './draft-queries.ts'
import * as offers from './offer-queries.ts'
import { mustInviteTo, mustManageSomeOf, mustSeeManaged } from './plan-actions.ts'
import * as invites from './queries.ts'
import { has, MOST_DRAFTS, maySet } from './rules.ts'
import { findTold, noteAndTell } from './tell.ts'

/** A draft as it was: for the audit, and for those who saw it. */
export interface Draft {
  id: string
  scopes: readonly string[]
  before: Invitation
}

/**
 * Keeps a new draft. Refuses with `not_found` or `forbidden` (the account, a team), `invalid` (a
 * field that an invitation does not set, or a value that does not fit it) or `too_many`.
 */
export function saveDraft(ctx: ActorCtx, wanted: Wanted): Promise<Invitation> {
  const { organisationId, actor } = ctx
  return write(ctx, 'invitation.save_draft', async (tx) => {
    const row = await soundDraft(tx, actor, wanted)
    if ((await invites.countDrafts(tx.db, organisationId, actor.userId)) >= MOST_DRAFTS)
      throw new Refusal('too_many')
    const id = randomUUID()
    const at = { organisationId, id, inviterId: actor.userId, createdAt: tx.now().toISOString() }
    await drafts.insert(tx.db, at, row)
    return noteAndTell(tx, id)
  })
}

/** Refuses like keeping a new one; and with `stale` when somebody else has changed it meanwhile. */
export function changeDraft(
  ctx: ActorCtx,
  id: string,
  { version, ...wanted }: DraftChange,
): Promise<Invitation> {
  return write(ctx, 'invitation.change_draft', async (tx) => {
    const draft = await lockDraft(tx, ctx.actor, id)
    const row = await soundDraft(tx, ctx.actor, wanted)
    const at = { organisationId: tx.organisationId, id, version }
    if (!(await drafts.update(tx.db, at, row))) throw new Refusal('stale')
    return noteAndTell(tx, id, draft)
  })
}

export function discardDraft(ctx: ActorCtx, id: string): Promise<void> {
  return write(ctx, 'invitation.discard', async (tx) => {
    const { scopes, before } = await lockDraft(tx, ctx.actor, id)
    await drafts.remove(tx.db, tx.organisationId, id)
    tx.untell('invitation', id, scopes)
    tx.note({ subject: 'invitation', subjectId: id, before })
  })
}

/**
 * The draft, for this transaction alone. Refuses with `not_found` one that is neither the actor's
 * own nor theirs to manage, with `wrong_status` what was sent.
 */
export async function lockDraft(tx: Tx, actor: Actor, id: string): Promise<Draft> {
  const offer = found(await offers.lock(tx.db, tx.organisationId, id))
  if (offer.inviterId !== actor.userId) await mustSeeManaged(tx, actor, offer)
  if (offer.state !== 'draft') throw new Refusal('wrong_status')
  const { invitation, scopes } = await findTold(tx, id)
  return { id, scopes, before: invitation }
}

async function soundDraft(tx: Tx, actor: Actor, wanted: Wanted): Promise<drafts.DraftRow> {
  const { accountId, emails, step, hours = null, set, language } = wanted
  mustManageSomeOf(actor, accountId)
  const sound = soundSet(set)
  if (has(sound, 'department') || typeof sound['supervisorGroupId'] === 'string')
    await mustInviteTo(tx, actor, accountId, sound)
  const account = found(await accounts.findForInviting(tx.db, tx.organisationId, accountId))
  return {
    accountId,
    hours,
    firstName: storable(wanted.firstName ?? '') || null,
    lastName: storable(wanted.lastName ?? '') || null,
    language: language ?? (account.language === 'nl' ? 'nl' : 'en'),
    plan: { set: sound, names: {} },
    draft: { emails: emails.map(storable), step },
  }
}

/** Names are kept as far as they are typed; everything else fits its field. */
function soundSet(set: Fields): Fields {
  const entries = Object.entries(set).map(([key, value]) => {
    const field = fieldOf(key)
    const isTyped = typeof value === 'string' && TYPED.has(key)
    if (field === undefined || !maySet(key) || !(isTyped || Check(schemaOf(field), value)))
      throw new Refusal('invalid', { field: key })
    return [key, storableIn(value)] as const
  })
  return Object.fromEntries(entries)
}

const TYPED: ReadonlySet<string> = new Set(['displayName', 'alias', 'description', 'mobile'])

function storableIn(value: Fields[string]): Fields[string] {
  if (typeof value === 'string') return storable(value)
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).map(([name, part]) => [
    name,
    typeof part === 'string' ? storable(part) : part,
  ])
  return Object.fromEntries(kept)
}

/** The database keeps no NUL and no half characters. */
function storable(text: string): string {
  return text.toWellFormed().replace(/[^\P{Cc}\n]/gu, ' ')
}
