import { describe, expect, test } from 'vitest'
import {
  afterAddressFailure,
  afterUserFailure,
  isForChanging,
  letsIn,
  type Throttle,
  waitSeconds,
} from './rules.ts'

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

describe('a password', () => {
  const now = new Date('2026-06-01T12:00:00Z')
  const chosen = {
    passwordState: 'chosen' as const,
    passwordExpiresAt: null,
    passwordUsedAt: null,
    passwordChangedAt: '2026-05-02T12:00:00Z',
    mustChangePassword: false,
  }
  const soon = '2026-06-01T12:00:01Z'
  const temporary = { ...chosen, passwordState: 'temporary' as const, passwordExpiresAt: soon }

  test.each([
    ['chosen', chosen, true],
    ['temporary and not used', temporary, true],
    ['temporary and used', { ...temporary, passwordUsedAt: '2026-06-01T11:00:00Z' }, false],
    ['over', { ...temporary, passwordExpiresAt: '2026-06-01T12:00:00Z' }, false],
  ])('that is %s lets in: %s', (_, password, expected) => {
    expect(letsIn(password, now)).toBe(expected)
  })

  test.each([
    ['chosen, where none grows old', chosen, 0, false],
    ['30 days old, where 31 are allowed', chosen, 31, false],
    ['30 days old, where 30 are', chosen, 30, true],
    ['of nobody knows when', { ...chosen, passwordChangedAt: null }, 30, false],
    ['asked to be changed', { ...chosen, mustChangePassword: true }, 0, true],
    ['temporary', temporary, 0, true],
  ])('that is %s is for changing: %s', (_, password, days, expected) => {
    expect(isForChanging(password, days, now)).toBe(expected)
  })
})
