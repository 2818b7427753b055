// What there is to say of my shift now: that it begins or ends soon, that it is on and I am not here,
// that it is not on and I am, or else how long it lasts. Nothing of it changes what I have chosen.
import type { Operator } from '#contract/presence.ts'
import { epochMs } from '#lib/clock.svelte.ts'

const MINUTE_MS = 60_000
/** A turn is said so long before. */
const SOON_MS = 5 * MINUTE_MS
/** Whoever is available so long before their shift has come early, and is not late in leaving. */
const EARLY_MS = 60 * MINUTE_MS

export interface ShiftTime {
  kind: 'begins' | 'ends' | 'on' | 'during' | 'early' | 'over'
  name: string
  /** When it turns next, epoch milliseconds; undefined: not within a year. */
  turnsAt: number | undefined
  /** What is put aside with it: the same again after the next turn is news. */
  key: string
}

type Mine = Pick<Operator, 'shift' | 'availability' | 'cause'>

/** Undefined: nothing to say. `now` is epoch milliseconds. */
export function shiftTimeOf({ shift, ...mine }: Mine, now: number): ShiftTime | undefined {
  if (shift === null) return undefined
  const turnsAt = shift.turnsAt === null ? undefined : epochMs(shift.turnsAt)
  const left = turnsAt === undefined ? Number.POSITIVE_INFINITY : turnsAt - now
  const kind = shift.isOn ? duringShift(mine, left) : outsideShift(mine, left)
  return kind && { kind, name: shift.name, turnsAt, key: `${kind} ${shift.turnsAt ?? ''}` }
}

/** A break that somebody takes within their shift is theirs to take. */
function duringShift({ availability, cause }: Omit<Mine, 'shift'>, left: number) {
  if (left <= SOON_MS) return availability === 'offline' ? undefined : 'ends'
  const isGone = availability === 'offline' || (availability === 'away' && cause !== 'chosen')
  return isGone ? 'on' : 'during'
}

function outsideShift({ availability }: Omit<Mine, 'shift'>, left: number) {
  if (left <= SOON_MS) return 'begins'
  if (availability !== 'available') return undefined
  return left <= EARLY_MS ? 'early' : 'over'
}

/** Whole minutes until a turn, as they are said: 0 is any moment now. */
export function minutesUntil(turnsAt: number, now: number): number {
  return Math.max(0, Math.ceil((turnsAt - now) / MINUTE_MS))
}
