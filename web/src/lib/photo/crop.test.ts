import { expect, test } from 'vitest'
import { middleOf, movedBy, zoomedTo, zoomOf } from './crop.ts'

const wide = { width: 800, height: 400 }

test('the middle is offered, as large as it can be', () => {
  expect(middleOf(wide)).toEqual({ x: 200, y: 0, side: 400 })
  expect(middleOf({ width: 300, height: 500 })).toEqual({ x: 0, y: 100, side: 300 })
})

test('it is moved as far as the edge', () => {
  const middle = middleOf(wide)
  expect(movedBy(middle, { x: 50, y: 50 }, wide)).toEqual({ x: 250, y: 0, side: 400 })
  expect(movedBy(middle, { x: -999, y: 0 }, wide)).toEqual({ x: 0, y: 0, side: 400 })
  expect(movedBy(middle, { x: 999, y: 0 }, wide)).toEqual({ x: 400, y: 0, side: 400 })
})

test('closer and back keeps its middle, and never leaves the picture', () => {
  const middle = middleOf(wide)
  const close = zoomedTo(middle, 2, wide)
  expect(close).toEqual({ x: 300, y: 100, side: 200 })
  expect(zoomOf(close, wide)).toBe(2)
  expect(zoomedTo(close, 1, wide)).toEqual(middle)
  const corner = movedBy(close, { x: 999, y: 999 }, wide)
  expect(corner).toEqual({ x: 600, y: 200, side: 200 })
  expect(zoomedTo(corner, 1, wide)).toEqual({ x: 400, y: 0, side: 400 })
})

test('no closer than four times, no farther than the whole', () => {
  const middle = middleOf(wide)
  expect(zoomedTo(middle, 99, wide).side).toBe(100)
  expect(zoomedTo(middle, 0, wide).side).toBe(400)
})
