import { expect, test } from 'vitest'
import { hueOf, initialsOf } from './initials.ts'

test.each([
  ['Ada Verbeek', 'AV'],
  ['Daan de Vries', 'DV'],
  ['Аня Соколова', 'АС'],
  ['Cher', 'CH'],
  ['x', 'X'],
  ['Mila (night) Kovač', 'MK'],
  ['  ', '?'],
  ['marta.k', 'MK'],
])('%s is %s', (name, letters) => {
  expect(initialsOf(name)).toBe(letters)
})

test('a name keeps its hue, and names spread over the wheel', () => {
  expect(hueOf('Ada Verbeek')).toBe(hueOf('Ada Verbeek'))
  const hues = new Set(Array.from({ length: 200 }, (_, number) => hueOf(`Person ${number}`)))
  expect(hues.size).toBe(12)
})
