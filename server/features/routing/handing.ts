// Transfers in plain values: a chat that somebody holds rings with another, or with those of a queue one
// after the other, and stays theirs until it is taken. As migrations/0049 to 0051 have it; of transfers to
// a department, and of what somebody above does outright, the model knows nothing.
import type { Because } from '#contract/routing.ts'
import { candidatesFor, nextFor } from './candidates.ts'
import { beginCoolingDown } from './cooling-down.ts'
import { type Candidate, CONSIDERED_MAX, compareCandidates, isReady, whyNoRoom } from './decide.ts'
import { compareChats, type Floor, type FloorChat } from './floor.ts'
import type { FloorHanding } from './floor-handing.ts'

/** What a step is working on (matching.ts), as far as it matters here. */
interface Moment {
  floor: Floor
  now: number
  decisions: { chatId: string; because: Because }[]
  matchChats: string[]
}

/** The queue and the kind that the chat has when it is taken. */
export function asTaken(
  floor: Floor,
  chat: FloorChat,
  { to }: FloorHanding,
): { queueId: string; kind: FloorChat['kind'] } {
  const queue = to.kind === 'queue' ? floor.queues.get(to.id) : undefined
  return queue ? { queueId: queue.id, kind: queue.kind } : chat
}

/** Whom the chat could be handed to, with room or without, the first to be asked first. */
function takersOf(floor: Floor, chat: FloorChat, handing: FloorHanding, now: number): Candidate[] {
  if (handing.to.kind !== 'queue') return []
  return candidatesFor(floor, { ...chat, queueId: handing.to.id }, now)
    .filter(
      (one) =>
        isThere(one) &&
        one.hasSkills &&
        one.userId !== chat.operatorId &&
        !handing.passed.includes(one.userId),
    )
    .sort(compareCandidates('least_loaded'))
}

/** Serves the queue, is ready, and could hold its chats if they held nothing else. */
function isThere(one: Candidate): boolean {
  const isServing = one.participates && one.isJoined && one.isOnShift && one.acceptsKind
  const couldHold =
    one.limit > 0 && (one.units === undefined || one.units.limit >= one.units.needed)
  return isServing && couldHold && one.isFor === 'everybody' && isReady(one) && !one.isWrappingUp
}

const hasRoom = (one: Candidate): boolean => whyNoRoom(one) === undefined

/** It rings with somebody and takes a slot of theirs. */
export function handTo(
  work: Moment,
  chat: FloorChat,
  handing: FloorHanding,
  because: Because,
): void {
  const { floor, now } = work
  const taken = asTaken(floor, chat, handing)
  const queue = floor.queues.get(taken.queueId)
  const operator = floor.operators.get(because.chosen ?? '')
  if (queue === undefined || operator === undefined) return
  const { queueId, kind } = taken
  const offer = { userId: operator.id, queueId, kind, expiresAt: now + queue.offerMs }
  floor.chats.set(chat.id, { ...chat, handing: { ...handing, offer } })
  floor.operators.set(operator.id, { ...operator, lastOfferedAt: now })
  beginCoolingDown(work, queue, operator.id)
  work.decisions.push({ chatId: chat.id, because })
}

export function askedOutright(userId: string): Because {
  return {
    chosen: userId,
    rule: 'transfer',
    considered: [{ operatorId: userId, ruledOutBy: null }],
  }
}

/** A chat that is handed to a queue looks for the next who could take it. */
export function seekTaker(work: Moment, chat: FloorChat): void {
  const { handing } = chat
  if (handing === undefined || !isSeeking(chat, work.now)) return
  const takers = takersOf(work.floor, chat, handing, work.now)
  const able = takers.filter(hasRoom)
  const chosen = able.at(0)?.userId
  if (chosen === undefined) return
  const considered = [...able, ...takers.filter((one) => !hasRoom(one))]
    .slice(0, CONSIDERED_MAX)
    .map((one) => ({ operatorId: one.userId, ruledOutBy: whyNotTaker(one, chosen) }))
  handTo(work, chat, handing, { chosen, rule: 'transfer', considered })
}

