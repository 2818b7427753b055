// The rules of routing, apart from input and output: who may be offered a chat, in which order, and
// why. The database decides by the same rules (migrations/0036); the tests hold the two together.
import type { Availability } from '#contract/presence.ts'
import type { Because } from '#contract/routing.ts'

/** What is looked at of an operator who is assigned to a chat's queue. */
export interface Candidate {
  userId: string
  /** 1 is asked first. */
  tier: number
  isJoined: boolean
  /** Whoever does not take part in the queue is offered nothing: they are called with all others
   * who do not, while nobody attends it (floor.ts, `callsAll`). */
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
  /** Milliseconds since 1970; undefined: never offered anything. */
  lastOfferedAt: number | undefined
  /** Has just declined or missed this chat, and that counts. */
  isExcluded: boolean
}

export type RuledOutBy =
  | 'not_for_tests'
  | 'tests_only'
  | 'offline'
  | 'away'
  | 'busy'
  | 'not_connected'
  | 'not_answering'
  | 'outside'
  | 'not_joined'
  | 'lacks_skill'
  | 'at_limit'
  | 'excluded'
  | 'later_in_order'

/** The most candidates that are kept with a decision. */
export const CONSIDERED_MAX = 20
/** How long an operator who passed a chat on, or missed it, is not offered it again. */
export const COOLDOWN_MS = 30_000
/** Offers missed in a row after which an operator counts as not answering. */
export const MISSED_MAX = 3
/** How long an operator whose last connection broke keeps their chats. */
export const GRACE_MS = 30_000
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
  if (!candidate.participates) return 'outside'
  if (!candidate.isJoined) return 'not_joined'
  if (!candidate.hasSkills) return 'lacks_skill'
  if (candidate.used >= candidate.limit) return 'at_limit'
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

/** The strategy by which a queue chooses; those that have no order of their own take turns. */
export function ruleOf(strategy: string): 'longest_idle' | 'least_loaded' {
  return strategy === 'least_loaded' ? 'least_loaded' : 'longest_idle'
}

/** Who is asked first: tier, then the strategy, then the id, so that a choice can be repeated. */
export function compareCandidates(strategy: string) {
  const load = (one: Candidate) =>
    ruleOf(strategy) === 'least_loaded' ? one.used / Math.max(one.limit, 1) : 0
  return (one: Candidate, other: Candidate): number =>
    one.tier - other.tier ||
    load(one) - load(other) ||
    (one.lastOfferedAt ?? -1) - (other.lastOfferedAt ?? -1) ||
    compareIds(one.userId, other.userId)
}

export function compareIds(one: string, other: string): number {
  return one < other ? -1 : Number(one > other)
}

/** A chat has come and looks for an operator. Nobody is chosen when everybody is ruled out; whoever
 * could have had it stands before those who are ruled out. */
export function choose(strategy: string, candidates: readonly Candidate[]): Because {
  const able = candidates
    .filter((candidate) => whyNot(candidate) === undefined)
    .sort(compareCandidates(strategy))
  const unable = candidates.filter((candidate) => whyNot(candidate) !== undefined).sort(byId)
  const chosen = able.at(0)?.userId ?? null
  const considered = [...able, ...unable].slice(0, CONSIDERED_MAX).map((candidate) => ({
    operatorId: candidate.userId,
    ruledOutBy: candidate.userId === chosen ? null : (whyNot(candidate) ?? 'later_in_order'),
  }))
  return { chosen, rule: ruleOf(strategy), considered }
}

function byId(one: Candidate, other: Candidate): number {
  return compareIds(one.userId, other.userId)
}

/** An operator has room and takes the most urgent chat; others of its queue are kept beside it. */
export function pull(userId: string, candidates: readonly Candidate[]): Because {
  const others = candidates
    .filter((candidate) => candidate.userId !== userId)
    .sort(byId)
    .slice(0, CONSIDERED_MAX - 1)
    .map((candidate) => ({
      operatorId: candidate.userId,
      ruledOutBy: whyNot(candidate) ?? 'later_in_order',
    }))
  const considered = [{ operatorId: userId, ruledOutBy: null }, ...others]
  return { chosen: userId, rule: 'longest_waiting', considered }
}
