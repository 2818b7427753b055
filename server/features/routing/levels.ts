// On which level people serve a queue, and chats that are picked from its list.
import type { Operator } from '#contract/presence.ts'
import type { QueueMember, QueuePerson, SetTier } from '#contract/queues.ts'
import type { Chat } from '#contract/routing.ts'
import type { ActorCtx } from '../../platform/context.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import * as accounts from '../accounts/queries.ts'
import * as presence from '../presence/queries.ts'
import * as queues from '../queues/queries.ts'
import { tellUser } from '../users/actions.ts'
import { accountToSetUp, ask, change, markPlace, memberOf } from './commands.ts'
import * as routing from './queries.ts'
import * as ringing from './ring-queries.ts'
import * as wrapUps from './wrap-up-queries.ts'

/** Who is assigned to a queue; nameless, whom the actor knows of nowhere else. Refuses with
 * `not_found` or `forbidden` (the queue). */
export async function listPeople(ctx: ActorCtx, queueId: string): Promise<QueuePerson[]> {
  await accountToSetUp(ctx, queueId)
  const { db, organisationId } = ctx
  return queues.listPeople(db, organisationId, queueId, accounts.visibleIds(ctx.actor))
}

/**
 * Moves somebody to another level of a queue. Refuses with `not_found` or `forbidden` (the queue),
 * `not_found` (they are not assigned to it), or `stale` (another level than was seen).
 */
export async function setTier(
  ctx: ActorCtx,
  queueId: string,
  userId: string,
  { tier, was }: SetTier,
): Promise<QueueMember> {
  const { organisationId, actorId } = ctx
  await accountToSetUp(ctx, queueId)
  await change(ctx, 'queue.set_tier', async (tx) => {
    await markPlace(tx, queueId, userId)
    const wanted = { organisationId, queueId, userId, tier, was, actorId }
    const outcome = await ringing.setTier(tx.db, wanted)
    if (outcome.status === 'not_found') throw new Refusal('not_found')
    if (outcome.status === 'stale') throw new Refusal('stale', { field: 'tier' })
    await tellUser(tx, userId)
    const { before } = outcome.detail
    if (before !== null)
      tx.note({
        ...{ subject: 'queue_member', subjectId: `${queueId}:${userId}` },
        before: { tier: before },
        after: { tier },
      })
    return outcome
  })
  return memberOf(ctx, queueId, userId)
}

/**
 * Picks a chat that waits in a queue by hand which the actor has joined. Refuses with `offer_gone`
 * when another was first, `at_limit`, `not_available`, `not_joined`, `queue_paused`, `lacks_skill`, or `not_found`
 * (not in such a queue that they are assigned to).
 */
export async function pickChat(ctx: ActorCtx, chatId: string): Promise<Chat> {
  const { organisationId, userId } = ctx.actor
  const { status } = await ask(ctx, (db) =>
    ringing.pickChat(db, { organisationId, chatId, userId }),
  )
  if (status !== 'picked') throw new Refusal(WHY_NOT_PICKED[status])
  return found(await routing.findChat(ctx.db, organisationId, chatId))
}

/** What comes after a chat is done before its time is over. Refuses with `not_found` (no operator). */
export async function endWrapUp(ctx: ActorCtx): Promise<Operator> {
  const { organisationId, userId } = ctx.actor
  const { status } = await ask(ctx, (db) => wrapUps.endWrapUp(db, organisationId, userId))
  if (status === 'not_found') throw new Refusal('not_found')
  return found(await presence.findOperator(ctx.db, organisationId, userId))
}

/** The actor is there again, with the status that they have. Refuses with `not_found` (no operator). */
export async function comeBack(ctx: ActorCtx): Promise<Operator> {
  const { organisationId, userId } = ctx.actor
  const { status } = await ask(ctx, (db) => wrapUps.comeBack(db, organisationId, userId))
  if (status === 'not_found') throw new Refusal('not_found')
  return found(await presence.findOperator(ctx.db, organisationId, userId))
}

const WHY_NOT_PICKED = {
  gone: 'offer_gone',
  at_limit: 'at_limit',
  not_ready: 'not_available',
  not_joined: 'not_joined',
  paused: 'queue_paused',
  lacks_skill: 'lacks_skill',
  not_found: 'not_found',
} as const
