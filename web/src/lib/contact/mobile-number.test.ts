import { expect, test } from 'vitest'
import { e164 } from './mobile-number.ts'

test.each([
  ['+31612345678', '+31612345678'],
  [' +31 6 12345678 ', '+31612345678'],
  ['0031 6 1234-5678', '+31612345678'],
  ['+31 (0)6 12 34 56 78', '+31612345678'],
  ['+44 7700 900.123', '+447700900123'],
])('W-8: %j is %s', (text, number) => {
  expect(e164(text)).toBe(number)
})

test.each([
  '',
  '06 12345678',
  '612345678',
  '+0612345678',
  '+31',
  '+31 6 12a45678',
  '+3161234567890123',
])('W-8: %j is no number, or not said of which country', (text) => {
  expect(e164(text)).toBeUndefined()
})
