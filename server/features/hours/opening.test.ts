// Opening and closing by the wall clock: the database and the pure twin say the same, and what they
// say is right where clocks are put forward and back.
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Interval } from '#contract/hours.ts'
import { type Calendar, openSince, turnAt } from '#contract/opening.ts'
import { type Database, openDatabase } from '../../platform/database.ts'
import { createTestDatabase, type TestDatabase } from '../../testing/template.ts'

let house: TestDatabase
let database: Database
beforeAll(async () => {
  house = await createTestDatabase()
  database = openDatabase(house.url, { max: 1 })
})
afterAll(async () => {
  await database?.close()
  await house?.drop()
})

const ZONES = [
  ...['Europe/Amsterdam', 'Pacific/Auckland', 'Asia/Kolkata', 'Australia/Lord_Howe', 'UTC'],
  ...['America/New_York', 'Africa/Cairo', 'America/Santiago', 'Asia/Kathmandu', 'Pacific/Apia'],
]
const H = 60
const daily = (...intervals: Interval[]): Interval[][] => Array.from({ length: 7 }, () => intervals)
const at = (text: string): number => Date.parse(text)
const said = (changesAt: number | undefined): string | null =>
  changesAt === undefined ? null : new Date(changesAt).toISOString()

interface Asked {
  calendar: Calendar
  at: number
}

/** What the database says of each, in one question. */
async function bySql(asked: readonly Asked[]) {
  const { rows } = await sql<{ isOpen: boolean; changesAt: string | null }>`
    select h.o_is_open as is_open, instant(h.o_changes_at) as changes_at
      from jsonb_array_elements(${JSON.stringify(asked)}::jsonb) with ordinality a (it, place)
     cross join lateral hours_at(it -> 'calendar' ->> 'timeZone', it -> 'calendar' -> 'week',
       it -> 'calendar' -> 'exceptions', to_timestamp((it ->> 'at')::float8 / 1000)) h
     order by a.place`.execute(database.db)
  return rows
}

const byTwin = ({ calendar, at: moment }: Asked) => {
  const { isOpen, changesAt } = turnAt(calendar, moment)
  return { isOpen, changesAt: said(changesAt) }
}

describe('QU-14: the wall clock of the zone decides, forward and back', () => {
  test.each([
    // The clock skips 02:00 to 03:00: what would begin within begins at the skip.
    ['Europe/Amsterdam', 2.5 * H, 4 * H, '2026-03-29T00:59:59Z', false, '2026-03-29T01:00:00.000Z'],
    ['Europe/Amsterdam', 2.5 * H, 4 * H, '2026-03-29T01:00:00Z', true, '2026-03-29T02:00:00.000Z'],
    ['Europe/Amsterdam', 1 * H, 2.5 * H, '2026-03-29T00:30:00Z', true, '2026-03-29T01:00:00.000Z'],
    // 02:00 to 03:00 is shown twice: open through both.
    ['Europe/Amsterdam', 2 * H, 3 * H, '2026-10-25T00:00:00Z', true, '2026-10-25T02:00:00.000Z'],
    ['Europe/Amsterdam', 2 * H, 3 * H, '2026-10-25T01:30:00Z', true, '2026-10-25T02:00:00.000Z'],
    // A day of 23 hours and one of 25 hours, from nine to nine over the night.
    ['Europe/Amsterdam', 9 * H, 33 * H, '2026-03-29T06:00:00Z', true, null],
    ['Europe/Amsterdam', 21 * H, 33 * H, '2026-03-28T21:00:00Z', true, '2026-03-29T07:00:00.000Z'],
    ['Europe/Amsterdam', 21 * H, 33 * H, '2026-10-24T21:00:00Z', true, '2026-10-25T08:00:00.000Z'],
    ['Pacific/Auckland', 2 * H, 3 * H, '2026-09-26T13:00:00Z', false, '2026-09-27T13:00:00.000Z'],
    ['Pacific/Auckland', 2 * H, 3 * H, '2026-04-04T13:30:00Z', true, '2026-04-04T15:00:00.000Z'],
    ['Asia/Kolkata', 9 * H, 17.5 * H, '2026-05-01T03:29:59Z', false, '2026-05-01T03:30:00.000Z'],
    ['Asia/Kolkata', 9 * H, 17.5 * H, '2026-05-01T03:30:00Z', true, '2026-05-01T12:00:00.000Z'],
    // Half an hour forward.
    ['Australia/Lord_Howe', 2 * H, 4 * H, '2026-10-03T15:30:00Z', true, '2026-10-03T17:00:00.000Z'],
  ])('%s, %i to %i minutes, at %s', async (timeZone, from, to, moment, isOpen, changesAt) => {
    const asked = {
      calendar: { timeZone, week: daily({ from, to }), exceptions: [] },
      at: at(moment),
    }
    expect(byTwin(asked)).toEqual({ isOpen, changesAt })
    expect(await bySql([asked])).toEqual([{ isOpen, changesAt }])
  })

  test('a holiday is closed, other hours count for their day, a night belongs to its evening', async () => {
    const calendar: Calendar = {
      timeZone: 'Europe/Amsterdam',
      week: [...daily({ from: 9 * H, to: 17 * H }).slice(0, 5), [], [{ from: 22 * H, to: 26 * H }]],
      exceptions: [
        { date: '2026-12-25', name: 'Christmas', intervals: [] },
        { date: '2026-12-31', name: 'New Year’s Eve', intervals: [{ from: 9 * H, to: 12 * H }] },
      ],
    }
    const cases = [
      ['2026-12-24T17:00:00Z', false, '2026-12-27T21:00:00.000Z'],
      ['2026-12-28T00:30:00Z', true, '2026-12-28T01:00:00.000Z'],
      ['2026-12-31T09:00:00Z', true, '2026-12-31T11:00:00.000Z'],
      ['2026-12-31T11:00:00Z', false, '2027-01-01T08:00:00.000Z'],
    ] as const
    const asked = cases.map(([moment]) => ({ calendar, at: at(moment) }))
    const wanted = cases.map(([, isOpen, changesAt]) => ({ isOpen, changesAt }))
    expect(asked.map(byTwin)).toEqual(wanted)
    expect(await bySql(asked)).toEqual(wanted)
  })
})

