import { expect, test } from 'vitest'
import { rowsIn } from './sight.svelte.ts'
import { stepFrom } from './steps.ts'

// Three columns:   a b c    h i
//                  d e
const groups = [
  { key: 'one', ids: ['a', 'b', 'c', 'd', 'e'] },
  { key: 'two', ids: ['h', 'i'] },
]
const owner = (id: string) => (id > 'g' ? 'two' : 'one')

test.each([
  ['a', 'ArrowRight', 'b'],
  ['e', 'ArrowRight', 'h'],
  ['h', 'ArrowLeft', 'e'],
  ['a', 'ArrowLeft', undefined],
  ['i', 'ArrowRight', undefined],
  ['a', 'ArrowDown', 'd'],
  ['c', 'ArrowDown', 'e'],
  ['e', 'ArrowDown', 'i'],
  ['d', 'ArrowDown', 'h'],
  ['i', 'ArrowUp', 'e'],
  ['e', 'ArrowUp', 'b'],
  ['a', 'ArrowUp', undefined],
  ['i', 'ArrowDown', undefined],
  ['c', 'Home', 'a'],
  ['a', 'End', 'i'],
  ['a', 'x', undefined],
] as const)('from %s by %s to %s', (from, key, to) => {
  const place = stepFrom(groups, 3, { key: owner(from), id: from }, key)
  expect(place).toEqual(to && { key: owner(to), id: to })
})

test('whoever is gone leads nowhere', () => {
  expect(stepFrom(groups, 3, { key: 'one', id: 'z' }, 'End')).toBeUndefined()
})

const box = (top: number, height: number) => ({ top, height, bottom: top + height })

test.each([
  ['all in sight', box(0, 300), { from: 0, to: 3 }],
  ['far above', box(-5_000, 3_000), { from: 0, to: 0 }],
  ['far below', box(5_000, 3_000), { from: 0, to: 0 }],
  ['half scrolled past', box(-1_000, 3_000), { from: 9, to: 17 }],
  ['just below', box(660, 1_000), { from: 0, to: 1 }],
])('of a list that is %s, the rows around what is seen are drawn', (_, list, rows) => {
  expect(rowsIn(list, box(0, 600), list.height / 100, 1)).toEqual(rows)
})

test('a list without any height draws nothing', () => {
  expect(rowsIn(box(0, 0), box(0, 600), 0, 1)).toEqual({ from: 0, to: 0 })
})
