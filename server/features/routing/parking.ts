// Parking in plain values: a deferred chat that is quiet is set aside, and goes on. As migrations/0065
// and 0066 have it.
import { isByHand } from '#contract/queues.ts'
import { callsAll, hasSkills, servesNow } from './attending.ts'
import { roomOf } from './candidates.ts'
import { compareIds, isFor, isReady, whyNoRoom } from './decide.ts'
import type { Floor, FloorChat } from './floor.ts'
import type { FloorParked } from './floor-parking.ts'
import { changeOperator, countTaken, settle, type Work } from './matching.ts'

export interface ParkingCommands {
  /** Somebody writes; whoever does not hold the chat does not write in it. */
  say: { chatId: string; by: 'operator' | 'visitor' }
  /** By the one who holds it, and has read it all. */
  park: { chatId: string; userId: string }
  takeBack: { chatId: string; userId: string }
}

export const parkingSteps: {
  [Name in keyof ParkingCommands]: (work: Work, command: ParkingCommands[Name]) => void
} = { say, park, takeBack }

function say(work: Work, { chatId, by }: ParkingCommands['say']): void {
  const chat = work.floor.chats.get(chatId)
  if (chat === undefined || chat.state === 'closed') return
  if (by === 'operator' && chat.state !== 'active') return
  const isSpoken = by === 'visitor'
  const parked = chat.parked && { ...chat.parked, isSpoken: isSpoken || chat.parked.isSpoken }
  const since = chat.said?.by === by ? chat.said.since : work.now
  work.floor.chats.set(chatId, { ...chat, said: { by, at: work.now, since }, parked })
  if (isSpoken) wake(work, chatId)
}

function park(work: Work, { chatId, userId }: ParkingCommands['park']): void {
  const chat = work.floor.chats.get(chatId)
  if (chat?.state !== 'active' || chat.operatorId !== userId || chat.kind !== 'deferred') return
  if (chat.handing !== undefined) return
  setAside(work, chat, 'by_hand')
  work.matchOperators.push(userId)
}

function takeBack(work: Work, { chatId, userId }: ParkingCommands['takeBack']): void {
  const { floor } = work
  const chat = floor.chats.get(chatId)
  const operator = floor.operators.get(userId)
  if (chat?.parked?.userId !== userId || !operator?.isPresent || !hasRoom(floor, chat)) return
  const wasSilent = operator.missed > 0
  goOn(work, chat, userId, 'taken_back')
  changeOperator(work, userId, { missed: 0, isNotAnswering: false })
  if (wasSilent) work.matchOperators.push(userId)
}

/** A chat that somebody holds takes their slot no longer. */
function setAside(work: Work, chat: FloorChat, because: FloorParked['because']): void {
  work.floor.chats.set(chat.id, {
    ...chat,
    state: 'parked',
    operatorId: undefined,
    parked: {
      userId: chat.operatorId,
      at: work.now,
      because,
      isOwed: chat.said?.by !== 'operator',
      isSpoken: false,
    },
  })
}

/** Its operator is gone: whether the chat is kept for them. */
export function keepForGone(work: Work, chat: FloorChat): boolean {
  const isKept = work.floor.queues.get(chat.queueId)?.parking?.whenGone === 'keep'
  if (chat.state !== 'active' || chat.kind !== 'deferred' || !isKept) return false
  setAside(work, chat, 'gone')
  return true
}

/** They are an operator no more: what was parked for them is parked for nobody. */
export function forgetParkedFor({ floor }: Work, userId: string): void {
  for (const chat of floor.chats.values())
    if (chat.parked?.userId === userId)
      floor.chats.set(chat.id, { ...chat, parked: { ...chat.parked, userId: undefined } })
}

function ownOf(floor: Floor, chat: FloorChat) {
  return floor.operators.get(chat.parked?.userId ?? '')
}

/** Whether its operator could be given it, above their limit or not. */
function mayGoOn(floor: Floor, chat: FloorChat): boolean {
  const operator = ownOf(floor, chat)
  const isTest = floor.queues.get(chat.queueId)?.isTest ?? false
  return operator !== undefined && isReady(operator) && isFor(operator, isTest) === 'everybody'
}

function hasRoom(floor: Floor, chat: FloorChat): boolean {
  const operator = ownOf(floor, chat)
  const queue = floor.queues.get(chat.queueId)
  if (operator === undefined || queue === undefined) return false
  return whyNoRoom(roomOf(floor, operator, queue)) === undefined
}

function mayHaveBack(floor: Floor, chat: FloorChat): boolean {
  const isFinishing = ownOf(floor, chat)?.wrapUpUntil !== undefined
  return mayGoOn(floor, chat) && hasRoom(floor, chat) && !isFinishing
}

type Why = 'spoken' | 'returned' | 'kept_over'