const intervals = fc
  .uniqueArray(fc.integer({ min: 0, max: 47 }), { maxLength: 6 })
  .map((halves) => halves.sort((one, other) => one - other))
  .chain((halves) =>
    fc.integer({ min: 0, max: 40 }).map((late) =>
      Array.from({ length: Math.ceil(halves.length / 2) }, (_, i) => {
        const from = (halves[2 * i] ?? 0) * 30
        const to = halves[2 * i + 1]
        return {
          from,
          to: to === undefined ? Math.min(from + 30 + late * 30, from + 1440) : to * 30,
        }
      }),
    ),
  )

/** Around the nights in which clocks change, and anywhere. */
const moments = fc.oneof(
  fc.integer({ min: at('2026-01-01'), max: at('2027-12-31') }).map((ms) => ms - (ms % 1000)),
  fc
    .tuple(
      fc.constantFrom('2026-03-29', '2026-10-25', '2026-04-05', '2026-09-27', '2026-11-01'),
      fc.integer({ min: -2 * 24 * 60, max: 2 * 24 * 60 }),
    )
    .map(([date, minutes]) => at(date) + minutes * 60_000),
)

const asked: fc.Arbitrary<Asked> = fc.record({
  at: moments,
  calendar: fc.record({
    timeZone: fc.constantFrom(...ZONES),
    week: fc.array(fc.oneof({ weight: 3, arbitrary: intervals }, fc.constant([])), {
      minLength: 7,
      maxLength: 7,
    }),
    exceptions: fc.uniqueArray(
      fc.record({
        date: fc
          .integer({ min: 0, max: 729 })
          .map((day) => new Date(at('2026-01-01') + day * 86_400_000).toISOString().slice(0, 10)),
        name: fc.constant('A day'),
        intervals,
      }),
      { maxLength: 8, selector: ({ date }) => date },
    ),
  }),
})

test.each([
  ['this morning', daily({ from: 9 * H, to: 17 * H }), '2026-03-29T08:00Z', '2026-03-29T07:00Z'],
  [
    'the evening before',
    daily({ from: 22 * H, to: 30 * H }),
    '2026-03-30T02:00Z',
    '2026-03-29T20:00Z',
  ],
  [
    'as one with what met it',
    daily({ from: 1 * H, to: 9 * H }, { from: 9 * H, to: 17 * H }),
    '2026-03-30T12:00Z',
    '2026-03-29T23:00Z',
  ],
  ['not while it is closed', daily({ from: 9 * H, to: 17 * H }), '2026-03-29T18:00Z', null],
  ['not where it never closes', daily({ from: 0, to: 24 * H }), '2026-03-29T18:00Z', null],
] as const)('PR-10 a shift is on since %s', (_, week, now, since) => {
  const calendar = { timeZone: 'Europe/Amsterdam', week, exceptions: [] }
  expect(said(openSince(calendar, at(now)))).toBe(since && said(at(since)))
})

test('QU-14: the database and the twin agree on thousands of calendars and moments', async () => {
  const questions = fc.sample(asked, { numRuns: Number(process.env['CALENDARS'] ?? 2_000) })
  const answers = await bySql(questions)
  expect(questions.map(byTwin)).toEqual(answers)
  // Neither all open nor all closed, or it would prove little.
  const open = answers.filter(({ isOpen }) => isOpen).length
  expect(open).toBeGreaterThan(questions.length / 10)
  expect(open).toBeLessThan((questions.length * 9) / 10)
}, 60_000)
