// What a queue says of parking, as its editor keeps it.
import type { Queue } from '#contract/queues.ts'

export const PARKING_KINDS = {
  parkAfterMinutes: 'number?',
  wakeTo: 'string',
  closeParkedDays: 'number?',
  whenGone: 'string',
  keepHours: 'number?',
} as const

type Parking = Pick<Queue, keyof typeof PARKING_KINDS>

export function parkingOf({
  parkAfterMinutes,
  wakeTo,
  closeParkedDays,
  whenGone,
  keepHours,
}: Parking): Parking {
  return { parkAfterMinutes, wakeTo, closeParkedDays, whenGone, keepHours }
}
