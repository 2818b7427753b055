import { expect, test } from 'vitest'
import { afterAddressFailure, afterUserFailure, type Throttle, waitSeconds } from './rules.ts'

const NOW = new Date('2026-01-01T09:00:00.000Z')

test('AUTH-4: the first four failures of a user cost nothing, then the wait doubles up to a minute', () => {
  let throttle: Throttle | undefined
  const waits = Array.from({ length: 14 }, () => {
    throttle = afterUserFailure(throttle, NOW)
    return waitSeconds(throttle, NOW)
  })
  expect(waits).toEqual([0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60])
})

test('AUTH-4: an address waits after sixty failures within ten minutes, not after sixty in a day', () => {
  let quick: Throttle | undefined
  for (let n = 0; n < 60; n++) quick = afterAddressFailure(quick, NOW)
  expect(waitSeconds(quick, NOW)).toBe(600)
  let slow: Throttle | undefined
  for (let n = 0; n < 60; n++) {
    slow = afterAddressFailure(slow, new Date(NOW.getTime() + n * 11 * 60_000))
  }
  expect(waitSeconds(slow, NOW)).toBe(0)
})
