// Overflow in plain values: where a chat goes on to that its queue cannot serve soon enough. As
// migrations/0047 has it.
import { callsAll, isAttended } from './attending.ts'
import { compareChats, type Floor, type FloorChat, type FloorQueue, isLineFull } from './floor.ts'
import { doorOf } from './floor-closing.ts'
import { settle, type Work } from './matching.ts'

/** A chat goes on so often at most, and a chain of queues has so many steps. */
export const OVERFLOW_MAX = 3

type Rule = 'overflow_full' | 'overflow_closed' | 'overflow_waited' | 'overflow_unattended'

/** Where the chat may go on to, along the chain of its queue; undefined: it stays. */
export function overflowTarget(
  floor: Floor,
  { queueId, passedQueues }: Pick<FloorChat, 'queueId' | 'passedQueues'>,
  rule: Rule,
  now: number,
): string | undefined {
  const passed = new Set([...passedQueues, queueId])
  const from = floor.queues.get(queueId)
  if (from === undefined || passed.size > OVERFLOW_MAX) return undefined
  const mayEnter = (queue: FloorQueue) =>
    !passed.has(queue.id) &&
    !isLineFull(floor, queue) &&
    doorOf(queue, now).isOpen &&
    queue.kind === from.kind &&
    queue.isTest === from.isTest &&
    (rule !== 'overflow_unattended' || isAttended(floor, queue))
  let next = floor.queues.get(from.overflowQueueId ?? '')
  for (let step = 1; step <= OVERFLOW_MAX && next !== undefined; step++) {
    if (mayEnter(next)) return next.id
    next = floor.queues.get(next.overflowQueueId ?? '')
  }
  return undefined
}

/** Why a waiting chat is to go on now; undefined while it need not. */
function whyOverflow(floor: Floor, chat: FloorChat, now: number): Rule | undefined {
  const queue = floor.queues.get(chat.queueId)
  if (chat.state !== 'waiting' || queue === undefined) return undefined
  if (chat.queueSince + (queue.overflowAfterMs ?? Infinity) <= now) return 'overflow_waited'
  const isAlone = queue.overflowWhenUnattended && !isAttended(floor, queue)
  return isAlone ? 'overflow_unattended' : undefined
}

/** Everything that is due goes on, and is matched, until nothing is. */
export function overflowChats(work: Work): void {
  const { floor, now } = work
  for (;;) {
    const due = [...floor.chats.values()].sort(compareChats).flatMap((chat) => {
      const rule = whyOverflow(floor, chat, now)
      return rule === undefined || overflowTarget(floor, chat, rule, now) === undefined
        ? []
        : [{ chat, rule }]
    })
    if (due.length === 0) return
    for (const { chat, rule } of due) goOn(work, chat, overflowTarget(floor, chat, rule, now))
    settle(work)
  }
}

/** It keeps its place by the time that it has waited. */
function goOn(work: Work, chat: FloorChat, queueId: string | undefined): void {
  const { floor, now } = work
  if (queueId === undefined) return
  floor.chats.set(chat.id, {
    ...chat,
    queueId,
    queueSince: now,
    passedQueues: [...chat.passedQueues, chat.queueId],
    rings: callsAll(floor, queueId),
    heldFor: undefined,
  })
  work.matchChats.push(chat.id)
}
