import { expect, test } from 'vitest'
import { effectiveLimit } from './limits.ts'

const above = [
  { accountId: 'shop', limit: null },
  { accountId: 'north', limit: 4 },
  { accountId: 'root', limit: 3 },
]

test('one’s own limit holds, and who set it is why', () => {
  expect(effectiveLimit({ limit: 0, setBy: 'Ada' }, above)).toEqual({
    limit: 0,
    from: { kind: 'person', by: 'Ada' },
  })
})

test('a limit that nobody set came from the nearest account that says one, and keeps standing', () => {
  const from = { kind: 'account', accountId: 'north' }
  expect(effectiveLimit({ limit: 2, setBy: null }, above)).toEqual({ limit: 2, from })
  expect(effectiveLimit(null, above)).toEqual({ limit: 4, from })
})

test('where nothing is said there is no limit to tell of', () => {
  expect(effectiveLimit(null, [{ accountId: 'root', limit: null }])).toBeUndefined()
})
