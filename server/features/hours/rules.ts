// What opening hours must be like to be kept, and the one form in which they are.
import type { HoursException, Interval } from '#contract/hours.ts'
import { isTimeZone, soundIntervals } from '#contract/opening.ts'
import { nameProblem } from '#contract/text.ts'

interface Settings {
  timeZone: string
  week: readonly (readonly Interval[])[]
  exceptions: readonly HoursException[]
}

/**
 * What is set of a calendar in the form in which it is kept: intervals and dates in order, keys
 * too, so that the same is equal. `wrong`: the first field that cannot be.
 */
export function soundSettings<T extends Partial<Settings>>(set: T): T | { wrong: keyof Settings } {
  const { timeZone, week, exceptions } = set
  if (timeZone !== undefined && !isTimeZone(timeZone)) return { wrong: 'timeZone' }
  const days = week?.map(soundIntervals)
  if (days?.includes(undefined)) return { wrong: 'week' }
  const dates = exceptions && soundExceptions(exceptions)
  if (exceptions && dates === undefined) return { wrong: 'exceptions' }
  return { ...set, ...(days && { week: days }), ...(dates && { exceptions: dates }) }
}

/** By date; undefined when a date is none or is there twice, or one of them cannot be. */
function soundExceptions(exceptions: readonly HoursException[]): HoursException[] | undefined {
  const sound = exceptions.flatMap(({ date, name, intervals }) => {
    const sorted = soundIntervals(intervals)
    const isSound = sorted !== undefined && isDate(date) && nameProblem(name) === null
    return isSound ? [{ date, name: name.trim(), intervals: sorted }] : []
  })
  const isWhole = new Set(sound.map(({ date }) => date)).size === exceptions.length
  return isWhole
    ? sound.sort((one, other) => (one.date < other.date ? -1 : Number(one.date > other.date)))
    : undefined
}

function isDate(text: string): boolean {
  const at = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(at) && new Date(at).toISOString().slice(0, 10) === text
}
