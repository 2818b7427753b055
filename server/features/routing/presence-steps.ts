// Presence in plain values, as far as it is not somebody's choice: finishing that has come to its end,
// and who counts as idle. As migrations/0062 and 0063 have it.
import type { Availability, FinishAs } from '#contract/presence.ts'
import { compareIds, IDLE_WARNING_MS, isReady } from './decide.ts'
import { chatsOf, type Floor, type FloorOperator } from './floor.ts'
import { changeOperator, putBackOffers, type Work } from './matching.ts'

export interface PresenceCommands {
  declare: { userId: string; availability: Availability; finishAs?: FinishAs }
  /** There was a key or a pointer. */
  act: { userId: string }
}

export function declare(work: Work, command: PresenceCommands['declare']): void {
  const { userId, availability } = command
  const before = work.floor.operators.get(userId)
  if (before === undefined) return
  changeOperator(work, userId, {
    availability,
    finishAs: availability === 'finishing' ? (command.finishAs ?? 'away') : undefined,
    idleUntil: undefined,
    ...(before.availability !== availability && { activeAt: work.now }),
  })
  if (availability === 'available') {
    changeOperator(work, userId, { missed: 0, isNotAnswering: false })
    work.matchOperators.push(userId)
  } else {
    putBackOffers(work, userId)
  }
}

export function act(work: Work, { userId }: PresenceCommands['act']): void {
  changeOperator(work, userId, { activeAt: work.now, idleUntil: undefined })
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
      changeOperator(work, id, { availability: 'away', idleUntil: undefined, activeAt: work.now })
    }
  }
}

function isIdle(floor: Floor, operator: FloorOperator, now: number): boolean {
  const isRung = chatsOf(floor, operator.id).some(({ state }) => state === 'offered')
  return isReady(operator) && !isRung && operator.activeAt + (floor.idleMs ?? Infinity) <= now
}
