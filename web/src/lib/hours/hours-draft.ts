// Opening hours as a draft keeps them: a week and its exceptions are one value each, as text, so that
// two who change the same are told.
import type { Fields, FieldValue } from '#contract/fields.ts'
import type { Hours, HoursChanges, HoursException, Interval } from '#contract/hours.ts'
import { isTimeZone, soundIntervals } from '#contract/opening.ts'
import { Refused } from '#lib/api.ts'
import { t } from '#lib/words.ts'

type Week = readonly (readonly Interval[])[]

const interval = ({ from, to }: Interval): Interval => ({ from, to })
/** In one order of keys, whoever wrote it. */
const plainWeek = (week: Week) => week.map((day) => day.map(interval))
const plainDays = (days: readonly HoursException[]) =>
  days.map(({ date, name, intervals }) => ({ date, name, intervals: intervals.map(interval) }))

export const weekText = (week: Week): string => JSON.stringify(plainWeek(week))
export const exceptionsText = (exceptions: readonly HoursException[]): string =>
  JSON.stringify(plainDays(exceptions))

export function weekIn(value: FieldValue): Interval[][] {
  return typeof value === 'string' ? JSON.parse(value) : []
}

export function exceptionsIn(value: FieldValue): HoursException[] {
  return typeof value === 'string' ? JSON.parse(value) : []
}

export function fieldsOf({ name, timeZone, week, exceptions }: Hours): Fields {
  return { name, timeZone, week: weekText(week), exceptions: exceptionsText(exceptions) }
}

/** What is sent of a draft; a blank name is what the server is asked about. */
export function changesIn(set: Fields): HoursChanges['set'] {
  const { name, timeZone, week, exceptions } = set
  return {
    ...(typeof name === 'string' && { name }),
    ...(typeof timeZone === 'string' && { timeZone }),
    ...(week !== undefined && { week: weekIn(week) }),
    ...(exceptions !== undefined && { exceptions: exceptionsIn(exceptions) }),
  }
}

/** What somebody else set, as the draft keeps it. */
export function withTexts(error: unknown): never {
  const conflicts = error instanceof Refused ? error.details.conflicts : undefined
  if (!(error instanceof Refused) || conflicts === undefined) throw error
  const texts = Object.entries(conflicts).map(([key, theirs]) => {
    const isText = typeof theirs.value === 'string'
    return [key, isText ? theirs : { ...theirs, value: JSON.stringify(theirs.value) }] as const
  })
  throw new Refused(error.status, { ...error.details, conflicts: Object.fromEntries(texts) })
}

const DAYS = ['0', '1', '2', '3', '4', '5', '6'] as const

/** What still stands in the way of saving, in words. */
export function problemOf(get: (field: string) => FieldValue): string | undefined {
  const zone = get('timeZone')
  if (typeof zone !== 'string' || !isTimeZone(zone)) return t('hours.zone.unknown')
  const week = weekIn(get('week'))
  const wrong = DAYS.find((_, day) => soundIntervals(week[day] ?? []) === undefined)
  if (wrong !== undefined) return t('hours.intervals.meet', { day: t(`hours.day.${wrong}`) })
  return problemOfDays(exceptionsIn(get('exceptions')))
}

function problemOfDays(exceptions: readonly HoursException[]): string | undefined {
  const isBlank = exceptions.some(({ date, name }) => date === '' || name.trim() === '')
  if (isBlank) return t('hours.exceptions.unnamed')
  const dates = exceptions.map(({ date }) => date)
  const twice = dates.find((date, at) => dates.indexOf(date) !== at)
  if (twice !== undefined) return t('hours.exceptions.twice', { date: twice })
  const wrong = exceptions.find(({ intervals }) => soundIntervals(intervals) === undefined)
  return wrong && t('hours.intervals.meet', { day: wrong.date })
}
