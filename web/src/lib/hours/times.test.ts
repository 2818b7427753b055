import { expect, test } from 'vitest'
import { intervalOf, minuteOf, momentText, nextInterval, timeOf } from './times.ts'

test.each([
  [540, 1020, { from: 540, to: 1020 }],
  [1320, 120, { from: 1320, to: 1560 }],
  [0, 0, { from: 0, to: 1440 }],
  [540, 540, { from: 540, to: 1980 }],
  [1020, 1440, { from: 1020, to: 1440 }],
])('from %i to %i', (from, to, wanted) => expect(intervalOf(from, to)).toEqual(wanted))

test('times of the day are read as they are written', () => {
  for (const minute of [0, 61, 1439]) expect(minuteOf(timeOf(minute))).toBe(minute)
  expect(timeOf(1560)).toBe('02:00')
  expect(minuteOf('')).toBeUndefined()
})

test('another interval begins behind the last, while the day has room', () => {
  expect(nextInterval([])).toEqual({ from: 540, to: 1020 })
  expect(nextInterval([{ from: 540, to: 720 }])).toEqual({ from: 780, to: 1020 })
  expect(nextInterval([{ from: 540, to: 1430 }])).toBeUndefined()
})

test('a moment is told as shortly as can be, by the clock of the zone', () => {
  const now = Date.parse('2026-01-05T08:00:00Z')
  const at = (text: string) => momentText(Date.parse(text), now, 'Europe/Amsterdam')
  expect(at('2026-01-05T16:30:00Z')).toBe('17:30')
  expect(at('2026-01-06T08:00:00Z')).toBe('Tue 09:00')
  expect(at('2026-02-05T08:00:00Z')).toBe('5 Feb, 09:00')
})
