import { expect, test } from 'vitest'
import { allowedByRole, effectiveLimit } from './limits.ts'

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

test.each([
  [{ limit: 3, own: 3 }, undefined],
  [{ limit: 2, own: 3 }, 2],
  [{ limit: 0, own: 3 }, 0],
  [{ limit: null, own: null }, undefined],
  [{ limit: 4, own: null }, 4],
])('QU-5 of %j a role allows no more than %s', (load, most) => {
  expect(allowedByRole(load)).toBe(most)
})
