// How many of a queue's chats one of its people may hold at once: a field of the queue, which moves chats.
import type { Queue, QueueChanges } from '#contract/queues.ts'
import type { ActorCtx } from '../../platform/context.ts'
import * as queues from '../queues/actions.ts'
import { matchWaiting } from './actions.ts'

/**
 * Sets fields of a queue, and gives what waits to whoever has room by it. What is held above a limit that
 * was lowered is kept. Refuses as `queues.changeQueue`.
 */
export async function changeQueue(
  ctx: ActorCtx,
  id: string,
  changes: QueueChanges,
): Promise<Queue> {
  const queue = await queues.changeQueue(ctx, id, changes)
  if (changes.set.heldLimit !== undefined) {
    const woken = await matchWaiting(ctx.db, ctx.organisationId)
    if (woken.size > 0) ctx.bus.wake(ctx.organisationId)
  }
  return queue
}
