// What operators and those above them may ask of routing. Each is one transition of the database;
// what it leaves is matched before the answer goes out, and every screen is woken.

import { fieldKey } from '#contract/fields.ts'
import { may } from '#contract/permissions.ts'
import type { QueueMember } from '#contract/queues.ts'
import type { Chat, LimitSet, SetLimit } from '#contract/routing.ts'
import { mustHold } from '../../platform/allow.ts'
import type { Actor, ActorCtx, Tx } from '../../platform/context.ts'
import type { Db } from '../../platform/database.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import { write } from '../../platform/write.ts'
import * as accounts from '../accounts/queries.ts'
import * as chats from '../chats/queries.ts'
import * as presence from '../presence/queries.ts'
import * as queues from '../queues/queries.ts'
import { tellUser } from '../users/actions.ts'
import { markShared } from '../users/record-queries.ts'
import { run, settle } from './actions.ts'
import * as joining from './joining-queries.ts'
import type { Outcome } from './queries.ts'
import * as routing from './queries.ts'
import * as ringing from './ring-queries.ts'

/** A transition that needs no audit line, on its own. */
export async function ask<T extends Outcome<string, unknown>>(
  ctx: Pick<ActorCtx, 'db' | 'bus' | 'organisationId'>,
  transition: (db: Db) => Promise<T>,
): Promise<T> {
  const wake = () => ctx.bus.wake(ctx.organisationId)
  const outcome = await run(ctx.db, transition, wake)
  wake()
  return outcome
}

/** A transition within a change that is audited. */
export async function change<T extends Outcome<string, unknown>>(
  ctx: ActorCtx,
  action: string,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  const outcome = await write(ctx, action, work)
  await settle(ctx.db, outcome)
  ctx.bus.wake(ctx.organisationId)
  return outcome
}

/** Refuses with `offer_gone` when it was too late, `not_found` when it is somebody else's. */
export async function acceptOffer(ctx: ActorCtx, offerId: string): Promise<Chat> {
  const { organisationId, userId } = ctx.actor
  const answer = { organisationId, offerId, userId }
  const { status, detail } = await ask(ctx, (db) => routing.acceptOffer(db, answer))
  if (status === 'gone') throw new Refusal('offer_gone')
  const chatId = found(detail).chatId
  return found(await routing.findChat(ctx.db, organisationId, chatId))
}

/** Refuses with `offer_gone` when it was too late, `not_found` when it is somebody else's. */
export async function declineOffer(ctx: ActorCtx, offerId: string): Promise<Record<string, never>> {
  const { organisationId, userId } = ctx.actor
  const answer = { organisationId, offerId, userId }
  const { status } = await ask(ctx, (db) => routing.declineOffer(db, answer))
  if (status === 'gone') throw new Refusal('offer_gone')
  if (status === 'not_found') throw new Refusal('not_found')
  return {}
}

/**
 * Takes a chat that rings with everybody outside its queue. Refuses with `offer_gone` when another was
 * first or it rings no more, `at_limit`, `not_available`, or `not_found` (not assigned to its queue).
 */
export async function takeChat(ctx: ActorCtx, chatId: string): Promise<Chat> {
  const { organisationId, userId } = ctx.actor
  const { status } = await ask(ctx, (db) =>
    ringing.takeChat(db, { organisationId, chatId, userId }),
  )
  if (status !== 'taken') throw new Refusal(WHY_NOT_TAKEN[status])
  return found(await routing.findChat(ctx.db, organisationId, chatId))
}

const WHY_NOT_TAKEN = {
  gone: 'offer_gone',
  at_limit: 'at_limit',
  not_ready: 'not_available',
  not_found: 'not_found',
} as const

/** Ends a chat that the actor holds, or held until it ended. Refuses with `not_found`. */
export async function closeChat(ctx: ActorCtx, chatId: string): Promise<Record<string, never>> {
  const { organisationId, userId } = ctx.actor
  const { status, seq } = await ask(ctx, (db) =>
    routing.closeChat(db, { organisationId, chatId, holderId: userId, because: 'operator' }),
  )
  if (status === 'again') throw new Refusal('busy', { retryAfter: 1 })
  if (status !== 'closed') throw new Refusal('not_found')
  // One that had ended before is known to whoever held it, and to nobody else.
  if (seq === null) {
    const standing = await chats.findStanding(ctx.db, organisationId, chatId, userId)
    if (!standing?.wasHeld) throw new Refusal('not_found')
  }
  return {}
}

/**
 * Serves a queue, for so many minutes or for good. Refuses with `not_assigned`, or with `not_found` a
 * queue that the actor may not see.
 */
export async function joinQueue(
  ctx: ActorCtx,
  queueId: string,
  minutes?: number,
): Promise<QueueMember> {
  const place = { ...ownPlace(ctx.actor, queueId), minutes }
  const { status } = await ask(ctx, (db) => joining.joinQueue(db, place))
  if (status === 'not_assigned') await refuseUnassigned(ctx, queueId)
  return memberOf(ctx, queueId, ctx.actor.userId)
}

export async function leaveQueue(ctx: ActorCtx, queueId: string): Promise<QueueMember> {
  const { status } = await ask(ctx, (db) => joining.leaveQueue(db, ownPlace(ctx.actor, queueId)))
  if (status === 'not_assigned') await refuseUnassigned(ctx, queueId)
  return memberOf(ctx, queueId, ctx.actor.userId)
}

function ownPlace({ organisationId, userId }: Actor, queueId: string): routing.QueueAndUser {
  return { organisationId, queueId, userId, actorId: userId }
}

