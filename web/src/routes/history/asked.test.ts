import { expect, test } from 'vitest'
import { isNarrowed, NOTHING, queryOf, readAsked, writeAsked } from './asked.ts'

const id = '00000000-0000-4000-8000-000000000001'

test('what is asked is in the address, there and back', () => {
  const asked = { ...NOTHING, text: 'a & b?', siteId: id, from: '2026-11-01', until: '2026-11-30' }
  expect(readAsked(new URLSearchParams(writeAsked(asked)))).toEqual(asked)
  expect(writeAsked(NOTHING)).toBe('')
  expect([isNarrowed(asked), isNarrowed(NOTHING)]).toEqual([true, false])
})

test('an address that somebody has bent asks for nothing that the server would refuse', () => {
  const bent = new URLSearchParams({ site: '7', from: 'x', until: '2026-13-99999', q: 'a' })
  expect(readAsked(bent)).toEqual({ ...NOTHING, text: 'a' })
})

test('the last day is asked for to its end', () => {
  const day = { ...NOTHING, from: '2026-11-30', until: '2026-11-30' }
  const { from = '', until = '' } = queryOf(day)
  expect(Date.parse(until) - Date.parse(from)).toBe(86_400_000)
  expect(queryOf({ ...NOTHING, text: '  ' })).toEqual({})
})
