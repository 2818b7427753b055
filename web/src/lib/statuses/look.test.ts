import { expect, test } from 'vitest'
import { acceptingOf, overdueMs } from './look.ts'

const START = '2026-01-01T12:00:00.000Z'
const at = (minute: number) => Date.parse(START) + minute * 60_000
const lunch = {
  statusId: 'x',
  icon: 'meal',
  colour: 'amber',
  isPaid: false,
  maxMinutes: 30,
} as const

type Chosen = Parameters<typeof overdueMs>[0]
const operator = (change: Partial<Chosen>): Chosen => ({
  ...{ availability: 'away', since: START, mark: lunch },
  ...change,
})

test.each([
  ['within its time', operator({}), 30, 0],
  ['too long', operator({}), 42, 12 * 60_000],
  ['without a bound', operator({ mark: { ...lunch, maxMinutes: null } }), 400, 0],
  ['without a status of the catalogue', operator({ mark: null }), 400, 0],
  ['available for some chats', operator({ availability: 'available' }), 42, 12 * 60_000],
  ['still finishing', operator({ availability: 'finishing' }), 400, 0],
] as const)('PR-2 %s', (_, row, minute, ms) => {
  expect(overdueMs(row, at(minute))).toBe(ms)
})

test.each([
  [undefined, undefined],
  [null, undefined],
  [['live'], 'live'],
  [['deferred'], 'deferred'],
  [[], 'handed'],
] as const)('PR-2 %j is available for %s', (accepts, accepting) => {
  expect(acceptingOf(accepts)).toBe(accepting)
})