/** `not_assigned` for a queue that the actor may see, else `not_found`. */
async function refuseUnassigned(ctx: ActorCtx, queueId: string): Promise<never> {
  const accountId = found(await queues.findAccountId(ctx.db, ctx.organisationId, queueId))
  const isSeen = accounts.visibleIds(ctx.actor).includes(accountId)
  throw new Refusal(isSeen ? 'not_assigned' : 'not_found')
}

export async function memberOf(
  ctx: ActorCtx,
  queueId: string,
  userId: string,
): Promise<QueueMember> {
  return found(await queues.findMember(ctx.db, ctx.organisationId, queueId, userId))
}

/**
 * Lets an operator serve a queue. Refuses with `forbidden` or `not_found` (the queue), `not_found`
 * (no operator, or one who works neither in the queue's branch nor below the actor).
 */
export async function assignToQueue(
  ctx: ActorCtx,
  queueId: string,
  userId: string,
): Promise<QueueMember> {
  const { organisationId, actorId } = ctx
  const accountId = await accountToSetUp(ctx, queueId)
  const operator = found(await presence.findOperator(ctx.db, organisationId, userId))
  if (!mayServe(ctx.actor, accountId, operator.accountIds)) throw new Refusal('not_found')
  await change(ctx, 'queue.assign', async (tx) => {
    const place = { organisationId, queueId, userId, actorId }
    await markPlace(tx, queueId, userId)
    const outcome = await routing.assignQueueMember(tx.db, place)
    if (outcome.status !== 'assigned') throw new Refusal('not_found')
    await tellPlace(tx, queueId, userId, { assigned: true })
    return outcome
  })
  return memberOf(ctx, queueId, userId)
}

/** Takes an operator out of a queue; answers the place they had. Refuses as `assignToQueue`. */
export async function unassignFromQueue(
  ctx: ActorCtx,
  queueId: string,
  userId: string,
): Promise<QueueMember> {
  const { organisationId, actorId } = ctx
  await accountToSetUp(ctx, queueId)
  const member = await memberOf(ctx, queueId, userId)
  await change(ctx, 'queue.unassign', async (tx) => {
    const place = { organisationId, queueId, userId, actorId }
    await markPlace(tx, queueId, userId)
    const outcome = await routing.unassignQueueMember(tx.db, place)
    await tellPlace(tx, queueId, userId, { assigned: false })
    return outcome
  })
  return { ...member, isJoined: false, joinedAt: null, joinedUntil: null }
}

export async function accountToSetUp(ctx: ActorCtx, queueId: string): Promise<string> {
  const accountId = found(await queues.findAccountId(ctx.db, ctx.organisationId, queueId))
  mustHold(ctx.actor, 'setup.manage', accountId)
  return accountId
}

function mayServe(actor: Actor, queueAccountId: string, operatorAccountIds: readonly string[]) {
  const path = actor.paths.get(queueAccountId) ?? []
  return operatorAccountIds.some(
    (id) => path.includes(id) || accounts.mayAt(actor, 'setup.manage', id),
  )
}

/** A place is a field of the person's record. Before the transition, which takes the log's lock. */
export async function markPlace(tx: Tx, queueId: string, userId: string): Promise<void> {
  const { db, organisationId, actorId } = tx
  const accountId = found(await queues.findAccountId(db, organisationId, queueId))
  const field = { key: fieldKey.queue(queueId), accountId }
  await markShared(db, { organisationId, userId }, [field], actorId, tx.now().toISOString())
}

/** The place itself is told by the transition; this tells the person's line and opens the scope. */
async function tellPlace(tx: Tx, queueId: string, userId: string, after: { assigned: boolean }) {
  await tellUser(tx, userId)
  tx.signal('grants_changed', userId)
  tx.note({ subject: 'queue_member', subjectId: `${queueId}:${userId}`, after })
}

/**
 * Sets how many chats of a kind an operator may hold. Refuses with `not_found` or `forbidden` (the
 * operator), or with `stale` and what stands now.
 */
export async function setLimit(ctx: ActorCtx, userId: string, wanted: SetLimit): Promise<LimitSet> {
  const { organisationId, actorId } = ctx
  await mustHoldLimits(ctx, userId)
  const { detail } = await change(ctx, 'limit.set', async (tx) => {
    const outcome = await routing.setLimit(tx.db, { organisationId, userId, actorId, ...wanted })
    if (outcome.status === 'not_found') throw new Refusal('not_found')
    if (outcome.status === 'stale') await refuseStale(tx.db, outcome.detail)
    await tellUser(tx, userId)
    const { kind, limit, before } = outcome.detail
    tx.note({
      subject: 'operator',
      subjectId: userId,
      before: { kind, limit: before },
      after: { kind, limit },
    })
    return outcome
  })
  const { kind, limit, version } = detail
  return { userId, kind, limit, version }
}

/** By where a person stands: in their accounts, and in their departments and group. Refuses with
 * `not_found` or `forbidden`. */
export async function mustHoldLimits(
  { db, actor, organisationId }: ActorCtx,
  userId: string,
): Promise<void> {
  const places = await presence.listPlaces(db, organisationId, userId)
  const paths = places.map(({ accountId, teamIds }) => [
    ...teamIds,
    ...(actor.paths.get(accountId) ?? []),
  ])
  if (paths.some((path) => may(actor.grants, 'limits.manage', path))) return
  const isSeen = actor.grants.some(({ at }) => paths.some((path) => path.includes(at)))
  throw new Refusal(isSeen ? 'forbidden' : 'not_found')
}

async function refuseStale(db: Db, standing: routing.LimitStanding): Promise<never> {
  const by = standing.setBy === null ? null : await presence.findName(db, standing.setBy)
  const { limit, setAt, version } = standing
  throw new Refusal('stale', {
    field: 'limit',
    theirs: { value: limit, by: by ?? null, at: setAt, version },
  })
}
