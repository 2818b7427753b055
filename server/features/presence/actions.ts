// What an operator's presence is apart from their status: whether somebody is there, and the
// organisation's rules about it.
import type { PresenceRules } from '#contract/presence.ts'
import type { Change } from '#contract/shapes.ts'
import { mustHold } from '../../platform/allow.ts'
import { changed } from '../../platform/changed.ts'
import type { ActorCtx } from '../../platform/context.ts'
import { retrying } from '../../platform/database.ts'
import { Refusal } from '../../platform/refuse.ts'
import { write } from '../../platform/write.ts'
import * as accounts from '../accounts/queries.ts'
import * as presence from './queries.ts'

/** The actor's keyboard or pointer is in use. Refuses with `not_found` whoever is no operator. */
export async function noteActivity(ctx: ActorCtx): Promise<Record<string, never>> {
  const { organisationId, userId } = ctx.actor
  const { status, seq } = await retrying(() =>
    presence.noteActivity(ctx.db, organisationId, userId),
  )
  if (status === 'not_found') throw new Refusal('not_found')
  if (seq !== null) ctx.bus.wake(organisationId)
  return {}
}

/** Refuses with `forbidden` whoever does not set up the whole organisation. */
export async function readRules(ctx: ActorCtx): Promise<PresenceRules> {
  mustHold(ctx.actor, 'setup.manage', ctx.organisationId)
  return presence.findRules(ctx.db, ctx.organisationId)
}

/** Refuses as `readRules`, and with `stale` where somebody has set the same meanwhile. */
export async function setRules(
  ctx: ActorCtx,
  change: Change<PresenceRules>,
): Promise<PresenceRules> {
  const { organisationId } = ctx
  mustHold(ctx.actor, 'setup.manage', organisationId)
  return write(ctx, 'account.set_presence', async (tx) => {
    await accounts.lock(tx.db, organisationId)
    const before = await presence.findRules(tx.db, organisationId)
    const after = changed(before, change)
    await presence.setRules(tx.db, organisationId, after)
    tx.note({ subject: 'account', subjectId: organisationId, before, after })
    return after
  })
}
