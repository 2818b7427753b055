import { expect, test } from 'vitest'
import { contrast, inkOn, readableOn } from './contrast.ts'

const everyColour = Array.from({ length: 6 ** 3 }, (_, index) =>
  [index, Math.floor(index / 6), Math.floor(index / 36)].reduce(
    (hex, step) => hex + ((step % 6) * 51).toString(16).padStart(2, '0'),
    '#',
  ),
)

test('contrast is what WCAG says of known pairs', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5)
  expect(contrast('#767676', '#ffffff')).toBeCloseTo(4.54, 2)
  expect(contrast('#ffffff', '#ffffff')).toBe(1)
})

test('whatever colour a site chooses, the ink on it reads', () => {
  for (const colour of everyColour)
    expect(contrast(inkOn(colour), colour), colour).toBeGreaterThanOrEqual(4.5)
})

test.each(['#ffffff', '#1b2024'])(
  'whatever colour a site chooses, it reads as text on %s',
  (surface) => {
    for (const colour of everyColour) {
      const text = readableOn(colour, surface, 5)
      expect(contrast(text, surface), colour).toBeGreaterThanOrEqual(5)
    }
  },
)

test('a colour that reads already is left alone', () => {
  expect(readableOn('#00727c', '#ffffff', 4.5)).toBe('#00727c')
})
