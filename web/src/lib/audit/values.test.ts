import { expect, test } from 'vitest'
import { partsOf, type Saying, sayValue } from './values.ts'

const saying: Saying = {
  nothing: 'nothing',
  yes: 'yes',
  no: 'no',
  nameOf: (id) => (id === 'q1' ? 'Parcels' : undefined),
  labelOf: (field) => field.toUpperCase(),
  instant: (iso) => `at ${iso.slice(0, 10)}`,
  list: (items) => items.join(', '),
}

test('what has parts is told part by part, and only those that differ', () => {
  const before = { minLength: 12, digit: false }
  const after = { minLength: 14, digit: false }
  expect(partsOf([{ field: 'passwordPolicy', before, after }])).toEqual([
    { field: 'passwordPolicy.minLength', before: 12, after: 14 },
  ])
})

test('what came with many parts is told part by part', () => {
  const after = { minLength: 12, digit: true, charset: 'any', history: 0 }
  expect(partsOf([{ field: 'p', before: null, after }])).toEqual([
    { field: 'p.minLength', before: null, after: 12 },
    { field: 'p.digit', before: null, after: true },
    { field: 'p.charset', before: null, after: 'any' },
    { field: 'p.history', before: null, after: 0 },
  ])
})

test('what came or went as a whole stays whole', () => {
  const change = { field: 'department:d1', before: null, after: { position: 'Lead' } }
  expect(partsOf([change])).toEqual([change])
})

test.each([
  [null, 'nothing'],
  ['', 'nothing'],
  [[], 'nothing'],
  [true, 'yes'],
  [false, 'no'],
  [0, '0'],
  ['q1', 'Parcels'],
  ['plain', 'plain'],
  ['2026-11-21T10:00:00.000Z', 'at 2026-11-21'],
  [['q1', 'b'], 'Parcels, b'],
  [{ level: 3, note: null }, 'LEVEL: 3'],
])('%j is said as %s', (value, words) => {
  expect(sayValue(value, saying)).toBe(words)
})
