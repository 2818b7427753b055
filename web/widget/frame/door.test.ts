import { expect, test } from 'vitest'
import { lookAgainIn } from './door.ts'

const NOW = Date.parse('2026-01-05T08:00:00Z')

test.each([
  [null, 5_000],
  ['2026-01-05T09:00:00Z', 5_000],
  ['2026-01-05T08:00:02Z', 2_400],
  ['2026-01-05T07:59:59Z', 5_000],
])('with a turn at %s it is looked at again in %i ms', (changesAt, ms) =>
  expect(lookAgainIn(changesAt, NOW)).toBe(ms),
)
