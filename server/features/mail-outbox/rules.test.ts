import { expect, test } from 'vitest'
import { isGivenUp, pauseSeconds } from './rules.ts'

test.each([
  [1, 10],
  [2, 20],
  [4, 80],
  [9, 2560],
  [10, 3600],
  [1000, 3600],
])(
  'NX-19: after %i failed tries a mail rests %i seconds, a fifth more or less',
  (tries, seconds) => {
    expect(pauseSeconds(tries, 0.5)).toBe(seconds)
    expect(pauseSeconds(tries, 0)).toBe(Math.round(seconds * 0.8))
    expect(pauseSeconds(tries, 0.999_999)).toBeLessThanOrEqual(seconds * 1.2)
  },
)

test('a mail is given up a day after it was written', () => {
  const created = '2026-01-01T09:00:00.000Z'
  expect(isGivenUp(created, new Date('2026-01-02T08:59:59.999Z'))).toBe(false)
  expect(isGivenUp(created, new Date('2026-01-02T09:00:00.000Z'))).toBe(true)
})
