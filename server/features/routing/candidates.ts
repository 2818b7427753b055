// Who could be given a chat, as the rules look at them, and what somebody would take next: read off a
// floor.
import { isByHand } from '#contract/queues.ts'
import { acceptsKind, hasSkills, isExcluded, isOnShift } from './attending.ts'
import { type Candidate, isFor, whyNot } from './decide.ts'
import {
  compareChats,
  dayOf,
  type Floor,
  type FloorChat,
  type FloorOperator,
  type FloorQueue,
  heldOf,
  unitsUsed,
  used,
} from './floor.ts'

/** What is looked at of an operator's room for one more chat of the queue. */
export function roomOf(floor: Floor, operator: FloorOperator, queue: FloorQueue) {
  const { unitLimit: limit } = operator
  // Whoever is given a chat of the queue without being its member is not limited by it.
  const isMember = floor.members.has(`${queue.id}:${operator.id}`)
  const { heldLimit } = queue
  return {
    used: used(floor, operator.id, queue.kind),
    limit: operator.limits[queue.kind],
    units:
      limit === undefined
        ? undefined
        : { used: unitsUsed(floor, operator), limit, needed: queue.chatUnits },
    ofQueue:
      heldLimit === undefined || !isMember
        ? undefined
        : { used: heldOf(floor, operator, queue.id), limit: heldLimit },
  }
}

/** Everybody who is assigned to the chat's queue, as the rules look at them. */
export function candidatesFor(floor: Floor, chat: FloorChat, now: number): Candidate[] {
  const candidates: Candidate[] = []
  const queue = floor.queues.get(chat.queueId)
  const today = dayOf(floor, now)
  for (const member of floor.members.values()) {
    const operator = floor.operators.get(member.userId)
    if (member.queueId !== chat.queueId || operator === undefined || queue === undefined) continue
    candidates.push({
      userId: operator.id,
      tier: member.tier,
      isJoined: member.isJoined,
      isOnShift: isOnShift(operator, queue),
      acceptsKind: acceptsKind(operator, queue),
      participates: member.participates,
      isFor: isFor(operator, queue.isTest),
      hasSkills: hasSkills(floor, chat, operator, now),
      availability: operator.availability,
      isPresent: operator.isPresent,
      isNotAnswering: operator.isNotAnswering,
      ...roomOf(floor, operator, queue),
      lastOfferedAt: operator.lastOfferedAt,
      turnAt: member.turnAt,
      takenToday: operator.taken?.day === today ? operator.taken.count : 0,
      isWrappingUp: operator.wrapUpUntil !== undefined,
      isCoolingDown: member.coolsUntil !== undefined,
      isByHand: isByHand(queue.strategy),
      isHeldForAnother: chat.heldFor !== undefined && chat.heldFor.userId !== operator.id,
      isExcluded: isExcluded(floor, chat, operator.id, now),
    })
  }
  return candidates
}

/** The chat that an operator would take next, over all the queues they serve. */
export function nextFor(floor: Floor, userId: string, now: number): FloorChat | undefined {
  return [...floor.chats.values()]
    .filter((chat) => chat.state === 'waiting')
    .sort(compareChats)
    .find((chat) =>
      candidatesFor(floor, chat, now).some(
        (candidate) => candidate.userId === userId && whyNot(candidate) === undefined,
      ),
    )
}
