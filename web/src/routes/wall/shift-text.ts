// What an operator's shift says of them, and until when.
import type { Operator } from '#contract/presence.ts'
import { epochMs } from '#lib/clock.svelte.ts'
import { momentText } from '#lib/hours/times.ts'
import { t } from '#lib/words.ts'
import { shiftSignOf } from './floor.ts'

/** Undefined where it says nothing that does not show. `now` is epoch milliseconds. */
export function shiftText(operator: Operator, now: number): string | undefined {
  const sign = shiftSignOf(operator)
  if (sign === undefined) return undefined
  const turnsAt = operator.shift?.turnsAt
  return turnsAt
    ? t(`wall.tile.shift.${sign}.until`, { time: momentText(epochMs(turnsAt), now) })
    : t(`wall.tile.shift.${sign}`)
}
