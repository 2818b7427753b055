// Matching in plain values: what a transition leaves waiting, or with room, is brought together.
// The database does the same under locks (migrations/0044 and 0045).
import type { Because } from '#contract/routing.ts'
import { callsAll } from './attending.ts'
import { candidatesFor, nextFor } from './candidates.ts'
import { beginCoolingDown } from './cooling-down.ts'
import { choose, pull } from './decide.ts'
import {
  chatsOf,
  compareChats,
  dayOf,
  type Floor,
  type FloorChat,
  type FloorMember,
  type FloorOperator,
  offersTo,
} from './floor.ts'
import { dropHanding, letGo, seekHandedOn, seekTaker } from './handing.ts'
import { rememberServed } from './holding.ts'

/** A chat put to an operator, and why to this one. */
export interface Decision {
  chatId: string
  because: Because
}

/** What one step is working on; private to the step, so it may be changed. */
export interface Work {
  floor: Floor
  now: number
  decisions: Decision[]
  matchChats: string[]
  matchOperators: string[]
}

/** Matches what the transition before it left; what the database does after each commit. */
export function settle(work: Work): void {
  endFinishing(work)
  for (const id of work.matchChats.splice(0)) seekOperator(work, id)
  for (const id of work.matchOperators.splice(0)) seekChats(work, id)
}

/** Whoever is finishing and has no chat left is what they wanted to be then: in the database in the
 * very transaction that ended the last (migrations/0063). */
function endFinishing(work: Work): void {
  for (const { id, finishAs } of [...work.floor.operators.values()]) {
    if (finishAs === undefined || chatsOf(work.floor, id).length > 0) continue
    changeOperator(work, id, { availability: finishAs, finishAs: undefined, activeAt: work.now })
  }
}

function seekOperator(work: Work, chatId: string): void {
  const { floor, now } = work
  const chat = floor.chats.get(chatId)
  const queue = chat && floor.queues.get(chat.queueId)
  if (chat?.state === 'active') seekTaker(work, chat)
  if (chat?.state !== 'waiting' || queue === undefined) return
  const because = choose(queue.strategy, candidatesFor(floor, chat, now))
  const rule = chat.heldFor === undefined ? because.rule : 'last_served'
  if (because.chosen !== null) putTo(work, chat, because.chosen, { ...because, rule })
  else ring(work, chat)
}

/** A waiting chat rings, or is silent, as its queue asks for now. */
export function ring(work: Work, chat: FloorChat): void {
  work.floor.chats.set(chat.id, { ...chat, rings: callsAll(work.floor, chat.queueId) })
}

/** An operator takes the next chats while there is room. */
export function seekChats(work: Work, userId: string): void {
  const { floor, now } = work
  seekHandedOn(work, userId, false)
  for (;;) {
    const chat = nextFor(floor, userId, now)
    if (chat === undefined) break
    putTo(work, chat, userId, pull(userId, candidatesFor(floor, chat, now)))
  }
  seekHandedOn(work, userId, true)
}

/** What is picked is theirs at once. */
export function putTo(
  work: Work,
  chat: FloorChat,
  userId: string,
  because: Because,
  isPicked = false,
): void {
  const { floor, now } = work
  const queue = floor.queues.get(chat.queueId)
  if (queue === undefined) return
  const isActive = queue.autoAccepts || isPicked
  floor.chats.set(chat.id, {
    ...chat,
    state: isActive ? 'active' : 'offered',
    operatorId: userId,
    expiresAt: isActive ? undefined : now + queue.offerMs,
    rings: false,
    heldFor: undefined,
  })
  changeOperator(work, userId, { lastOfferedAt: now })
  if (isActive) countTaken(work, chat, userId)
  if (queue.strategy === 'round_robin') haveTurn(work, queue.id, userId)
  beginCoolingDown(work, queue, userId)
  work.decisions.push({ chatId: chat.id, because })
}

/** The chat is the operator's from now on: one more today. */
export function countTaken(work: Work, chat: FloorChat, userId: string): void {
  const { floor, now } = work
  rememberServed(work, chat, userId)
  const held = floor.chats.get(chat.id)
  if (held) floor.chats.set(chat.id, { ...held, heldSince: now })
  const operator = floor.operators.get(userId)
  const day = dayOf(floor, now)
  const before = operator?.taken?.day === day ? operator.taken.count : 0
  if (operator) floor.operators.set(userId, { ...operator, taken: { day, count: before + 1 } })
}

function haveTurn({ floor, now }: Work, queueId: string, userId: string): void {
  const key = `${queueId}:${userId}`
  const member = floor.members.get(key)
  if (member) floor.members.set(key, { ...member, turnAt: now })
}

/** A chat stands in its queue again, where it stood before, and is matched anew; one that is being handed
 * on goes on from there. */
export function putBack(work: Work, chat: FloorChat, rule = ''): void {
  work.matchChats.push(chat.id)
  if (chat.handing !== undefined && !letGo(work, chat, chat.handing, rule)) return
  const free = work.floor.chats.get(chat.id) ?? chat
  work.floor.chats.set(chat.id, {
    ...free,
    state: 'waiting',
    operatorId: undefined,
    expiresAt: undefined,
    isHandedOver: false,
  })
}

export function putBackOffers(work: Work, userId: string, queueId?: string): void {
  for (const chat of offersTo(work.floor, userId)) {
    if (chat.state === 'offered') {
      if ((queueId ?? chat.queueId) === chat.queueId) putBack(work, chat)
    } else if (isAskedAs(chat, queueId)) {
      dropHanding(work, chat, false)
    }
  }
}

/** Everything that rings with an operator or is theirs goes on, unless it is kept for them. */
export function putBackAll(
  work: Work,
  userId: string,
  rule: string,
  keep: (work: Work, chat: FloorChat) => boolean = () => false,
): void {
  const theirs = [...chatsOf(work.floor, userId), ...offersTo(work.floor, userId)]
  for (const chat of [...new Set(theirs)].sort(compareChats)) {
    if (chat.operatorId !== userId) {
      dropHanding(work, chat, false)
    } else if (chat.handing !== undefined || !keep(work, chat)) {
      putBack(work, chat, rule)
    }
  }
}

/** Whether whoever is asked to take it over is asked as somebody of the queue; without one, at all. */
function isAskedAs({ handing }: FloorChat, queueId: string | undefined): boolean {
  return queueId === undefined || (handing?.to.kind === 'queue' && handing.to.id === queueId)
}

/** The operator serves a queue that they had joined no longer. */
export function leaveQueue(work: Work, member: FloorMember): void {
  const { queueId, userId } = member
  const left = { ...member, isJoined: false, joinedUntil: undefined }
  work.floor.members.set(`${queueId}:${userId}`, left)
  putBackOffers(work, userId, queueId)
  work.matchOperators.push(userId)
}

export function changeOperator(work: Work, id: string, change: Partial<FloorOperator>): void {
  const operator = work.floor.operators.get(id)
  if (operator !== undefined) work.floor.operators.set(id, { ...operator, ...change })
}
