// What happens to a chat in plain values: it comes, is answered, picked or passed on, and ends.
// The database does the same (migrations/0012, 0013, 0037, 0045 and 0046).
import type { Because } from '#contract/routing.ts'
import { callsAll, isPaused } from './attending.ts'
import { candidatesFor, roomOf } from './candidates.ts'
import {
  COOLDOWN_MS,
  isFor,
  isReady,
  PRIORITY_STEP_MS,
  pick as pickedBy,
  whyNoRoom,
  whyNot,
} from './decide.ts'
import { atDoor, wayIn } from './doors.ts'
import type { Floor, FloorChat } from './floor.ts'
import { dropHanding } from './handing.ts'
import { takeHanding } from './handing-steps.ts'
import { holdOf } from './holding.ts'
import { changeOperator, countTaken, putBack, putTo, seekChats, type Work } from './matching.ts'
import { beginWrapUp } from './wrapping.ts'

export interface ChatCommands {
  /** A visitor who is named may be known from another chat. */
  enqueue: { chatId: string; queueId: string; priority: number; visitorId?: string }
  accept: { chatId: string; userId: string }
  decline: { chatId: string; userId: string }
  /** One outside the queue takes a chat that rings. */
  take: { chatId: string; userId: string }
  /** One who has joined a queue by hand picks a chat of it. */
  pick: { chatId: string; userId: string }
  close: { chatId: string; userId: string }
  abandon: { chatId: string }
}

export const chatSteps: {
  [Name in keyof ChatCommands]: (work: Work, command: ChatCommands[Name]) => void
} = { enqueue, accept, decline, take, pick, close, abandon }

function enqueue(
  work: Work,
  { chatId: id, queueId, priority, visitorId }: ChatCommands['enqueue'],
): void {
  const queue = work.floor.queues.get(queueId)
  if (queue === undefined) return
  // Asked for twice it is one chat, and is looked at again.
  if (work.floor.chats.has(id)) {
    work.matchChats.push(id)
    return
  }
  const entered = wayIn(work.floor, queue, work.now)
  if (entered === undefined) return
  const chat: FloorChat = {
    ...entered,
    id,
    state: 'waiting',
    enqueuedAt: work.now,
    dueAt: work.now - (queue.priority + priority) * PRIORITY_STEP_MS,
    queueSince: work.now,
    opensAt: undefined,
    rings: callsAll(work.floor, entered.queueId),
    visitorId,
    heldFor: undefined,
    operatorId: undefined,
    expiresAt: undefined,
    heldSince: undefined,
    said: undefined,
    parked: undefined,
    handing: undefined,
    handedOn: 0,
    isHandedOver: false,
  }
  const held = { ...chat, heldFor: holdOf(work.floor, chat, work.now) }
  work.floor.chats.set(id, atDoor(work.floor, held, work.now))
  work.matchChats.push(id)
}

function accept(work: Work, { chatId, userId }: ChatCommands['accept']): void {
  const chat = work.floor.chats.get(chatId)
  if (chat?.handing?.offer?.userId === userId) takeHanding(work, chat, chat.handing.offer)
  if (chat?.operatorId !== userId || chat.state !== 'offered') return
  if ((chat.expiresAt ?? 0) <= work.now) return
  work.floor.chats.set(chatId, { ...chat, state: 'active', expiresAt: undefined })
  countTaken(work, chat, userId)
  if ((work.floor.operators.get(userId)?.missed ?? 0) > 0) {
    changeOperator(work, userId, { missed: 0, isNotAnswering: false })
    work.matchOperators.push(userId)
  }
}

function decline(work: Work, { chatId, userId }: ChatCommands['decline']): void {
  const chat = work.floor.chats.get(chatId)
  if (chat?.handing?.offer?.userId === userId) {
    dropHanding(work, chat, true)
  } else if (chat?.operatorId === userId && chat.state === 'offered') {
    putBack(work, chat)
    work.floor.exclusions.set(`${chatId}:${userId}`, work.now + COOLDOWN_MS)
  } else return
  changeOperator(work, userId, { missed: 0, isNotAnswering: false })
  work.matchOperators.push(userId)
}

function close(work: Work, { chatId, userId }: ChatCommands['close']): void {
  const chat = work.floor.chats.get(chatId)
  if (chat?.state === 'active' && chat.operatorId === userId) abandon(work, { chatId })
}

/** A chat ends, whatever state it is in. */
export function abandon(work: Work, { chatId }: ChatCommands['abandon']): void {
  const chat = work.floor.chats.get(chatId)
  if (chat === undefined || chat.state === 'closed') return
  const closed: FloorChat = {
    ...chat,
    state: 'closed',
    operatorId: undefined,
    expiresAt: undefined,
    rings: false,
    parked: undefined,
  }
  work.floor.chats.set(chatId, closed)
  for (const key of work.floor.exclusions.keys()) {
    if (key.startsWith(`${chatId}:`)) work.floor.exclusions.delete(key)
  }
  if (chat.state === 'active') beginWrapUp(work, chat)
  if (chat.operatorId !== undefined) seekChats(work, chat.operatorId)
  // Whoever was asked to take it over has their slot back when its owner's next chat is found.
  work.floor.chats.set(chatId, { ...closed, handing: undefined })
  if (chat.handing?.offer) work.matchOperators.push(chat.handing.offer.userId)
}

function take(work: Work, { chatId, userId }: ChatCommands['take']): void {
  const chat = work.floor.chats.get(chatId)
  if (chat === undefined) return
  const isOutside = work.floor.members.get(`${chat.queueId}:${userId}`)?.participates === false
  const isCalled = chat.rings && isOutside && !isPaused(work.floor, chat.queueId, userId)
  if (!isCalled || !mayTake(work.floor, chat, userId)) {
    // Whoever looked for a chat meanwhile may have passed over this one: it is looked at again.
    work.matchChats.push(chatId)
    return
  }
  const considered = [{ operatorId: userId, ruledOutBy: null }]
  have(work, chat, { chosen: userId, rule: 'rang_together', considered })
}

function pick(work: Work, { chatId, userId }: ChatCommands['pick']): void {
  const { floor, now } = work
  const chat = floor.chats.get(chatId)
  if (chat === undefined || !mayTake(floor, chat, userId)) return
  const candidates = candidatesFor(floor, chat, now)
  const own = candidates.find((candidate) => candidate.userId === userId)
  if (own && whyNot({ ...own, isWrappingUp: false, isCoolingDown: false }) === 'by_hand')
    have(work, chat, pickedBy(userId, candidates))
}

/** Whether somebody who asks for a waiting chat could have it, apart from their place in its queue. */
function mayTake(floor: Floor, chat: FloorChat, userId: string): boolean {
  const operator = floor.operators.get(userId)
  if (chat.state !== 'waiting' || operator === undefined || !isReady(operator)) return false
  const queue = floor.queues.get(chat.queueId)
  if (queue === undefined || isFor(operator, queue.isTest) !== 'everybody') return false
  return whyNoRoom(roomOf(floor, operator, queue)) === undefined
}

/** The chat is theirs at once; whoever asks for one is answering. */
function have(work: Work, chat: FloorChat, because: Because): void {
  const userId = because.chosen ?? ''
  putTo(work, chat, userId, because, true)
  changeOperator(work, userId, { missed: 0, isNotAnswering: false })
}