function whyNotTaker(one: Candidate, chosen: string): string | null {
  if (one.userId === chosen) return null
  return whyNoRoom(one) ?? 'later_in_order'
}

/** Whether nobody is being asked, and somebody still may be. */
function isSeeking({ state, handing }: FloorChat, now: number): boolean {
  const isOpen = handing?.to.kind === 'queue' && handing.offer === undefined && handing.endsAt > now
  return state === 'active' && isOpen
}

/** Chats that are handed on and could be somebody's now. */
export function soughtChats(floor: Floor, now: number, userId?: string): FloorChat[] {
  return [...floor.chats.values()]
    .filter(
      (chat) =>
        chat.handing !== undefined &&
        isSeeking(chat, now) &&
        takersOf(floor, chat, chat.handing, now).some(
          (one) => hasRoom(one) && (userId ?? one.userId) === one.userId,
        ),
    )
    .sort(compareChats)
}

/** An operator with room is asked to take what others hand on: first what waits for longer than the first
 * in their queues, with `isRest` all of it. */
export function seekHandedOn(work: Moment, userId: string, isRest: boolean): void {
  const { floor, now } = work
  const before = isRest ? Infinity : (nextFor(floor, userId, now)?.dueAt ?? Infinity)
  for (const { id, dueAt } of soughtChats(floor, now, userId)) {
    const chat = floor.chats.get(id)
    if (dueAt > before || chat?.handing === undefined) continue
    const takers = takersOf(floor, chat, chat.handing, now)
    if (takers.some((one) => one.userId === userId && hasRoom(one)))
      handTo(work, chat, chat.handing, askedOutright(userId))
  }
}

/** Whoever is asked is asked no longer, and the next is looked for; `hasPassed`: by an answer of theirs, or
 * by none. */
export function dropHanding(work: Moment, chat: FloorChat, hasPassed: boolean): void {
  const { handing } = chat
  if (handing?.offer === undefined) return
  const passed = hasPassed ? [...handing.passed, handing.offer.userId] : handing.passed
  const next = { ...handing, offer: undefined, passed }
  const goesOn = next.endsAt > work.now && takersOf(work.floor, chat, next, work.now).length > 0
  work.floor.chats.set(chat.id, { ...chat, handing: goesOn ? next : undefined })
  work.matchChats.push(chat.id)
}

/** Its owner is gone while it is handed on: it is the other's to answer, or waits where it was to go;
 * answers whether it waits. */
export function letGo(work: Moment, chat: FloorChat, handing: FloorHanding, rule: string): boolean {
  const { floor, now } = work
  const taken = asTaken(floor, chat, handing)
  const queueSince = taken.queueId === chat.queueId ? chat.queueSince : now
  const { queueId, kind } = taken
  const free: FloorChat = { ...chat, queueId, kind, queueSince, handing: undefined }
  floor.chats.set(chat.id, free)
  if (handing.offer === undefined) return true
  const { userId: operatorId, expiresAt } = handing.offer
  floor.chats.set(chat.id, {
    ...{ ...free, state: 'offered', operatorId, expiresAt },
    isHandedOver: true,
  })
  const considered = [{ operatorId: chat.operatorId ?? '', ruledOutBy: rule }]
  const because = { chosen: operatorId, rule: 'transfer_sender_gone', considered }
  work.decisions.push({ chatId: chat.id, because })
  return false
}

/** Transfers whose time is over, while nobody is being asked, have come to nothing. */
export function tendTransfers({ floor, now }: Moment): void {
  for (const chat of floor.chats.values()) {
    const { handing } = chat
    if (handing?.to.kind !== 'queue' || handing.offer !== undefined) continue
    if (handing.endsAt <= now) floor.chats.set(chat.id, { ...chat, handing: undefined })
  }
}
