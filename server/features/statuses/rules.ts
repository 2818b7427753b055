// What of a status of the catalogue goes together. Pure.
import type { Status } from '#contract/statuses.ts'

/** The kinds of chats that it accepts are said of one that is available, and never all of them. */
export function fitsTogether({
  availability,
  accepts,
}: Pick<Status, 'availability' | 'accepts'>): boolean {
  if (accepts === null) return availability !== 'available'
  return availability === 'available' && accepts.length < 2
}
