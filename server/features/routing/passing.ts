// The passing of time in plain values, as every server's clockwork brings it about (clockwork.ts).

import { abandon } from './chat-steps.ts'
import { stopCoolingDown } from './cooling-down.ts'
import { COOLDOWN_MS, compareIds, MISSED_MAX } from './decide.ts'
import { tendDoors } from './doors.ts'
import { chatsOf, compareChats, type FloorMember } from './floor.ts'
import { releaseHolds } from './holding.ts'
import { changeOperator, leaveQueue, putBack, ring, settle, type Work } from './matching.ts'
import { overflowChats } from './overflow.ts'
import { keepForGone, tendParked } from './parking.ts'
import { tendIdle } from './presence-steps.ts'
import { stopWrappingUp } from './wrapping.ts'

/** What the passing of time brings: missed offers, ended graces, wrap-ups and cool-downs, chats that go on to another queue or are held no longer, ended cooldowns, skills that are no
 * longer asked for, and chats that begin to ring or end it. */
export function sweep(work: Work): void {
  expireOffers(work)
  settle(work)
  expireGrace(work)
  settle(work)
  tendDoors(work)
  tendIdle(work)
  expireJoins(work)
  settle(work)
  expireWrapUps(work)
  settle(work)
  work.matchOperators.push(...stopCoolingDown(work).sort(compareIds))
  settle(work)
  overflowChats(work)
  work.matchChats.push(...releaseHolds(work))
  settle(work)
  for (const chat of work.floor.chats.values()) if (chat.state === 'waiting') ring(work, chat)
  tendParked(work, abandon)
  settle(work)
  work.matchOperators.push(...[...work.floor.operators.keys()].sort(compareIds))
}

function expireOffers(work: Work): void {
  const due = [...work.floor.chats.values()]
    .filter((chat) => chat.expiresAt !== undefined && chat.expiresAt <= work.now)
    .sort(compareChats)
  const silent = new Set<string>()
  for (const chat of due) {
    const operator = work.floor.operators.get(chat.operatorId ?? '')
    if (operator === undefined) continue
    const missed = operator.missed + 1
    putBack(work, chat)
    work.floor.exclusions.set(`${chat.id}:${operator.id}`, work.now + COOLDOWN_MS)
    changeOperator(work, operator.id, { missed, isNotAnswering: missed >= MISSED_MAX })
    silent.add(operator.id)
  }
  work.matchOperators.push(...[...silent].sort(compareIds))
}

function expireGrace(work: Work): void {
  const gone = [...work.floor.operators.values()]
    .filter(({ graceUntil }) => graceUntil !== undefined && graceUntil <= work.now)
    .sort((one, other) => compareIds(one.id, other.id))
  for (const { id } of gone) {
    changeOperator(work, id, { graceUntil: undefined })
    for (const chat of chatsOf(work.floor, id)) if (!keepForGone(work, chat)) putBack(work, chat)
  }
}

/** Whoever joined a queue for a while that is over leaves it. */
function expireJoins(work: Work): void {
  const over = [...work.floor.members.values()].filter(
    ({ isJoined, joinedUntil }) => isJoined && (joinedUntil ?? Infinity) <= work.now,
  )
  const byPlace = (one: FloorMember, other: FloorMember) =>
    compareIds(one.userId, other.userId) || compareIds(one.queueId, other.queueId)
  for (const member of over.sort(byPlace)) leaveQueue(work, member)
}

function expireWrapUps(work: Work): void {
  const ids = [...work.floor.operators.keys()].sort(compareIds)
  work.matchOperators.push(...ids.filter((id) => stopWrappingUp(work, id, work.now)))
}
