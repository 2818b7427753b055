import { expect, test } from 'vitest'
import { drawnOf, MOST_ROWS, placesOf, slotOf, topFor } from './windowing.ts'

const sight = (top: number, height = 700, count = 10_000) => ({ top, height, rowHeight: 44, count })

test.each([0, 43, 5_000, 219_999, 440_000, 1e9])('at %i all rows in sight are drawn', (top) => {
  const { from, to } = drawnOf(sight(top))
  const real = Math.min(top, 440_000 - 700)
  expect(from).toBeLessThanOrEqual(Math.floor(real / 44))
  expect(to).toBeGreaterThanOrEqual(Math.min(10_000, Math.ceil((real + 700) / 44)))
  expect(to - from).toBeLessThanOrEqual(MOST_ROWS)
})

test.each([
  [300, 3],
  [700, 10_000],
  [2_160, 10_000],
])(
  'a sight of %i pixels on %i rows draws no more than there are or than the most',
  (height, count) => {
    const { from, to } = drawnOf(sight(0, height, count))
    expect(from).toBe(0)
    expect(to).toBeLessThanOrEqual(Math.min(count, MOST_ROWS))
  },
)

test('most scrolling changes no row', () => {
  expect(drawnOf(sight(44 * 60))).toEqual(drawnOf(sight(44 * 60 + 43)))
})

test('the row with the focus stays drawn, before or behind the others', () => {
  expect(placesOf({ from: 10, to: 13 }, 2, 100)).toEqual([2, 10, 11, 12])
  expect(placesOf({ from: 10, to: 13 }, 11, 100)).toEqual([10, 11, 12])
  expect(placesOf({ from: 10, to: 13 }, 50, 100)).toEqual([10, 11, 12, 50])
  expect(placesOf({ from: 0, to: 3 }, 50, 3)).toEqual([0, 1, 2])
})

test('a row is brought into sight by the shortest way', () => {
  expect(topFor(3, sight(0))).toBeUndefined()
  expect(topFor(0, sight(500))).toBe(0)
  expect(topFor(20, sight(0))).toBe(21 * 44 - 700)
})

test.each([undefined, 0, 3, 100, 9_999])(
  'no two rows share a slot, and %s keeps its own',
  (kept) => {
    for (const top of [0, 500, 44 * 97, 44 * 5_000, 440_000]) {
      const drawn = drawnOf(sight(top))
      const places = placesOf(drawn, kept, 10_000)
      const slots = places.map((at) => slotOf(at, kept, drawn))
      expect(new Set(slots).size).toBe(places.length)
      if (kept !== undefined) expect(slotOf(kept, kept, drawn)).toBe(kept % (drawn.to - drawn.from))
    }
  },
)

test('as the window moves, the same slots are used again', () => {
  const slots = (top: number) => {
    const drawn = drawnOf(sight(top))
    return placesOf(drawn, undefined, 10_000)
      .map((at) => slotOf(at, undefined, drawn))
      .toSorted((a, b) => a - b)
  }
  for (const top of [700, 44 * 5_000, 440_000]) expect(slots(top)).toEqual(slots(0))
})
