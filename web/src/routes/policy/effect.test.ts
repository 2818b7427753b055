import { beforeAll, expect, test } from 'vitest'
import { DEFAULT_POLICY, LATIN_POLICY } from '#contract/password.ts'
import { needWords, startWords } from '#lib/words.ts'
import { isGrave, policyText } from './effect.ts'

beforeAll(() => Promise.all([startWords(), needWords('policy')]))

test.each([
  [{ people: 400, mustChange: 9, lookedAt: 0 }, false],
  [{ people: 400, mustChange: 10, lookedAt: 0 }, true],
  [{ people: 4, mustChange: 3, lookedAt: 0 }, true],
  [{ people: 4, mustChange: 2, lookedAt: 0 }, false],
  [{ people: 1, mustChange: 1, lookedAt: 0 }, false],
  [{ people: 4, mustChange: 0, lookedAt: 4 }, false],
])('%j is confirmed in writing: %s', (effect, isSo) => {
  expect(isGrave(effect)).toBe(isSo)
})

test('the rules are one sentence', () => {
  expect(policyText(DEFAULT_POLICY)).toBe('12 to 128 characters and no common ones')
  expect(policyText({ ...LATIN_POLICY, digit: true, history: 3, expiryDays: 90 })).toBe(
    '12 to 128 characters, a digit, Latin only, no common ones, none of the last 3, and changed every 90 days',
  )
})
