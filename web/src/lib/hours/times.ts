// Opening hours as people write them: times of the day, and when something opens or closes.
import { DAY_MINUTES, type Interval } from '#contract/hours.ts'
import type { Turn } from '#contract/opening.ts'
import { locale, t } from '#lib/words.ts'

const DAY_MS = 86_400_000

/** A minute of the day as a field of time has it: 90 is `01:30`, and so is a day later. */
export function timeOf(minute: number): string {
  const ofDay = minute % DAY_MINUTES
  return `${String(Math.floor(ofDay / 60)).padStart(2, '0')}:${String(ofDay % 60).padStart(2, '0')}`
}

/** The minute of the day that a field of time holds; undefined while it is not whole. */
export function minuteOf(time: string): number | undefined {
  const [, hours, minutes] = /^(\d\d):(\d\d)/.exec(time) ?? []
  return hours === undefined ? undefined : Number(hours) * 60 + Number(minutes)
}

/** From one time to another; an end that is not after its beginning is on the next day. */
export function intervalOf(from: number, end: number): Interval {
  const to = end % DAY_MINUTES
  return { from, to: to > from ? to : to + DAY_MINUTES }
}

/** Hours to begin another interval of a day with; undefined where the day is full. */
export function nextInterval(intervals: readonly Interval[]): Interval | undefined {
  const last = intervals.at(-1)
  if (last === undefined) return { from: 9 * 60, to: 17 * 60 }
  const from = last.to + 60
  return from + 60 > DAY_MINUTES ? undefined : { from, to: Math.min(from + 4 * 60, DAY_MINUTES) }
}

/** The day of another zone that a moment is on, as 2026-01-31. */
export function dateIn(timeZone: string | undefined, at: number): string {
  return new Intl.DateTimeFormat('en-CA', {
    ...(timeZone !== undefined && { timeZone }),
    ...({ year: 'numeric', month: '2-digit', day: '2-digit' } as const),
  }).format(at)
}

/**
 * When something opens or closes, as short as can be: `17:30` today, `Mon 09:00` within a week, else
 * `5 Jan, 09:00`. By the clock of the zone given, or of this browser.
 */
export function momentText(at: number, now: number, timeZone?: string): string {
  const zone = timeZone === undefined ? {} : { timeZone }
  const isToday = dateIn(timeZone, at) === dateIn(timeZone, now)
  const isThisWeek = at - now < 6 * DAY_MS
  const day = isThisWeek
    ? ({ weekday: 'short' } as const)
    : ({ day: 'numeric', month: 'short' } as const)
  return new Intl.DateTimeFormat(TAGS[locale()], {
    ...zone,
    ...(!isToday && day),
    ...({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const),
  }).format(at)
}

const TAGS = { en: 'en-GB', nl: 'nl-NL' } as const

/** That a chat waits for the opening, and when that is. */
export function earlyText({ opensAt }: { opensAt: string | null }, now: number): string {
  const early = t('hours.chat.early')
  if (opensAt === null) return early
  return `${early} · ${t('hours.chat.opens', { time: momentText(Date.parse(opensAt), now) })}`
}

/** Whether it is open, and until when, in words. */
export function turnText({ isOpen, changesAt }: Turn, now: number, timeZone?: string): string {
  if (changesAt === undefined) return t(isOpen ? 'hours.open.always' : 'hours.closed.always')
  const time = momentText(changesAt, now, timeZone)
  return t(isOpen ? 'hours.open.until' : 'hours.closed.until', { time })
}
