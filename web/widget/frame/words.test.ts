import { expect, test } from 'vitest'
import { en } from './words/en.ts'
import { nl } from './words/nl.ts'

const named = (message: string | { one: string; other: string }): string[] =>
  [
    ...new Set((typeof message === 'string' ? message : message.other).match(/\{\w+\}/g) ?? []),
  ].sort()

test('the languages have the same messages, filled with the same values', () => {
  expect(Object.keys(nl)).toEqual(Object.keys(en))
  for (const [key, message] of Object.entries(en))
    expect([key, named(Object.entries(nl).find(([name]) => name === key)?.[1] ?? '')]).toEqual([
      key,
      named(message),
    ])
})
