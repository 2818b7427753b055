import { expect, test } from 'vitest'
import type { StatusDay, StatusInterval } from '#contract/statuses.ts'
import { dayAfter, paidMs, partsOf, totalsOf, whyNotDays } from './day.ts'

const interval = (status: StatusInterval['status'], from: string, to: string): StatusInterval => ({
  ...{
    status,
    reason: null,
    accepts: null,
    cause: 'chosen',
    isPaid: status !== 'offline',
    actor: null,
    since: from,
    from,
    to,
  },
})
const day: StatusDay = {
  ...{ day: '2026-11-21', timeZone: 'UTC' },
  ...{ from: '2026-11-21T00:00:00.000Z', to: '2026-11-21T18:00:00.000Z' },
  end: '2026-11-22T00:00:00.000Z',
  intervals: [
    interval('offline', '2026-11-21T00:00:00.000Z', '2026-11-21T06:00:00.000Z'),
    interval('available', '2026-11-21T06:00:00.000Z', '2026-11-21T15:00:00.000Z'),
    interval('offline', '2026-11-21T15:00:00.000Z', '2026-11-21T18:00:00.000Z'),
  ],
}

test('intervals lie in the whole day, what is yet to come stays free', () => {
  expect(partsOf(day)).toEqual([
    { status: 'offline', from: 0, share: 0.25 },
    { status: 'available', from: 0.25, share: 0.375 },
    { status: 'offline', from: 0.625, share: 0.125 },
  ])
})

test('each status is summed once, the longest first', () => {
  expect(totalsOf(day).map(({ status, ms }) => [status, ms / 3_600_000])).toEqual([
    ['offline', 9],
    ['available', 9],
  ])
})

test('PR-2 what counts as paid is summed as well', () => {
  expect(paidMs(day)).toBe(9 * 3_600_000)
})

test.each([
  ['2026-02-28', 1, '2026-03-01'],
  ['2026-01-01', -1, '2025-12-31'],
  ['2026-10-25', 1, '2026-10-26'],
])('%s and %i day is %s', (from, days, to) => {
  expect(dayAfter(from, days)).toBe(to)
})

test.each([
  ['2026-01-31', '2026-01-31', undefined],
  ['2026-01-01', '2026-01-31', undefined],
  ['2026-01-01', '2026-02-01', 'days-many'],
  ['2026-01-02', '2026-01-01', 'days-reversed'],
  ['', '2026-01-01', 'days-missing'],
] as const)('PR-7 an export from %s to %s: %s', (from, to, why) => {
  expect(whyNotDays(from, to, 31)).toBe(why)
})
