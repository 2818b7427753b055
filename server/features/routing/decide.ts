// The rules of routing, apart from input and output: who may be offered a chat, in which order, and
// why. The database decides by the same rules (migrations/0044); the tests hold the two together.
import type { Availability } from '#contract/presence.ts'
import type { Strategy } from '#contract/queues.ts'
import type { Because } from '#contract/routing.ts'

/** What is looked at of an operator who is assigned to a chat's queue. */
export interface Candidate {
  userId: string
  /** 1 is asked first. */
  tier: number
  /** Has joined the queue; what keeps its chats from them all the same stands below. */
  isJoined: boolean
  /** The queue keeps no shifts, or it is theirs. */
  isOnShift: boolean
  /** Their status is for the queue's kind of chat. */
  acceptsKind: boolean
  /** Whoever does not take part in the queue is offered nothing: they are called with all others
   * who do not, while nobody attends it (attending.ts, `callsAll`). */
  participates: boolean
  /** Whether the chat is of a sort that the operator takes: real chats, those of test queues, or both. */
  isFor: 'everybody' | 'tests_only' | 'not_for_tests'
  /** Has, at their level, every skill that the queue asks for after the time that the chat has
   * waited. A skill is asked for until its time is over, and from then on not at all. */
  hasSkills: boolean
  availability: Availability
  isPresent: boolean
  isNotAnswering: boolean
  /** Chats of this kind, held or offered. */
  used: number
  limit: number
  /** Units of chats of both kinds, held or offered, and what this one weighs; undefined: no limit. */
  units: { used: number; limit: number; needed: number } | undefined
  /** Chats of this very queue, held or offered, against its own limit; undefined: it has none. */
  ofQueue: { used: number; limit: number } | undefined
  /** Was given a chat of this queue just now, and is left in peace for a while. */
  isCoolingDown: boolean
  /** Milliseconds since 1970; undefined: never offered anything. */
  lastOfferedAt: number | undefined
  /** The same, counting this queue alone: when it was their turn. */
  turnAt: number | undefined
  /** Chats given to them since midnight. */
  takenToday: number
  /** A chat of theirs has just ended, and they are given nothing new for a while. */
  isWrappingUp: boolean
  /** The chat's queue offers nothing to anybody: its chats are picked. */
  isByHand: boolean
  /** The chat waits for somebody else alone. */
  isHeldForAnother: boolean
  /** Has just declined or missed this chat, and that counts. */
  isExcluded: boolean
}

export type RuledOutBy =
  | 'not_for_tests'
  | 'tests_only'
  | 'offline'
  | 'away'
  | 'busy'
  | 'finishing'
  | 'not_connected'
  | 'not_answering'
  | 'outside'
  | 'not_joined'
  | 'off_shift'
  | 'kind_not_accepted'
  | 'lacks_skill'
  | 'wrap_up'
  | 'at_limit'
  | 'units_full'
  | 'at_queue_limit'
  | 'cooling_down'
  | 'by_hand'
  | 'held_for_another'
  | 'excluded'
  | 'later_in_order'

type NoRoom = 'at_limit' | 'units_full' | 'at_queue_limit'

/** The most candidates that are kept with a decision. */
export const CONSIDERED_MAX = 20
/** How long an operator who passed a chat on, or missed it, is not offered it again. */
export const COOLDOWN_MS = 30_000
/** Offers missed in a row after which an operator counts as not answering. */
export const MISSED_MAX = 3
/** How long an operator whose last connection broke keeps their chats. */
export const GRACE_MS = 30_000
/** How long whoever counts as idle is warned before they are away. */
export const IDLE_WARNING_MS = 60_000
/** How far one step of priority moves a chat ahead in its queue. */
export const PRIORITY_STEP_MS = 60_000

/** Whether the operator could be offered anything at all, if there is room. */
export function isReady(
  operator: Pick<Candidate, 'availability' | 'isPresent' | 'isNotAnswering'>,
): boolean {
  return operator.availability === 'available' && operator.isPresent && !operator.isNotAnswering
}

/** The first reason that rules a candidate out; undefined when the chat may be offered. */
export function whyNot(candidate: Candidate): RuledOutBy | undefined {
  if (candidate.isFor !== 'everybody') return candidate.isFor
  return whyNotReady(candidate) ?? whyNotNow(candidate)
}

function whyNotReady(candidate: Candidate): RuledOutBy | undefined {
  if (candidate.availability !== 'available') return candidate.availability
  if (!candidate.isPresent) return 'not_connected'
  return candidate.isNotAnswering ? 'not_answering' : undefined
}

function whyNotNow(candidate: Candidate): RuledOutBy | undefined {
  const absent = whyNotServing(candidate)
  if (absent) return absent
  if (!candidate.hasSkills) return 'lacks_skill'
  if (candidate.isWrappingUp) return 'wrap_up'
  return whyNoRoom(candidate) ?? whyNotThis(candidate)
}

