import { expect, test } from 'vitest'
import { clock, duration } from './clock.svelte.ts'

test.each([
  [0, '00:00'],
  [999, '00:00'],
  [61_000, '01:01'],
  [3_599_000, '59:59'],
  [3_600_000, '1:00:00'],
  [4_930_000, '1:22:10'],
  [-5_000, '00:00'],
])('%i ms reads %s', (ms, text) => {
  expect(duration(ms)).toBe(text)
})

test('one slow exchange does not move the clock: the median of five decides', () => {
  for (const late of [0, 0, 4000, 0, 0]) clock.learn(10_000, 5_000, 5_000 + late)
  expect(clock.offsetMs).toBe(5_000)
})
