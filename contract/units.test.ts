import { expect, test } from 'vitest'
import { effectiveLimit, hasRoom, leftByQueues } from './units.ts'

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

const few = { kind: 'live', heldLimit: 2, held: 1 } as const
const full = { kind: 'live', heldLimit: 1, held: 1 } as const
const over = { kind: 'live', heldLimit: 1, held: 3 } as const
const free = { kind: 'live', heldLimit: null, held: 4 } as const
const mail = { kind: 'deferred', heldLimit: 1, held: 1 } as const
const none = { used: 0, limit: null }

test.each([
  ['the only one has room for one more', [few], 0, 2, 'queues'],
  ['each is full', [full, over], 0, 1, 'queues'],
  ['one that is full takes nothing from the others', [few, over], 0, 2, 'queues'],
  ['what is held elsewhere may be theirs', [few], 1, 1, 'queues'],
  ['one without a limit brings any number', [full, free], 0, 3, 'kind'],
  ['one of the other kind says nothing', [mail], 0, 3, 'kind'],
  ['whoever serves none is not limited by any', [], 2, 3, 'kind'],
] as const)(
  'QU-5 queues that are full leave no room: %s',
  (_, served, elsewhere, limit, because) => {
    const left = leftByQueues(served, 'live', elsewhere)
    expect(effectiveLimit(loads(1, 0, none), 'live', 1, left)).toEqual({ limit, because })
  },
)

test('of units and queues the one that leaves less says so', () => {
  const units = loads(1, 0, { used: 1, limit: 2 })
  expect(effectiveLimit(units, 'live', 1, 0)).toEqual({ limit: 1, because: 'queues' })
  expect(effectiveLimit(units, 'live', 1, 1)).toEqual({ limit: 2, because: 'units' })
})
