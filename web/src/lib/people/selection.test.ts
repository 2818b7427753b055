import { expect, test } from 'vitest'
import { Selection } from './selection.svelte.ts'

const lines = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id, kind: 'person' as const }))

test('one by one, on and off', () => {
  const selection = new Selection()
  selection.toggle('a')
  selection.toggle('c')
  selection.toggle('a')
  expect(selection.ids).toEqual(['c'])
})

test('a range grows from where the last choice was made, either way', () => {
  const selection = new Selection()
  selection.toggle('c')
  selection.reach(lines, 'e')
  selection.reach(lines, 'b')
  expect(selection.ids.toSorted()).toEqual(['b', 'c', 'd', 'e'])
})

test('whoever is gone is no longer chosen', () => {
  const selection = new Selection()
  selection.set(['a', 'b', 'c'])
  selection.keep((id) => id !== 'b')
  expect(selection.ids).toEqual(['a', 'c'])
  selection.clear()
  expect(selection.size).toBe(0)
})
