import { expect, test } from 'vitest'
import { keyFrom, soundOrigins } from './rules.ts'

test('a key has twenty letters and digits', () => {
  expect(keyFrom(Uint8Array.from({ length: 64 }, (_, i) => i))).toMatch(/^[a-z0-9]{20}$/)
})

test('a key leaves out the bytes that would favour some letters', () => {
  const few = new Uint8Array(64).fill(255)
  expect(keyFrom(few)).toBeUndefined()
  few.fill(251, 0, 20)
  expect(keyFrom(few)).toBe('9'.repeat(20))
})

test.each([
  [['https://shop.example.org'], ['https://shop.example.org']],
  [['https://Shop.Example.org/', 'https://shop.example.org'], ['https://shop.example.org']],
  [
    ['https://shop.example.org:443', 'http://127.0.0.1:8080'],
    ['https://shop.example.org', 'http://127.0.0.1:8080'],
  ],
  [['https://münchen.de'], ['https://xn--mnchen-3ya.de']],
  [[], []],
])('the origins %j are kept as %j', (given, kept) => {
  expect(soundOrigins(given)).toEqual(kept)
})

test.each([
  'https://shop.example.org/path',
  'https://shop.example.org?x=1',
  'https://shop.example.org#x',
  'https://user:word@shop.example.org',
  'javascript:alert(1)',
  'file:///etc/passwd',
  'data:text/html,x',
  'null',
  '*',
  'https://*',
  'https://*.example.org',
  'shop.example.org',
  '',
])('%j is no origin', (given) => {
  expect(soundOrigins(['https://good.example.org', given])).toBeUndefined()
})
