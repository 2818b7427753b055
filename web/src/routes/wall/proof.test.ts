import { expect, test } from 'vitest'
import type { Proof } from '#contract/proof.ts'
import { brokenLaws, lastBroken, stateOf } from './proof.ts'

const proof: Proof = {
  ...{ state: 'ok', checks: 5, brokenChecks: 2, everySeconds: 1 },
  ...{ since: '2026-01-01T09:00:00.000Z', checkedAt: '2026-01-01T10:00:00.000Z' },
  laws: [
    { law: 'overLimit', broken: 0, lastBrokenAt: '2026-01-01T09:10:00.000Z' },
    { law: 'lost', broken: 2, lastBrokenAt: '2026-01-01T10:00:00.000Z' },
    { law: 'gaps', broken: 0, lastBrokenAt: null },
  ],
}

test('MS-1 an answer that has grown old on the screen is no proof of now', () => {
  expect(stateOf(proof, 5_000)).toBe('ok')
  expect(stateOf(proof, 15_001)).toBe('not_checked')
})

test('MS-1 the law that was broken last is the one that is named', () => {
  expect(lastBroken(proof.laws)).toEqual({ law: 'lost', at: '2026-01-01T10:00:00.000Z' })
  expect(lastBroken(proof.laws.slice(2))).toBeUndefined()
  expect(brokenLaws(proof.laws).map(({ law }) => law)).toEqual(['lost'])
})