function whyWake(floor: Floor, chat: FloorChat, now: number): Why | undefined {
  const { parked } = chat
  if (parked === undefined || parked.isSpoken) return parked && 'spoken'
  if (!parked.isOwed) return undefined
  if (parked.because === 'gone' && mayHaveBack(floor, chat)) return 'returned'
  return isKeptNoLonger(floor, chat, parked, now) ? 'kept_over' : undefined
}

function isKeptNoLonger(floor: Floor, chat: FloorChat, parked: FloorParked, now: number): boolean {
  const parking = floor.queues.get(chat.queueId)?.parking
  const keepMs = parked.because === 'gone' ? parking?.keepMs : undefined
  const mostMs = Math.min(keepMs ?? Infinity, parking?.closeMs ?? Infinity)
  return ownOf(floor, chat) === undefined || parked.at + mostMs <= now
}

/** A parked chat goes on, if there is a reason to. */
function wake(work: Work, chatId: string): void {
  const { floor, now } = work
  const chat = floor.chats.get(chatId)
  const why = chat && whyWake(floor, chat, now)
  if (chat === undefined || why === undefined) return
  const rule = why === 'kept_over' ? undefined : whyGoOn(floor, chat, why)
  if (rule !== undefined) goOn(work, chat, chat.parked?.userId ?? '', rule)
  else waitAgain(work, chat, why)
}

/** By which rule it is its operator's again; undefined: it is not. */
function whyGoOn(floor: Floor, chat: FloorChat, why: Why): string | undefined {
  if (mayHaveBack(floor, chat)) return why === 'spoken' ? 'woken' : why
  const isOver = floor.queues.get(chat.queueId)?.parking?.wakeTo === 'over'
  return isOver && mayGoOn(floor, chat) ? 'woken_over' : undefined
}

/** It is its operator's at once. */
function goOn(work: Work, chat: FloorChat, userId: string, rule: string): void {
  const { floor, now } = work
  floor.chats.set(chat.id, { ...chat, state: 'active', operatorId: userId, parked: undefined })
  changeOperator(work, userId, { lastOfferedAt: now })
  countTaken(work, chat, userId)
  const considered = [{ operatorId: userId, ruledOutBy: null }]
  work.decisions.push({ chatId: chat.id, because: { chosen: userId, rule, considered } })
}

/** It stands in its queue where it stood, for its operator alone while they are to be expected. */
function waitAgain(work: Work, chat: FloorChat, why: Why): void {
  const { floor, now } = work
  const waiting: FloorChat = {
    ...chat,
    state: 'waiting',
    enqueuedAt: now,
    queueSince: now,
    passedQueues: [],
    rings: callsAll(floor, chat.queueId),
    parked: undefined,
  }
  const heldFor = why === 'spoken' ? holdFor(floor, waiting, chat.parked?.userId, now) : undefined
  floor.chats.set(chat.id, { ...waiting, heldFor })
  work.matchChats.push(chat.id)
}

function holdFor(
  floor: Floor,
  chat: FloorChat,
  userId: string | undefined,
  now: number,
): FloorChat['heldFor'] {
  const queue = floor.queues.get(chat.queueId)
  const operator = floor.operators.get(userId ?? '')
  if (queue?.parking?.wakeTo !== 'front' || operator === undefined) return undefined
  if (isByHand(queue.strategy) || !servesNow(floor, queue, operator.id)) return undefined
  const until = now + queue.parking.holdMs
  return hasSkills(floor, chat, operator, now) ? { userId: operator.id, until } : undefined
}

function isQuiet(floor: Floor, chat: FloorChat, now: number): boolean {
  const afterMs = floor.queues.get(chat.queueId)?.parking?.afterMs
  if (chat.state !== 'active' || chat.kind !== 'deferred' || afterMs === undefined) return false
  if (chat.said?.by !== 'operator' || chat.handing !== undefined) return false
  return Math.max(chat.said.at, chat.heldSince ?? 0) + afterMs <= now
}

function hasSleptOut(floor: Floor, { parked, queueId }: FloorChat, now: number): boolean {
  const closeMs = floor.queues.get(queueId)?.parking?.closeMs ?? Infinity
  return parked !== undefined && !parked.isOwed && !parked.isSpoken && parked.at + closeMs <= now
}

/** What the passing of time brings: chats are woken, parked, and end. */
export function tendParked(work: Work, end: (work: Work, it: { chatId: string }) => void): void {
  const { floor, now } = work
  const due = (fits: (floor: Floor, chat: FloorChat, now: number) => unknown) =>
    [...floor.chats.values()]
      .filter((chat) => fits(floor, chat, now))
      .sort((one, other) => compareIds(one.id, other.id))
  for (const { id } of due(whyWake)) {
    wake(work, id)
    settle(work)
  }
  for (const chat of due(isQuiet)) {
    setAside(work, chat, 'quiet')
    work.matchOperators.push(chat.operatorId ?? '')
    settle(work)
  }
  for (const { id } of due(hasSleptOut)) end(work, { chatId: id })
}
