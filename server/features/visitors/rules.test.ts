import { describe, expect, test } from 'vitest'
import { MESSAGES, secondsUntilNext, soundContact } from './rules.ts'

describe('the pace of messages', () => {
  const now = '2026-01-01T09:01:00.000Z'
  const ago = (seconds: number) => new Date(Date.parse(now) - seconds * 1000).toISOString()

  test.each([
    ['nothing yet', [], 0],
    ['five at once', [0, 0, 0, 0, 0], 0],
    ['six at once', [0, 0, 0, 0, 0, 0], 3],
    ['six in the last two seconds', [2, 1, 1, 0.5, 0.5, 0], 1],
    ['six, the first just over three seconds ago', [3, 2, 2, 1, 1, 0], 0],
    ['thirty in a minute', Array.from({ length: 30 }, (_, i) => i * 2), 2],
    ['thirty in just over a minute', Array.from({ length: 30 }, (_, i) => i * 2.1), 0],
  ])('after %s', (_, ages, seconds) => {
    expect(secondsUntilNext(ages.map(ago), now, MESSAGES)).toBe(seconds)
  })
})

test.each([
  [{}, { name: null, email: null, pageUrl: null }],
  [
    { name: ' Łukasz ', email: 'L@München.de', pageUrl: 'https://shop.example.org/a?b#c' },
    { name: 'Łukasz', email: 'L@xn--mnchen-3ya.de', pageUrl: 'https://shop.example.org/a?b#c' },
  ],
  [{ name: '\u202egpj.exe' }, { wrong: 'name' }],
  [{ name: 'a\u0000b' }, { wrong: 'name' }],
  [{ email: 'a@b.co, c@evil.co' }, { wrong: 'email' }],
  [{ pageUrl: 'https://x/\u0000' }, { wrong: 'pageUrl' }],
  [{ pageUrl: 'https://x/\ud800' }, { wrong: 'pageUrl' }],
  [{ pageUrl: `https://x/${'я'.repeat(1500)}` }, { wrong: 'pageUrl' }],
])('what a visitor says of themselves: %j', (given, expected) => {
  expect(soundContact(given)).toEqual(expected)
})
