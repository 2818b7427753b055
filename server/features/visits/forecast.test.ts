import { describe, expect, test } from 'vitest'
import { abandonedPerSecond, answeredPerSecond, expectedWait, type Pace } from './forecast.ts'

/** Ten slots, all taken, a chat takes eight minutes: what was seen agrees with what is believed. */
const steady: Pace = {
  online: 5,
  slots: 10,
  free: 0,
  offerSeconds: 20,
  ended: 0,
  heldSeconds: 0,
  backlogSeconds: 0,
  taken: 0,
  abandoned: 0,
  waitedSeconds: 0,
}

describe('the expected wait', () => {
  test.each([
    ['nobody is online', { online: 0, slots: 0 }],
    ['those who are online may hold no chats', { slots: 0 }],
  ])('is no number when %s', (_, change) => {
    expect(expectedWait({ ...steady, ...change }, 0)).toBeNull()
  })

  test('is an offer away while a slot is free', () => {
    expect(expectedWait({ ...steady, free: 2 }, 1)).toEqual({ fromSeconds: 0, toSeconds: 20 })
    expect(expectedWait({ ...steady, free: 2 }, 2)?.toSeconds).toBeGreaterThan(20)
  })

  test('of the first in line is that of the next slot to come free', () => {
    // One in 48 seconds: one of ten waits less than 5, nine of ten less than 111.
    expect(expectedWait(steady, 0)).toEqual({ fromSeconds: 0, toSeconds: 120 })
  })

  test('never shrinks with more people ahead, nor grows with more slots', () => {
    let before = { fromSeconds: 0, toSeconds: 0 }
    for (let ahead = 0; ahead < 500; ahead++) {
      const wait = expectedWait(steady, ahead) ?? { fromSeconds: -1, toSeconds: -1 }
      expect(wait.fromSeconds).toBeGreaterThanOrEqual(before.fromSeconds)
      expect(wait.toSeconds).toBeGreaterThanOrEqual(before.toSeconds)
      expect(wait.fromSeconds).toBeLessThan(wait.toSeconds)
      const faster = expectedWait({ ...steady, slots: 20 }, ahead)
      expect(faster?.toSeconds).toBeLessThanOrEqual(wait.toSeconds)
      before = wait
    }
  })

  test.each([
    [0, 10, 30],
    [3, 30, 60],
    [20, 60, 60],
    [200, 300, 300],
  ])(
    'MS-8 of %i ahead holds for eight of ten, and its ends are rounded',
    (ahead, fromStep, toStep) => {
      const waits = simulate(answeredPerSecond(steady), abandonedPerSecond(steady), ahead, 20_000)
      const { fromSeconds, toSeconds } = expectedWait(steady, ahead) ?? {
        fromSeconds: 0,
        toSeconds: 0,
      }
      const [oneOfTen = 0, nineOfTen = 0] = [waits[2_000], waits[18_000]]
      expect(fromSeconds).toBeLessThan(oneOfTen * 1.03 + fromStep / 2)
      expect(fromSeconds).toBeGreaterThan(oneOfTen * 0.93 - fromStep / 2)
      expect(toSeconds).toBeGreaterThan(nineOfTen * 0.97 - toStep / 2)
      expect(toSeconds).toBeLessThan(nineOfTen * 1.07 + toStep / 2)
    },
  )

  test('follows what is seen, the more of it the closer', () => {
    const quick = { ...steady, ended: 500, heldSeconds: 500 * 60 }
    expect(answeredPerSecond(quick)).toBeCloseTo(10 / 60, 1)
    const stuck = { ...steady, backlogSeconds: 3600, taken: 0 }
    expect(answeredPerSecond(stuck)).toBeLessThan(answeredPerSecond(steady) / 4)
    const patient = { ...steady, abandoned: 0, waitedSeconds: 100_000 }
    expect(abandonedPerSecond(patient)).toBeLessThan(abandonedPerSecond(steady) / 10)
  })
})

/** Waits, sorted, of somebody behind `ahead` others who are answered in turn or give up. */
function simulate(rate: number, givingUp: number, ahead: number, runs: number): number[] {
  const random = seeded(42)
  const waits = Array.from({ length: runs }, () => {
    let wait = 0
    for (let i = 0; i <= ahead; i++) wait -= Math.log(1 - random()) / (rate + i * givingUp)
    return wait
  })
  return waits.sort((a, b) => a - b)
}

/** Mulberry32. */
function seeded(seed: number): () => number {
  let a = seed
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
