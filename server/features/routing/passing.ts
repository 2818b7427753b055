// The passing of time in plain values, as every server's clockwork brings it about (clockwork.ts).

import { nextFor } from './candidates.ts'
import { abandon } from './chat-steps.ts'
import { stopCoolingDown } from './cooling-down.ts'
import { COOLDOWN_MS, compareIds, MISSED_MAX } from './decide.ts'
import { tendDoors } from './doors.ts'
import { compareChats, type FloorChat, type FloorMember } from './floor.ts'
import { dropHanding, soughtChats, tendTransfers } from './handing.ts'
import { releaseHolds } from './holding.ts'
import {
  changeOperator,
  leaveQueue,
  putBack,
  putBackAll,
  ring,
  settle,
  type Work,
} from './matching.ts'
import { overflowChats } from './overflow.ts'
import { keepForGone, tendParked } from './parking.ts'
import { tendIdle } from './presence-steps.ts'
import { stopWrappingUp } from './wrapping.ts'

/** What the passing of time brings: missed offers, ended graces, wrap-ups and cool-downs, chats that go on
 * to another queue or are held no longer, skills that are no longer asked for, chats that begin to ring or
 * end it, and transfers that have come to nothing. */
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
  tendTransfers(work)
  tendParked(work, abandon)
  settle(work)
  reconcile(work)
}

/** Whoever has room for a chat that waits is matched, and then what is handed on and could be somebody's. */
export function reconcile(work: Work): void {
  const ids = [...work.floor.operators.keys()].sort(compareIds)
  work.matchOperators.push(...ids.filter((id) => nextFor(work.floor, id, work.now) !== undefined))
  settle(work)
  work.matchChats.push(...soughtChats(work.floor, work.now).map(({ id }) => id))
}

function expireOffers(work: Work): void {
  const due = [...work.floor.chats.values()]
    .filter((chat) => (ringing(chat)?.expiresAt ?? Infinity) <= work.now)
    .sort(compareChats)
  const silent = new Set<string>()
  for (const chat of due) {
    const operator = work.floor.operators.get(ringing(chat)?.userId ?? '')
    if (operator === undefined) continue
    const missed = operator.missed + 1
    if (chat.handing !== undefined) {
      dropHanding(work, chat, true)
    } else {
      putBack(work, chat)
      work.floor.exclusions.set(`${chat.id}:${operator.id}`, work.now + COOLDOWN_MS)
    }
    changeOperator(work, operator.id, { missed, isNotAnswering: missed >= MISSED_MAX })
    silent.add(operator.id)
  }
  work.matchOperators.push(...[...silent].sort(compareIds))
}

/** With whom a chat rings, and until when. */
function ringing({ state, operatorId, expiresAt, handing }: FloorChat) {
  return state === 'offered' ? { userId: operatorId, expiresAt } : handing?.offer
}

function expireGrace(work: Work): void {
  const gone = [...work.floor.operators.values()]
    .filter(({ graceUntil }) => graceUntil !== undefined && graceUntil <= work.now)
    .sort((one, other) => compareIds(one.id, other.id))
  for (const { id } of gone) {
    changeOperator(work, id, { graceUntil: undefined })
    putBackAll(work, id, 'not_connected', keepForGone)
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
