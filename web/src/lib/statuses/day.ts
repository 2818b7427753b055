// A day of statuses as a bar and as sums.
import type { LedgerStatus, StatusDay, StatusInterval } from '#contract/statuses.ts'

/** Milliseconds. */
export function lengthOf({ from, to }: Pick<StatusInterval, 'from' | 'to'>): number {
  return Date.parse(to) - Date.parse(from)
}

/** Where each interval lies in its day, as shares of it from midnight to midnight. */
export function partsOf(day: StatusDay): { status: LedgerStatus; from: number; share: number }[] {
  const begins = Date.parse(day.from)
  const whole = Date.parse(day.end) - begins
  return day.intervals.map((one) => ({
    status: one.status,
    from: (Date.parse(one.from) - begins) / whole,
    share: lengthOf(one) / whole,
  }))
}

/** What each status comes to in the day, the longest first. */
export function totalsOf({ intervals }: StatusDay): { status: LedgerStatus; ms: number }[] {
  const totals = new Map<LedgerStatus, number>()
  for (const one of intervals) totals.set(one.status, (totals.get(one.status) ?? 0) + lengthOf(one))
  return [...totals].map(([status, ms]) => ({ status, ms })).toSorted((a, b) => b.ms - a.ms)
}

/** How much of the day counts as work. */
export function paidMs({ intervals }: StatusDay): number {
  return intervals.reduce((sum, one) => sum + (one.isPaid ? lengthOf(one) : 0), 0)
}

/** The day so many days later: `2026-02-28`, 1 is `2026-03-01`. */
export function dayAfter(day: string, days: number): string {
  const noon = Date.parse(`${day}T12:00:00Z`)
  return new Date(noon + days * 86_400_000).toISOString().slice(0, 10)
}

/** What is wrong with the days of an export; undefined where nothing is. */
export function whyNotDays(
  from: string,
  to: string,
  most: number,
): 'days-missing' | 'days-reversed' | 'days-many' | undefined {
  if (from === '' || to === '') return 'days-missing'
  if (to < from) return 'days-reversed'
  return to > dayAfter(from, most - 1) ? 'days-many' : undefined
}
