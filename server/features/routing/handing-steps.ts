// What people do with transfers, in plain values (handing.ts): one begins it, takes it back, or takes it.
import { roomOf } from './candidates.ts'
import { isFor, isReady, whyNoRoom } from './decide.ts'
import type { Floor, FloorChat } from './floor.ts'
import type { FloorHanding } from './floor-handing.ts'
import { askedOutright, handTo } from './handing.ts'
import { changeOperator, countTaken, type Work } from './matching.ts'

export interface HandingCommands {
  /** Whoever holds a chat hands it to somebody, or to a queue. */
  handOn: { chatId: string; userId: string; to: FloorHanding['to'] }
  /** They have thought better of it. */
  keep: { chatId: string; userId: string }
}

export const handingSteps: {
  [Name in keyof HandingCommands]: (work: Work, command: HandingCommands[Name]) => void
} = { handOn, keep }

function handOn(work: Work, { chatId, userId, to }: HandingCommands['handOn']): void {
  const { floor, now } = work
  const chat = floor.chats.get(chatId)
  const queue = floor.queues.get(chat?.queueId ?? '')
  if (chat === undefined || queue === undefined || !mayHandOn(floor, chat, userId)) return
  const endsAt = now + (to.kind === 'operator' ? queue.offerMs : floor.rules.transfers.ms)
  const handing: FloorHanding = { to, endsAt, offer: undefined, passed: [] }
  if (to.kind === 'queue') {
    floor.chats.set(chatId, { ...chat, handing })
    work.matchChats.push(chatId)
  } else if (mayBeAsked(floor, chat, to.id)) {
    handTo(work, chat, handing, askedOutright(to.id))
  }
}

function mayHandOn({ rules }: Floor, chat: FloorChat, userId: string): boolean {
  const isTheirs = chat.state === 'active' && chat.operatorId === userId
  return isTheirs && chat.handing === undefined && chat.handedOn < rules.transfers.most
}

function mayBeAsked(floor: Floor, chat: FloorChat, userId: string): boolean {
  const queue = floor.queues.get(chat.queueId)
  const operator = floor.operators.get(userId)
  if (queue === undefined || operator === undefined || userId === chat.operatorId) return false
  if (isFor(operator, queue.isTest) !== 'everybody' || !isReady(operator)) return false
  const room = roomOf(floor, operator, queue)
  const { allowance } = floor.rules.transfers
  const limit = room.limit === 0 ? 0 : room.limit + allowance
  return whyNoRoom({ ...room, limit }) === undefined
}

function keep({ floor, matchOperators }: Work, { chatId, userId }: HandingCommands['keep']): void {
  const chat = floor.chats.get(chatId)
  if (chat?.handing === undefined || chat.operatorId !== userId) return
  floor.chats.set(chatId, { ...chat, handing: undefined })
  if (chat.handing.offer) matchOperators.push(chat.handing.offer.userId)
}

/** Whoever is asked takes it: from now on it is theirs. */
export function takeHanding(work: Work, chat: FloorChat, offer: FloorHanding['offer']): void {
  if (offer === undefined || offer.expiresAt <= work.now) return
  const { userId, queueId, kind } = offer
  const taken: FloorChat = {
    ...{ ...chat, queueId, kind, operatorId: userId, handing: undefined },
    queueSince: queueId === chat.queueId ? chat.queueSince : work.now,
    handedOn: chat.handedOn + 1,
  }
  work.floor.chats.set(chat.id, taken)
  countTaken(work, taken, userId)
  work.matchOperators.push(chat.operatorId ?? '')
  if ((work.floor.operators.get(userId)?.missed ?? 0) === 0) return
  changeOperator(work, userId, { missed: 0, isNotAnswering: false })
  work.matchOperators.push(userId)
}