function whyNotServing(candidate: Candidate): RuledOutBy | undefined {
  if (!candidate.participates) return 'outside'
  if (!candidate.isJoined) return 'not_joined'
  if (!candidate.isOnShift) return 'off_shift'
  return candidate.acceptsKind ? undefined : 'kind_not_accepted'
}

/** Which of their limits an operator has reached for a chat; undefined when they have room. */
export function whyNoRoom({
  used,
  limit,
  units,
  ofQueue,
}: Pick<Candidate, 'used' | 'limit' | 'units' | 'ofQueue'>): NoRoom | undefined {
  if (used >= limit) return 'at_limit'
  if (units && units.used + units.needed > units.limit) return 'units_full'
  return ofQueue && ofQueue.used >= ofQueue.limit ? 'at_queue_limit' : undefined
}

/** What stands between this chat and somebody who has room. */
function whyNotThis(candidate: Candidate): RuledOutBy | undefined {
  if (candidate.isCoolingDown) return 'cooling_down'
  if (candidate.isByHand) return 'by_hand'
  if (candidate.isHeldForAnother) return 'held_for_another'
  return candidate.isExcluded ? 'excluded' : undefined
}

/** Whether somebody takes chats of a sort, and if not, which word says so. */
export function isFor(
  { takesChats, takesTests }: { takesChats: boolean; takesTests: boolean },
  isTest: boolean,
): Candidate['isFor'] {
  if (isTest) return takesTests ? 'everybody' : 'not_for_tests'
  return takesChats ? 'everybody' : 'tests_only'
}

type Order = (one: Candidate, other: Candidate) => number

/** Of the limit that is the nearer. */
const partTaken = ({ used, limit, units }: Candidate): number =>
  Math.max(used / Math.max(limit, 1), units ? units.used / Math.max(units.limit, 1) : 0)
const since = (at: number | undefined): number => at ?? -1
const byIdle: Order = (one, other) => since(one.lastOfferedAt) - since(other.lastOfferedAt)

/** What each strategy looks at before it asks who has been idle the longest. */
const orders: Record<Strategy, Order> = {
  longest_idle: byIdle,
  least_loaded: (one, other) => partTaken(one) - partTaken(other),
  most_full: (one, other) => partTaken(other) - partTaken(one),
  round_robin: (one, other) => since(one.turnAt) - since(other.turnAt),
  fewest_today: (one, other) => one.takenToday - other.takenToday,
  ring_all: byIdle,
  manual_pick: byIdle,
}

/** Who is asked first: tier, then the strategy, then the longest idle, then the id, so that a choice
 * can be repeated. */
export function compareCandidates(strategy: Strategy): Order {
  return (one, other) =>
    one.tier - other.tier ||
    orders[strategy](one, other) ||
    byIdle(one, other) ||
    compareIds(one.userId, other.userId)
}

export function compareIds(one: string, other: string): number {
  return one < other ? -1 : Number(one > other)
}

/** A chat has come and looks for an operator. Nobody is chosen when everybody is ruled out; whoever
 * could have had it stands before those who are ruled out. */
export function choose(strategy: Strategy, candidates: readonly Candidate[]): Because {
  const able = candidates
    .filter((candidate) => whyNot(candidate) === undefined)
    .sort(compareCandidates(strategy))
  const unable = candidates.filter((candidate) => whyNot(candidate) !== undefined).sort(byId)
  const chosen = able.at(0)?.userId ?? null
  const considered = [...able, ...unable].slice(0, CONSIDERED_MAX).map((candidate) => ({
    operatorId: candidate.userId,
    ruledOutBy: candidate.userId === chosen ? null : (whyNot(candidate) ?? 'later_in_order'),
  }))
  return { chosen, rule: strategy, considered }
}

function byId(one: Candidate, other: Candidate): number {
  return compareIds(one.userId, other.userId)
}

/** An operator has room and takes the most urgent chat; others of its queue are kept beside it. */
export function pull(userId: string, candidates: readonly Candidate[]): Because {
  return besides('longest_waiting', userId, candidates)
}

/** An operator has picked the chat from the list. */
export function pick(userId: string, candidates: readonly Candidate[]): Because {
  return besides('picked', userId, candidates)
}

function besides(rule: string, userId: string, candidates: readonly Candidate[]): Because {
  const others = candidates
    .filter((candidate) => candidate.userId !== userId)
    .sort(byId)
    .slice(0, CONSIDERED_MAX - 1)
    .map((candidate) => ({
      operatorId: candidate.userId,
      ruledOutBy: whyNot(candidate) ?? 'later_in_order',
    }))
  const considered = [{ operatorId: userId, ruledOutBy: null }, ...others]
  return { chosen: userId, rule, considered }
}
