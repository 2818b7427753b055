import { expect, test } from 'vitest'
import { type Asked, isNarrowed, NOTHING, queryOf, readAsked, writeAsked } from './asked.ts'

const ID = '0198c1de-0000-7000-8000-000000000001'
const asked: Asked = {
  text: 'Parcels',
  actorId: ID,
  action: 'queue.',
  subjectId: `${ID}:${ID}`,
  from: '2026-11-01',
  until: '2026-11-21',
}

test('what is asked is in the address, and comes back from it', () => {
  expect(readAsked(new URLSearchParams(writeAsked(asked)))).toEqual(asked)
  expect(writeAsked(NOTHING)).toBe('')
})

test('what nobody could have meant is left out', () => {
  const search = new URLSearchParams('who=me&kind=A+B&from=yesterday&record=%00&q=still')
  expect(readAsked(search)).toEqual({ ...NOTHING, text: 'still' })
})

test('the last day is asked for as well', () => {
  const query = queryOf({ ...NOTHING, from: '2026-11-21', until: '2026-11-21' })
  const length = Date.parse(query.to ?? '') - Date.parse(query.from ?? '')
  expect(length).toBe(24 * 3_600_000)
  expect(queryOf(NOTHING)).toEqual({})
  expect(queryOf({ ...NOTHING, text: '  x ' })).toEqual({ q: 'x' })
})

test.each([
  [NOTHING, false],
  [{ ...NOTHING, text: '  ' }, false],
  [asked, true],
])('%j narrows the list: %s', (one, isSo) => {
  expect(isNarrowed(one)).toBe(isSo)
})
