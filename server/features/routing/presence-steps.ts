// Presence in plain values: what somebody chooses, finishing that has come to its end, and who counts as
// idle. As migrations/0062, 0063 and 0073 have it.
import type { Availability, FinishAs } from '#contract/presence.ts'
import { compareIds, IDLE_WARNING_MS, isReady } from './decide.ts'
import { chatsOf, type Floor, type FloorOperator, type Kind, offersTo } from './floor.ts'
import { changeOperator, putBack, putBackOffers, type Work } from './matching.ts'

export interface PresenceCommands {
  /** `accepts`: available, for these kinds of chats alone. */
  declare: {
    userId: string
    availability: Availability
    finishAs?: FinishAs
    accepts?: readonly Kind[] | undefined
  }
  /** There was a key or a pointer. */
  act: { userId: string }
  /** Whoever has missed offers is there again. */
  back: { userId: string }
}

export function declare(work: Work, command: PresenceCommands['declare']): void {
  const { userId, availability } = command
  const before = work.floor.operators.get(userId)
  if (before === undefined) return
  const wanted = statusOf(command)
  const isAsBefore =
    before.availability === availability && `${before.accepts}` === `${wanted.accepts}`
  changeOperator(work, userId, {
    ...wanted,
    idleUntil: undefined,
    ...(!isAsBefore && { activeAt: work.now }),
  })
  if (availability === 'available') {
    changeOperator(work, userId, { missed: 0, isNotAnswering: false })
    putBackNotAccepted(work, userId, wanted.accepts)
    work.matchOperators.push(userId)
  } else {
    putBackOffers(work, userId)
  }
}

function statusOf({ availability, finishAs, accepts }: PresenceCommands['declare']) {
  return {
    availability,
    accepts: availability === 'available' ? accepts : undefined,
    finishAs: availability === 'finishing' ? (finishAs ?? 'away') : undefined,
  }
}

/** What rings and is not of these kinds goes to somebody else, queue by queue, unless it was handed over to
 * them. */
function putBackNotAccepted(work: Work, userId: string, kinds: readonly Kind[] | undefined): void {
  const offered = chatsOf(work.floor, userId).filter(
    ({ state, kind, isHandedOver }) =>
      state === 'offered' && !isHandedOver && kinds?.includes(kind) === false,
  )
  for (const chat of offered.sort((one, other) => compareIds(one.queueId, other.queueId)))
    putBack(work, chat)
}

export function act(work: Work, { userId }: PresenceCommands['act']): void {
  changeOperator(work, userId, { activeAt: work.now, idleUntil: undefined })
}

export function back(work: Work, { userId }: PresenceCommands['back']): void {
  const { missed = 0, isNotAnswering = false } = work.floor.operators.get(userId) ?? {}
  if (missed === 0 && !isNotAnswering) return
  changeOperator(work, userId, { missed: 0, isNotAnswering: false })
  work.matchOperators.push(userId)
}

/** Whoever has come after having been gone for good is there. */
export function arrivalOf({ graceUntil }: FloorOperator, now: number): Partial<FloorOperator> {
  return graceUntil === undefined ? { activeAt: now } : {}
}

/** Who has gone idle is warned, who came back is not any more, and whose minute is over is away. */
export function tendIdle(work: Work): void {
  const operators = [...work.floor.operators.values()]
  for (const operator of operators.sort((one, other) => compareIds(one.id, other.id))) {
    const { id, idleUntil } = operator
    const isGone = isIdle(work.floor, operator, work.now)
    if (idleUntil === undefined) {
      if (isGone) changeOperator(work, id, { idleUntil: work.now + IDLE_WARNING_MS })
    } else if (!isGone) {
      changeOperator(work, id, { idleUntil: undefined })
    } else if (idleUntil <= work.now) {
      changeOperator(work, id, {
        ...{ availability: 'away', accepts: undefined },
        ...{ idleUntil: undefined, activeAt: work.now },
      })
    }
  }
}

function isIdle(floor: Floor, operator: FloorOperator, now: number): boolean {
  const isRung = offersTo(floor, operator.id).length > 0
  const since = floor.rules.idleWhenIgnored ? ignoredSince(floor, operator.id) : 0
  const idleSince = Math.max(operator.activeAt, since)
  return isReady(operator) && !isRung && idleSince + (floor.rules.idleMs ?? Infinity) <= now
}

/** Since when a visitor of theirs has waited for an answer; for ever yet to come, where none has. */
function ignoredSince(floor: Floor, userId: string): number {
  const asking = chatsOf(floor, userId).flatMap(({ state, said }) =>
    state === 'active' && said?.by === 'visitor' ? [said.since] : [],
  )
  return Math.min(...asking, Infinity)
}
