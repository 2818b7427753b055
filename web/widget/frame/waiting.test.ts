import { expect, test } from 'vitest'
import type { Visit } from '#contract/visitors.ts'
import { placeLine, waitLine } from './waiting.ts'
import { speak, t } from './words.ts'

const visit: Visit = {
  id: '11111111-1111-4111-8111-111111111111',
  state: 'waiting',
  place: 2,
  wait: null,
  anybodyOnline: true,
  operator: null,
  early: null,
  isKept: false,
  isHandedOn: false,
  closedBecause: null,
}

test.each([
  [0, 40, 'Less than a minute'],
  [60, 60, 'Less than a minute'],
  [20, 100, 'Up to 2 minutes'],
  [60, 170, 'About 1–3 minutes'],
  [120, 120, 'About 2 minutes'],
  [61, 62, 'About 1–2 minutes'],
  [1800, 4000, 'About 30–67 minutes'],
  [3600, 9000, 'More than an hour'],
])('a wait of %i to %i seconds reads "%s"', async (fromSeconds, toSeconds, words) => {
  await speak('en')
  const line = waitLine({ fromSeconds, toSeconds })
  expect(line && t(...line)).toBe(words)
})

test('no wait is made up where none is known', () => {
  expect(waitLine(null)).toBeUndefined()
})

test.each([
  ['en', { place: 1 }, 'You are next'],
  ['en', { place: 2 }, 'You are number 2'],
  ['nl', { place: 1200 }, 'Je bent nummer 1.200'],
  ['en', { place: null }, undefined],
  ['en', { place: 3, anybodyOnline: false }, undefined],
] as const)('in %s, %o is told as "%s"', async (language, change, words) => {
  await speak(language)
  const line = placeLine({ ...visit, ...change })
  expect(line && t(...line)).toBe(words)
})
