import { describe, expect, test } from 'vitest'
import { type Alarm, CALM, levelOf, nextAlarm } from './alarm.ts'
import { freshnessOf } from './freshness.ts'

describe('near and over target', () => {
  const target = 60_000
  /** The level at each second, for waits that began at the given seconds (undefined: nobody waits). */
  function levels(oldest: (second: number) => number | undefined, until: number) {
    let alarm: Alarm = CALM
    return Array.from({ length: until + 1 }, (_, second) => {
      const began = oldest(second)
      alarm = nextAlarm(
        alarm,
        began === undefined ? undefined : began * 1000,
        target,
        second * 1000,
      )
      return levelOf(alarm)
    })
  }

  test('over is raised after 15 seconds over, near before the target', () => {
    const seen = levels(() => 0, 80)
    expect(seen.indexOf('near')).toBe(60)
    expect(seen.indexOf('over')).toBe(75)
  })

  test('a wait that is known to be long over raises at once', () => {
    const alarm = nextAlarm(CALM, 0, target, 300_000)
    expect(levelOf(alarm)).toBe('over')
  })

  test('a wait that ends within 15 seconds over raises nothing', () => {
    expect(levels((second) => (second < 74 ? 0 : second), 120)).not.toContain('over')
  })

  test('over is cleared after 30 seconds under, and a new long wait in between begins them anew', () => {
    const ended = levels((second) => (second < 80 ? 0 : second), 140)
    expect(ended[109]).toBe('over')
    expect(ended[110]).not.toBe('over')
    const again = levels((second) => (second < 80 || second === 100 ? 0 : second), 140)
    expect(again[129]).toBe('over')
    expect(again[131]).not.toBe('over')
  })

  test('where nobody waits, nothing is over or near', () => {
    const seen = levels((second) => (second < 80 ? 0 : undefined), 80)
    expect(seen[79]).toBe('over')
    expect(seen[80]).toBe('calm')
  })

  test('the warning comes before the target, however short that is', () => {
    let alarm = CALM
    for (let ms = 0; ms <= 20_000; ms += 1000) alarm = nextAlarm(alarm, 0, 20_000, ms)
    expect(levelOf(alarm)).toBe('near')
  })
})

describe('whether the Wall is true', () => {
  const heard = { isLoaded: true, lostAt: undefined, heardAt: 100_000 }

  test.each([
    ['rows that are not all here', { isLoaded: false }, 'live', 0, 'opening'],
    ['a sign of life just now', {}, 'live', 2, 'live'],
    ['a sign of life that is due', {}, 'live', 11, 'live'],
    ['a connection that says nothing', {}, 'live', 13, 'late'],
    ['a connection that has long said nothing', {}, 'live', 15, 'stale'],
    ['a loss just now', { lostAt: 101_000 }, 'lost', 5, 'late'],
    ['a loss five seconds ago', { lostAt: 101_000 }, 'lost', 6, 'stale'],
    ['a silence that ended in a loss', { lostAt: 119_000 }, 'lost', 20, 'stale'],
  ] as const)('%s', (_, more, connection, seconds, kind) => {
    const now = 100_000 + seconds * 1000
    expect(freshnessOf({ ...heard, ...more, connection, now }).kind).toBe(kind)
  })

  test('stale data is from when something came last', () => {
    const now = 130_000
    const stale = freshnessOf({ ...heard, lostAt: 119_000, connection: 'lost', now })
    expect(stale).toEqual({ kind: 'stale', asOf: 100_000 })
  })
})
