// Doors in plain values: what becomes of a chat that comes while its queue is closed. As
// migrations/0059 has it.
import { callsAll } from './attending.ts'
import { compareChats, type Floor, type FloorChat, type FloorQueue, isLineFull } from './floor.ts'
import { doorOf } from './floor-closing.ts'
import { settle, type Work } from './matching.ts'
import { overflowTarget } from './overflow.ts'

type WayIn = Pick<FloorChat, 'queueId' | 'kind' | 'passedQueues'>

/** Where a new chat of the queue begins; undefined: nowhere, for the line is full. */
export function wayIn(floor: Floor, queue: FloorQueue, now: number): WayIn | undefined {
  const here = { queueId: queue.id, passedQueues: [] }
  const { closing } = queue
  const isClosed = closing !== undefined && !doorOf(queue, now).isOpen
  const elsewhere = isClosed ? goneTo(floor, queue, now) : undefined
  if (elsewhere !== undefined) return entering(floor, queue, elsewhere)
  const isMessage = isClosed && closing.whenClosed === 'message'
  if (isMessage || !isLineFull(floor, queue)) return entering(floor, queue, queue.id)
  const other = overflowTarget(floor, here, 'overflow_full', now)
  return other === undefined ? undefined : entering(floor, queue, other)
}

/** Where whoever comes goes to while the queue is closed; undefined: they are early. */
function goneTo(floor: Floor, { id, closing }: FloorQueue, now: number): string | undefined {
  if (closing?.whenClosed === 'message') return closing.messageQueueId
  if (closing?.whenClosed !== 'overflow') return undefined
  return overflowTarget(floor, { queueId: id, passedQueues: [] }, 'overflow_closed', now)
}

function entering(floor: Floor, from: FloorQueue, queueId: string): WayIn {
  const kind = floor.queues.get(queueId)?.kind ?? from.kind
  return { queueId, kind, passedQueues: queueId === from.id ? [] : [from.id] }
}

/** The chat in front of a door that is closed, or as it was. */
export function atDoor(floor: Floor, chat: FloorChat, now: number): FloorChat {
  const queue = floor.queues.get(chat.queueId)
  if (queue === undefined || doorOf(queue, now).isOpen) return chat
  const { opensAt } = doorOf(queue, now)
  return { ...chat, state: 'early', opensAt, rings: false, heldFor: undefined }
}

type Does = 'opened' | 'overflow_closed' | 'closed'

/** What the door does to a chat in front of it, or to one that waits behind it, now. */
function whatDoorDoes({ floor, now }: Work, chat: FloorChat): Does | undefined {
  const queue = floor.queues.get(chat.queueId)
  if (queue === undefined) return undefined
  const door = doorOf(queue, now)
  if (chat.state === 'waiting')
    return door.isOpen || queue.closing?.atClosing !== 'as_comer'
      ? undefined
      : (elsewhere(floor, queue, chat, now) ?? 'closed')
  if (chat.state !== 'early') return undefined
  if (door.isOpen) return 'opened'
  const isNews = chat.opensAt !== door.opensAt
  return elsewhere(floor, queue, chat, now) ?? (isNews ? 'closed' : undefined)
}

function elsewhere(
  floor: Floor,
  { closing }: FloorQueue,
  chat: FloorChat,
  now: number,
): Does | undefined {
  const goes = closing?.whenClosed === 'overflow' && targetOf(floor, chat, now) !== undefined
  return goes ? 'overflow_closed' : undefined
}

const targetOf = (floor: Floor, chat: FloorChat, now: number) =>
  overflowTarget(floor, chat, 'overflow_closed', now)

/** Doors have opened or closed: those who were early wait, or the other way round. */
export function tendDoors(work: Work): void {
  const { floor } = work
  for (;;) {
    const due = [...floor.chats.values()]
      .filter((chat) => whatDoorDoes(work, chat) !== undefined)
      .sort(compareChats)
    if (due.length === 0) return
    for (const chat of due) tend(work, chat)
    settle(work)
  }
}

function tend(work: Work, chat: FloorChat): void {
  const { floor, now } = work
  const does = whatDoorDoes(work, chat)
  if (does === undefined) return
  const queueId = (does === 'overflow_closed' && targetOf(floor, chat, now)) || chat.queueId
  const passedQueues =
    queueId === chat.queueId ? chat.passedQueues : [...chat.passedQueues, chat.queueId]
  const waits = { queueId, passedQueues, queueSince: now, rings: callsAll(floor, queueId) }
  floor.chats.set(
    chat.id,
    does === 'closed'
      ? atDoor(floor, chat, now)
      : { ...chat, ...waits, state: 'waiting', heldFor: undefined },
  )
  work.matchChats.push(chat.id)
}
