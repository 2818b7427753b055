// The database and the model are two accounts of the same rules. Whatever happens, they agree.
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Because } from '#contract/routing.ts'
import { type Database, openDatabase } from '../../platform/database.ts'
import { anyHistory } from '../../testing/parking-histories.ts'
import { act } from '../../testing/routing-acts.ts'
import { aimed } from '../../testing/routing-aims.ts'
import { QUEUES, SKILLS, USERS } from '../../testing/routing-histories.ts'
import {
  emptyHouse,
  type Place,
  seedClosings,
  seedPlace,
  seedQueue,
  seedShifts,
  seedSkills,
  seedUser,
  setClock,
} from '../../testing/routing-seed.ts'
import { modelled, standing } from '../../testing/routing-standing.ts'
import { createTestDatabase, type TestDatabase } from '../../testing/template.ts'
import { aboveTheLimit, fromWhoIsGone } from '../../testing/transfer-histories.ts'
import { emptyFloor } from './floor.ts'
import { brokenLaws, NONE_BROKEN } from './laws.ts'
import { step } from './model.ts'

/** Some minutes before midnight there, so that most histories have a new day in them. */
const TIME_ZONE = 'Europe/Amsterdam'
/** Short enough that a long history has some who are idle. */
const IDLE_MINUTES = 4
/** Few and short enough that a history has some that come to nothing. */
const TRANSFERS = { most: 2, ms: 40_000, allowance: 1 }
const START = Date.parse('2026-01-01T22:58:00.000Z')

let house: TestDatabase
let database: Database
let db: Database['db']

beforeAll(async () => {
  house = await createTestDatabase()
  // One connection: the clock is stopped for its session.
  database = openDatabase(house.url, { max: 1 })
  db = database.db
})
afterAll(async () => {
  await database?.close()
  await house?.drop()
})

async function decisionsAfter(
  organisationId: string,
  seq: number,
): Promise<{ chatId: string; because: Because }[]> {
  const { rows } = await sql<{ chatId: string; because: Because }>`
    select entity_id as chat_id, because from event_log
     where organisation_id = ${organisationId} and seq > ${seq} and kind = 'chat'
       and because ->> 'chosen' is not null
       and case when because ->> 'rule' = 'transfer' then row ->> 'operatorId' is distinct from because ->> 'chosen'
                else row ->> 'state' = 'offered' or because ->> 'rule' in ('rang_together', 'picked')
                     or (row ->> 'state' = 'active' and row ->> 'kind' = 'deferred') end
     order by seq`.execute(db)
  return rows
}

async function head(organisationId: string): Promise<number> {
  const { rows } = await sql<{ seq: number }>`
    select coalesce(max(seq), 0) as seq from event_log where organisation_id = ${organisationId}`.execute(
    db,
  )
  return rows.at(0)?.seq ?? 0
}

async function emptied(idleWhenIgnored: boolean): Promise<Place> {
  await emptyHouse(db)
  const place = await seedPlace(db)
  for (const {
    id,
    offerMs,
    wrapUpMs,
    affinityMs,
    overflowAfterMs,
    cooldownMs,
    burst,
    overflowQueueId: _,
    ...wish
  } of QUEUES) {
    await seedQueue(db, place.organisationId, id, {
      ...wish,
      offerSeconds: offerMs / 1_000,
      wrapUpSeconds: wrapUpMs / 1_000,
      affinitySeconds: affinityMs / 1_000,
      overflowAfterSeconds: overflowAfterMs && overflowAfterMs / 1_000,
      cooldownSeconds: cooldownMs && cooldownMs / 1_000,
      burstMost: burst?.most,
      burstSeconds: burst && burst.ms / 1_000,
    })
  }
  await sql`update accounts set idle_minutes = ${IDLE_MINUTES},
    idle_when_ignored = ${idleWhenIgnored}, transfers_most = ${TRANSFERS.most}, transfer_seconds = ${TRANSFERS.ms / 1_000},
    transfer_allowance = ${TRANSFERS.allowance}`.execute(db)
  for (const { id, overflowQueueId } of QUEUES)
    if (overflowQueueId !== undefined)
      await sql`update queues set overflow_queue_id = ${overflowQueueId} where id = ${id}`.execute(
        db,
      )
  await seedClosings(db, place.organisationId, QUEUES)
  await seedShifts(db, place.organisationId)
  await seedSkills(db, place.organisationId, SKILLS, QUEUES)
  for (const id of USERS) await seedUser(db, place.organisationId, id, 'User')
  return place
}

test('the database and the model agree after every step of any history', async () => {
  let offers = 0
  let handedOn = 0
  let steps = 0
  await fc.assert(
    fc.asyncProperty(anyHistory, async (commands) => {
      await setClock(db, START)
      const rules = {
        timeZone: TIME_ZONE,
        idleMs: IDLE_MINUTES * 60_000,
        idleWhenIgnored: commands.length % 2 === 0,
        transfers: TRANSFERS,
      }
      const place = await emptied(rules.idleWhenIgnored)
      let floor = emptyFloor(QUEUES, rules)
      let now = START
      for (const it of commands) {
        now += it.afterMs
        await setClock(db, now)
        const before = await head(place.organisationId)
        const wanted = aimed(floor, it)
        await act(db, place, wanted)
        const next = step(floor, wanted, now)
        floor = next.floor
        expect(await standing(db, place.organisationId), it.type).toEqual(modelled(floor))
        expect(await decisionsAfter(place.organisationId, before), it.type).toEqual(next.decisions)
        offers += next.decisions.length
        handedOn += next.decisions.filter(({ because }) => because.rule === 'transfer').length
        steps++
      }
      expect(await brokenLaws(db)).toMatchObject({ ...NONE_BROKEN, unmatched: expect.any(Number) })
    }),
    {
      ...{ numRuns: Number(process.env['HISTORIES'] ?? 25), endOnFailure: true },
      examples: [[fromWhoIsGone], [aboveTheLimit]],
    },
  )
  // A run in which hardly anything was offered, or nothing handed on, would prove nothing.
  expect(offers).toBeGreaterThan(steps / 40)
  expect(handedOn).toBeGreaterThan(0)
}, 180_000)
