// Queues that open and close again and again in the minutes in which most histories take place.
import type { FloorQueue } from '../features/routing/floor.ts'
import { idOf } from './routing-seed.ts'

/** From some minutes before midnight on: closed, open, closed, two minutes at a time and more. */
const BUSY_NIGHT = {
  timeZone: 'Europe/Amsterdam',
  week: Array.from({ length: 7 }, () => [
    { from: 0, to: 2 },
    { from: 4, to: 7 },
    { from: 9, to: 12 },
    { from: 1_380, to: 1_439 },
  ]),
  exceptions: [],
}

const closing = { calendar: BUSY_NIGHT, atClosing: 'serve', messageQueueId: undefined } as const

/** What of queues 11 to 13 is not as usual. */
export const CLOSINGS = [
  { closing: { ...closing, whenClosed: 'wait' }, maxWaiting: 3, overflowQueueId: idOf('b', 7) },
  {
    closing: { ...closing, whenClosed: 'overflow', atClosing: 'as_comer' },
    overflowQueueId: idOf('b', 11),
    overflowAfterMs: 60_000,
  },
  {
    closing: {
      ...{ ...closing, whenClosed: 'message', messageQueueId: idOf('b', 3) },
      atClosing: 'as_comer',
    },
    affinityMs: 10_000,
  },
] as const satisfies Partial<FloorQueue>[]
