// What of an operator stands in the way of a chat, one thing after the other, and when each changes
// by itself. Which of them counts first is the router's to say; here it is only laid out.
import { CHECKS, type Check, type Considered, type Failed } from '#contract/why.ts'

/** What is known of an operator for one chat. */
export interface Facts extends Omit<Considered, 'fails'> {
  /** The chat is in front of a closed door, and until when. */
  isEarly: boolean
  opensAt: string | null
  /** Takes chats of its sort: real ones, or those of test queues. */
  isForIt: boolean
  isNotAnswering: boolean
  participates: boolean
  isJoined: boolean
  /** The queue keeps no shifts, or it is theirs; and when their shift turns. */
  isOnShift: boolean
  shiftTurnsAt: string | null
  /** Their status is for the queue's kind of chat. */
  acceptsKind: boolean
  /** A chat of theirs has just ended; null: they are not wrapping up. */
  wrapUpUntil: string | null
  /** One of their chats of either kind is an offer that ends then; null: none is. */
  anyOfferEndsAt: string | null
  /** One of their chats of this queue is an offer that ends then; null: none is. */
  ofQueueEndsAt: string | null
  /** The chat waits for somebody else alone, until then. */
  heldUntil: string | null
  /** Being remembered to have passed it on counts: somebody else could take it. */
  isExcluded: boolean
}

/** What of everything that is looked at does not pass, in order. */
export function failsOf(facts: Facts): Failed[] {
  const isPassed: Readonly<Record<Check, boolean>> = {
    hours: !facts.isEarly,
    sort: facts.isForIt,
    status: facts.availability === 'available',
    connection: facts.connection === 'connected',
    answering: !facts.isNotAnswering,
    takes_part: facts.participates,
    joined: facts.isJoined,
    shift: facts.isOnShift,
    accepts: facts.acceptsKind,
    skills: facts.lacks.length === 0,
    wrap_up: facts.wrapUpUntil === null,
    limit: facts.used < facts.limit,
    units: facts.units === null || facts.units.used + facts.units.needed <= facts.units.limit,
    queue_limit: facts.ofQueue === null || facts.ofQueue.used < facts.ofQueue.limit,
    cooldown: facts.coolsUntil === null,
    hold: facts.heldUntil === null,
    exclusion: !facts.isExcluded,
  }
  const changes: Readonly<Partial<Record<Check, string | null>>> = {
    hours: facts.opensAt,
    shift: facts.shiftTurnsAt,
    skills: lastOf(facts.lacks.map(({ relaxesAt }) => relaxesAt)),
    wrap_up: facts.wrapUpUntil,
    // Whether it is accepted or not, it is settled by then.
    limit: facts.offerEndsAt,
    units: facts.anyOfferEndsAt,
    queue_limit: facts.ofQueueEndsAt,
    cooldown: facts.coolsUntil,
    hold: facts.heldUntil,
    exclusion: facts.excludedUntil,
  }
  return CHECKS.filter((check) => !isPassed[check]).map((check) => ({
    check,
    changesAt: changes[check] ?? null,
  }))
}

/** The last of the moments; null when one of them never comes. */
function lastOf(moments: readonly (string | null)[]): string | null {
  return moments.includes(null) ? null : (moments.toSorted().at(-1) ?? null)
}

/** An operator as they are told, with what does not pass. */
export function toldOf(facts: Facts): Considered {
  return { ...facts, fails: failsOf(facts) }
}
