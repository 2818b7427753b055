// What of a status of the catalogue goes together, and which days there are. Pure.
import { STATUS_EXPORT_DAYS, type Status, type StatusPeriod } from '#contract/statuses.ts'

/** The kinds of chats that it accepts are said of one that is available, and never all of them. */
export function fitsTogether({
  availability,
  accepts,
}: Pick<Status, 'availability' | 'accepts'>): boolean {
  if (accepts === null) return availability !== 'available'
  return availability === 'available' && accepts.length < 2
}

export function isDay(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day)
}

/** What is wrong with a period: the field; undefined where nothing is. */
export function whyNotPeriod({ from, to }: StatusPeriod): 'from' | 'to' | undefined {
  if (!isDay(from)) return 'from'
  if (!isDay(to) || to < from) return 'to'
  const days = (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1
  return days > STATUS_EXPORT_DAYS ? 'to' : undefined
}
