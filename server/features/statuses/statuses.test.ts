// The ledger of statuses: what it says of a day, who may read it, and that a day is whole.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { type Availability, presence } from '#contract/presence.ts'
import { statuses } from '#contract/statuses.ts'
import type { Db } from '../../platform/database.ts'
import { openDatabase } from '../../platform/database.ts'
import { furnish } from '../../testing/floor.ts'
import { openHouse } from '../../testing/house.ts'
import { seedOperator, seedPlace, setClock } from '../../testing/routing-seed.ts'
import { createTestDatabase } from '../../testing/template.ts'
import * as presenceRows from '../presence/queries.ts'
import { run } from '../routing/actions.ts'
import * as routing from '../routing/queries.ts'
import { findBounds, listIntervals } from './queries.ts'

const house = openHouse()

describe('PR-7, PR-8: the statuses of a day', () => {
  test('are told with cause and actor, to the operator and to who sees them on the Wall', async () => {
    const { organisationId, admin, ...floor } = await furnish(house)
    const anna = await floor.operator()
    const to = { params: { id: anna.userId }, query: {} }
    await anna.call(presence.choose, { body: { availability: 'away', reason: 'Lunch' } })
    await admin.call(presence.setOf, {
      params: { id: anna.userId },
      body: { availability: 'available' },
    })
    const day = await anna.call(statuses.day, to)
    const told = day.intervals.map(({ status, reason, cause, actor }) => [
      status,
      reason,
      cause,
      actor?.id ?? null,
    ])
    expect(told.slice(-3)).toEqual([
      ['available', null, 'chosen', anna.userId],
      ['away', 'Lunch', 'chosen', anna.userId],
      ['available', null, 'chosen', admin.userId],
    ])
    expect((await admin.call(statuses.day, to)).intervals.slice(0, 2)).toEqual(
      day.intervals.slice(0, 2),
    )
    const colleague = await floor.operator()
    expect((await colleague.try(statuses.day, to)).status).toBe(404)
    const away = { params: { id: anna.userId }, body: { availability: 'away' } } as const
    expect((await colleague.try(presence.setOf, away)).status).toBe(403)
    const nobody = { params: { id: randomUUID() }, query: {} }
    expect((await admin.try(statuses.day, nobody)).status).toBe(404)
    const noDay = { ...to, query: { day: '2026-02-31' } }
    expect((await admin.try(statuses.day, noDay)).status).toBe(400)
    const before = await admin.call(statuses.day, { ...to, query: { day: '2020-03-29' } })
    expect(before.intervals).toMatchObject([{ status: 'offline', cause: 'before', actor: null }])
    // The clock went forward that night.
    expect(Date.parse(before.end) - Date.parse(before.from)).toBe(23 * 3_600_000)
    expect(organisationId).toBe(admin.organisationId)
  })

  test('a connection that breaks is lost, then over; a colleague who is back is connected', async () => {
    const { admin, ...floor } = await furnish(house)
    const anna = await floor.operator()
    const causes = async () => {
      const { intervals } = await admin.call(statuses.day, {
        params: { id: anna.userId },
        query: {},
      })
      return intervals.slice(-3).map(({ status, cause }) => `${status} ${cause}`)
    }
    anna.page.close()
    await expect.poll(async () => (await causes()).at(-1)).toBe('reconnecting connection_lost')
    await sql`update operators set grace_until = now() - interval '1 second' where user_id = ${anna.userId}`.execute(
      house.db,
    )
    await expect
      .poll(causes, { timeout: 5000 })
      .toEqual(['available chosen', 'reconnecting connection_lost', 'offline grace_over'])
    await anna.live()
    await expect.poll(async () => (await causes()).at(-1)).toBe('available connected')
  })
})

test('IN-15: whatever happens in a day, its intervals leave no gap, do not overlap and come to the day', async () => {
  const its = await createTestDatabase()
  // One connection: the clock is stopped for its session.
  const { db, close } = openDatabase(its.url, { max: 1 })
  try {
    const history = await liveThrough(db, 300)
    for (const userId of history.operators)
      for (const day of history.days) await expectWholeDay(db, history.organisationId, userId, day)
  } finally {
    await close()
    await its.drop()
  }
})

type Happening = (userId: string) => Promise<unknown>

/** Two operators come, go, choose, are set by the other, and lose their connections. */
async function liveThrough(db: Db, steps: number) {
  const place = await seedPlace(db)
  const { organisationId } = place
  await sql`update accounts set idle_minutes = 10`.execute(db)
  const operators = [randomUUID(), randomUUID()] as const
  let now = Date.parse('2031-03-29T20:00:00Z')
  await setClock(db, now)
  for (const id of operators) await seedOperator(db, place, id, { live: 2, queueIds: [] })
  const random = seeded(11)
  const one = <T>(all: readonly [T, ...T[]]): T => all[Math.floor(random() * all.length)] ?? all[0]
  const open = new Map<string, string[]>()
  const happenings: readonly [Happening, ...Happening[]] = [
    (userId: string) => {
      const availability = one<Availability>(['available', 'busy', 'finishing', 'away', 'offline'])
      const wanted = { organisationId, userId, availability, actorId: one(operators) }
      return run(db, (tx) => routing.setAvailability(tx, wanted))
    },
    (userId: string) => {
      const connectionId = randomUUID()
      open.set(userId, [...(open.get(userId) ?? []), connectionId])
      const connection = { ...place, userId, connectionId, sessionId: null }
      return run(db, (tx) => presenceRows.connectionOpened(tx, connection))
    },
    (userId: string) => {
      const [gone = randomUUID(), ...left] = open.get(userId) ?? []
      open.set(userId, left)
      return run(db, (tx) => presenceRows.connectionClosed(tx, gone))
    },
    () => run(db, (tx) => presenceRows.expireGrace(tx)),
    (userId: string) => run(db, (tx) => presenceRows.noteActivity(tx, organisationId, userId)),
    () => run(db, (tx) => presenceRows.tendIdle(tx)),
  ]
  for (let step = 0; step < steps; step++) {
    // Several things at one moment, and a clock that is set back now and then.
    now += one([0, 0, 40, 600, 7200, -3]) * 1000
    await setClock(db, now)
    await one(happenings)(one(operators))
  }
  const days = Array.from({ length: 40 }, (_, n) => {
    return new Date(Date.parse('2031-03-28T12:00:00Z') + n * 86_400_000).toISOString().slice(0, 10)
  })
  return { organisationId, operators, days }
}

async function expectWholeDay(db: Db, organisationId: string, userId: string, day: string) {
  const bounds = await findBounds(db, organisationId, organisationId, day)
  if (bounds === undefined) throw new Error('there is such a day')
  const intervals = await listIntervals(db, organisationId, userId, bounds)
  const ends = [bounds.from, ...intervals.map(({ to }) => to)]
  expect([...intervals.map(({ from }) => from), bounds.to]).toEqual(ends)
  const seconds = intervals.map(({ from, to }) => (Date.parse(to) - Date.parse(from)) / 1000)
  expect(Math.min(0, ...seconds)).toBe(0)
  const whole = (Date.parse(bounds.to) - Date.parse(bounds.from)) / 1000
  expect(seconds.reduce((sum, one) => sum + one, 0)).toBeCloseTo(whole, 3)
  if (bounds.to === bounds.end) expect([23, 24, 25].map((hours) => hours * 3600)).toContain(whole)
}

function seeded(seed: number): () => number {
  let a = seed
  return () => {
    a = (Math.imul(a, 1_664_525) + 1_013_904_223) >>> 0
    return a / 2 ** 32
  }
}
