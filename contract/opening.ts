// Whether a calendar is open, worked out: pure, for the screens that preview one and for the model of
// routing. The database decides by the same rules (migrations/0058); the tests hold the two together.
import { DAY_MINUTES, type HoursException, type Interval } from './hours.ts'

export interface Calendar {
  timeZone: string
  /** Monday first. */
  week: readonly (readonly Interval[])[]
  exceptions: readonly HoursException[]
}

/** Open or closed, and when that changes: milliseconds since 1970; undefined: not within a year. */
export interface Turn {
  isOpen: boolean
  changesAt: number | undefined
}

interface Span {
  begins: number
  ends: number
}

const MINUTE_MS = 60_000
const DAY_MS = DAY_MINUTES * MINUTE_MS
/** Most calendars turn within days; a year is looked at only where those do not tell. */
const LOOKS = [8, 365] as const

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    ...({ year: 'numeric', month: '2-digit', day: '2-digit' } as const),
    ...({ hour: '2-digit', minute: '2-digit', second: '2-digit' } as const),
  })
  formats.set(timeZone, made)
  return made
}

/** What the wall clock of a zone shows, as if it were UTC's. */
function wallAt(at: number, timeZone: string): number {
  const shown = formatOf(timeZone).format(at)
  const [month = 1, day = 1, year = 1970, hour = 0, minute = 0, second = 0] = shown
    .split(/\D+/)
    .map(Number)
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

/**
 * When the wall clock shows a time. Where it shows it twice, the first of the two is when something
 * begins and the second when it ends; where it skips it, the moment of the skip.
 */
function instantOf(wall: number, timeZone: string, isEnd: boolean): number {
  const offset = (at: number) => wallAt(at, timeZone) - at
  const before = wall - offset(wall - DAY_MS)
  const after = wall - offset(wall + DAY_MS)
  if (before === after) return before
  const [first, last] = before < after ? [before, after] : [after, before]
  const isShown = wallAt(last, timeZone) === wall
  if (wallAt(first, timeZone) === wall) return isShown && isEnd ? last : first
  return isShown ? last : skipBetween(first, last, wall, timeZone)
}

function skipBetween(first: number, last: number, wall: number, timeZone: string): number {
  let [low, high] = [first, last]
  while (high - low > 1000) {
    const middle = low + Math.floor((high - low) / 2000) * 1000
    if (wallAt(middle, timeZone) < wall) low = middle
    else high = middle
  }
  return high
}

function intervalsOf({ week, exceptions }: Calendar, day: number): readonly Interval[] {
  const date = dateOf(day)
  const exception = exceptions.find((one) => one.date === date)
  // The first day of 1970 was a Thursday.
  return exception?.intervals ?? week[(((day + 3) % 7) + 7) % 7] ?? []
}

/** A day since 1970 as 2026-01-31. */
function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10)
}

/** When a calendar is open, in order and apart, by the days on which that begins. */
function openTimes(calendar: Calendar, from: number, to: number): Span[] {
  const spans: Span[] = []
  for (let day = from; day <= to; day++)
    for (const interval of intervalsOf(calendar, day)) {
      const begins = instantOf(day * DAY_MS + interval.from * MINUTE_MS, calendar.timeZone, false)
      const ends = instantOf(day * DAY_MS + interval.to * MINUTE_MS, calendar.timeZone, true)
      if (begins < ends) spans.push({ begins, ends })
    }
  return joined(spans.sort((one, other) => one.begins - other.begins))
}

function joined(spans: readonly Span[]): Span[] {
  const apart: Span[] = []
  for (const span of spans) {
    const last = apart.at(-1)
    if (last && span.begins <= last.ends) last.ends = Math.max(last.ends, span.ends)
    else apart.push({ ...span })
  }
  return apart
}

/** Whether a calendar is open at a moment, and when that changes. */
export function turnAt(calendar: Calendar, at: number): Turn {
  const today = Math.floor(wallAt(at, calendar.timeZone) / DAY_MS)
  let isOpen = false
  for (const days of LOOKS) {
    const span = openTimes(calendar, today - 2, today + days + 1).find(({ ends }) => ends > at)
    isOpen = span !== undefined && span.begins <= at
    const changesAt = isOpen ? span?.ends : span?.begins
    if (changesAt !== undefined && changesAt <= at + days * DAY_MS) return { isOpen, changesAt }
  }
  return { isOpen, changesAt: undefined }
}

/** Since when a calendar is open; undefined while it is closed, and where that is a week or longer. */
export function openSince(calendar: Calendar, at: number): number | undefined {
  const today = Math.floor(wallAt(at, calendar.timeZone) / DAY_MS)
  const span = openTimes(calendar, today - 8, today).find(({ ends }) => ends > at)
  if (span === undefined || span.begins > at || span.begins <= at - 7 * DAY_MS) return undefined
  return span.begins
}

/** The intervals of a day in order; undefined when one is none, or two of them meet. */
export function soundIntervals(intervals: readonly Interval[]): Interval[] | undefined {
  const sorted = intervals.toSorted((one, other) => one.from - other.from)
  const isSound = sorted.every(({ from, to }, at) => {
    const next = sorted[at + 1]
    return from < to && to - from <= DAY_MINUTES && (next === undefined || to < next.from)
  })
  return isSound ? sorted : undefined
}

/** Whether the clock of the world knows the zone: a name of the IANA database, not an offset. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)*$/.test(name)) return false
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
