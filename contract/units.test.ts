import { expect, test } from 'vitest'
import { effectiveLimit, hasRoom } from './units.ts'

const loads = (live: number, deferred: number, units: { used: number; limit: number | null }) => ({
  live: { used: live, limit: 3 },
  deferred: { used: deferred, limit: 5 },
  units,
})

test.each([
  ['without units the limit of the kind', loads(1, 2, { used: 0, limit: null }), 1, 3, 'kind'],
  ['units enough for all of it', loads(0, 1, { used: 1, limit: 9 }), 1, 3, 'kind'],
  ['exactly enough', loads(1, 1, { used: 2, limit: 4 }), 1, 3, 'kind'],
  ['used up by the other kind', loads(2, 2, { used: 4, limit: 4 }), 1, 2, 'units'],
  ['above a lowered limit, what is held', loads(2, 2, { used: 4, limit: 1 }), 1, 2, 'units'],
  ['a heavy chat needs more', loads(0, 2, { used: 2, limit: 4 }), 3, 0, 'units'],
  ['none at all', loads(0, 0, { used: 0, limit: 0 }), 1, 0, 'units'],
] as const)(
  'QU-5 the smaller limit counts, and says why: %s',
  (_, held, weight, limit, because) => {
    expect(effectiveLimit(held, 'live', weight)).toEqual({ limit, because })
    expect(hasRoom(held, 'live', weight)).toBe(held.live.used < limit)
  },
)
