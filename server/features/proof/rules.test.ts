import { describe, expect, test } from 'vitest'
import { LAWS, type Proof } from '#contract/proof.ts'
import { type Found, judge, LASTS_MS, measured, paceAfter, proofOf, raisedIn } from './rules.ts'

const pair: Found = { law: 'unmatched', organisationId: 'oak', thing: 'pair 1', times: 1 }

describe('MS-1 what may be so for a moment', () => {
  test('counts once it was there in every look for long enough', () => {
    let { broken, seen } = judge([pair], new Map(), 0)
    expect(broken.size).toBe(0)
    ;({ broken, seen } = judge([pair], seen, LASTS_MS - 1))
    expect(broken.size).toBe(0)
    ;({ broken } = judge([pair], seen, LASTS_MS))
    expect(broken.get('oak')?.get('unmatched')).toBe(1)
  })

  test('begins anew when one look did not find it, or found another', () => {
    const first = judge([pair], new Map(), 0)
    const gone = judge([{ ...pair, thing: 'pair 2' }], first.seen, 1_000)
    expect(judge([pair], gone.seen, LASTS_MS).broken.size).toBe(0)
  })

  test('what can never be so counts at once', () => {
    const { broken } = judge([{ ...pair, law: 'doubled', thing: null, times: 2 }], new Map(), 0)
    expect(broken.get('oak')?.get('doubled')).toBe(2)
  })
})

test('MS-1 a load above the limit counts where it was raised, not where the limit was lowered', () => {
  const loads = new Map<string, number>()
  const told = (used: number | null, limit: number, isForced = false, allowance = 0) => [
    { organisationId: 'oak', userId: 'anna', kind: 'live', used, limit, isForced, allowance },
  ]
  expect(raisedIn(told(3, 3), loads)).toEqual([])
  expect(raisedIn(told(3, 1), loads)).toEqual([])
  expect(raisedIn(told(2, 1), loads)).toEqual([])
  expect(raisedIn(told(3, 1), loads)).toEqual(['oak'])
  expect(raisedIn(told(4, 1, true), loads)).toEqual([])
  expect(raisedIn(told(5, 4, false, 1), loads)).toEqual([])
  expect(raisedIn(told(6, 4, false, 1), loads)).toEqual(['oak'])
  expect(raisedIn([...told(null, 1), ...told(2, 1)], loads)).toEqual([])
})

test('looking takes a fifth of the time at most', () => {
  expect([paceAfter(3), paceAfter(500), paceAfter(60_000)]).toEqual([1_000, 2_500, 30_000])
})

const at = '2026-01-01T09:00:00.000Z'
const kept = {
  ...{ checks: 7, brokenChecks: 1, since: at, checkedAt: at, everyMs: 1_000, ageMs: 900 },
  laws: [{ law: 'lost', broken: 0, lastBrokenAt: at }],
}

describe('MS-1 the proof', () => {
  test.each<[string, Partial<typeof kept>, Proof['state']]>([
    ['is right while it is looked at', {}, 'ok'],
    [
      'says so when it is broken',
      { laws: [{ law: 'lost', broken: 2, lastBrokenAt: at }] },
      'broken',
    ],
    ['is not said to be right without a look', { ageMs: 10_001 }, 'not_checked'],
    ['waits longer where looks are further apart', { ageMs: 10_001, everyMs: 5_000 }, 'ok'],
    ['is not said to be right before the first look', { checks: 0 }, 'not_checked'],
  ])('%s', (_, by, state) => {
    expect(proofOf({ ...kept, ...by }).state).toBe(state)
  })

  test('names every law', () => {
    const { laws } = proofOf(kept)
    expect(laws.map(({ law }) => law)).toEqual([...LAWS])
    expect(laws.filter(({ lastBrokenAt }) => lastBrokenAt !== null)).toHaveLength(1)
  })

  test('measures no law that nobody looked at', () => {
    const text = measured(proofOf(kept))
    expect(text).toContain('switchboard_law_broken{law="raised_over_limit"} 0\n')
    expect(text).toContain('switchboard_law_checks_total 7\n')
    const seconds = Date.parse(at) / 1_000
    expect(text).toContain(`switchboard_law_last_broken_timestamp_seconds{law="lost"} ${seconds}\n`)
    expect(measured(proofOf({ ...kept, ageMs: null }))).not.toContain('switchboard_law_broken{')
  })
})
