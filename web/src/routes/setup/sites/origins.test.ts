import { expect, test } from 'vitest'
import { originsIn } from './origins.ts'

test.each([
  ['', []],
  ['https://www.example.org', ['https://www.example.org']],
  ['example.org/', ['https://example.org']],
  [' a.org\n\nhttp://b.org , a.org', ['https://a.org', 'http://b.org']],
  ['https://example.org/shop', ['https://example.org/shop']],
])('%j', (text, origins) => {
  expect(originsIn(text)).toEqual(origins)
})
