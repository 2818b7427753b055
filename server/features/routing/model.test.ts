// The database and the model are two accounts of the same rules. Whatever happens, they agree.

import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { StatusMark } from '#contract/presence.ts'
import type { Because } from '#contract/routing.ts'
import { type Database, openDatabase } from '../../platform/database.ts'
import { anyHistory } from '../../testing/parking-histories.ts'
import { aimed, QUEUES, SKILLS, USERS } from '../../testing/routing-histories.ts'
import {
  ask,
  emptyHouse,
  idOf,
  type Place,
  SHIFTS,
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
import * as presence from '../presence/queries.ts'
import { type Outcome, transition } from '../presence/queries.ts'
import { run, sweep } from './actions.ts'
import { emptyFloor } from './floor.ts'
import { brokenLaws, NONE_BROKEN } from './laws.ts'
import { type Command, step } from './model.ts'
import * as parking from './parking-queries.ts'
import { tendShifts } from './pausing-queries.ts'
import * as routing from './queries.ts'
import { pickChat, takeChat } from './ring-queries.ts'
import { setUnitLimit } from './unit-queries.ts'
import { endWrapUp } from './wrap-up-queries.ts'

/** Some minutes before midnight there, so that most histories have a new day in them. */
const TIME_ZONE = 'Europe/Amsterdam'
/** Short enough that a long history has some who are idle. */
const IDLE_MINUTES = 4
/** Of a status of the catalogue, but for the kinds of chats that it is for. */
const MARK: Omit<StatusMark, 'accepts'> = {
  ...{ statusId: idOf('9', 1), icon: 'pause', colour: 'blue' },
  ...{ isPaid: true, maxMinutes: null },
}
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

/** The chat's newest offer, answered by whom the command says. */
async function offerOf(
  { organisationId }: Place,
  { chatId, userId }: { chatId: string; userId: string },
): Promise<routing.OfferAnswer> {
  const { rows } = await sql<{ id: string }>`
    select id from assignments where organisation_id = ${organisationId} and chat_id = ${chatId}
     order by ended_at is null desc, offered_at desc limit 1`.execute(db)
  return { organisationId, userId, offerId: rows.at(0)?.id ?? idOf('e', 404) }
}

/** The same command, through the functions that the doors use. */
async function act(place: Place, it: Command): Promise<unknown> {
  const { organisationId } = place
  switch (it.type) {
    case 'register':
      return run(db, (one) => routing.registerOperator(one, { organisationId, ...it }))
    case 'remove':
      return run(db, (one) => routing.removeOperator(one, { organisationId, ...it }))
    case 'assign':
      return run(db, (one) => routing.assignQueueMember(one, { organisationId, ...it }))
    case 'unassign':
      return run(db, (one) => routing.unassignQueueMember(one, { organisationId, ...it }))
    case 'join':
      return run(db, (one) => routing.joinQueue(one, { organisationId, ...it }))
    case 'leave':
      return run(db, (one) => routing.leaveQueue(one, { organisationId, ...it }))
    case 'take':
      return run(db, (one) => takeChat(one, { organisationId, ...it }))
    case 'pick':
      return run(db, (one) => pickChat(one, { organisationId, ...it }))
    case 'say':
      return say(place, it)
    case 'park':
      return run(db, (one) => parking.parkChat(one, { organisationId, seen: 1_000, ...it }))
    case 'takeBack':
      return run(db, (one) => parking.takeBackChat(one, { organisationId, ...it }))
    case 'wrapUp':
      return run(db, (one) => endWrapUp(one, place.organisationId, it.userId))
    case 'describe':
      return describe(place, it)
    case 'participate':
      return participate(place, it)
    case 'declare':
      return declare(place, it)
    case 'shift':
      return shift(place, it)
    case 'act':
      return run(db, (one) => presence.noteActivity(one, place.organisationId, it.userId))
    case 'limit':
      return setLimit(place, it)
    case 'units':
      return setUnits(place, it)
    case 'connect':
      return run(db, (one) => presence.connectionOpened(one, { ...place, sessionId: null, ...it }))
    case 'disconnect':
      return run(db, (one) => presence.connectionClosed(one, it.connectionId))
    case 'enqueue':
      return ask(db, place, it.queueId, it.chatId, it.priority)
    case 'accept': {
      const offer = await offerOf(place, it)
      return run(db, (one) => routing.acceptOffer(one, offer))
    }
    case 'decline': {
      const offer = await offerOf(place, it)
      return run(db, (one) => routing.declineOffer(one, offer))
    }
    case 'close':
      return run(db, (one) =>
        routing.closeChat(one, {
          organisationId,
          chatId: it.chatId,
          holderId: it.userId,
          because: 'operator',
        }),
      )
    case 'abandon':
      return run(db, (one) => routing.abandonChat(one, { organisationId, ...it }))
    case 'sweep':
      return sweep(db)
  }
}

/** The model's operators write only in what somebody holds. */
async function say({ organisationId }: Place, { chatId, by }: Command<'say'>): Promise<void> {
  await sql`
    with next as (
      update chats set message_seq = message_seq + 1
       where id = ${chatId} and exists (
         select from routed_chats r
          where r.chat_id = ${chatId} and r.state <> 'closed' and (${by} = 'visitor' or r.state = 'active'))
      returning message_seq as seq)
    insert into messages (organisation_id, chat_id, seq, client_id, author, body, at)
    select ${organisationId}, ${chatId}, seq, gen_random_uuid(), ${by}::chat_author, 'Hello', routing_now()
      from next`.execute(db)
  if (by === 'visitor') await run(db, (one) => parking.wakeChat(one, { organisationId, chatId }))
}

// As editing a person does it: what is set is told, and the operator is matched anew.
async function describe(place: Place, it: Command<'describe'>): Promise<unknown> {
  const { organisationId } = place
  const { userId, takesChats, takesTests } = it
  await sql`delete from user_skills where user_id = ${userId}`.execute(db)
  for (const [id, level] of Object.entries(it.skills).filter(([, level]) => level > 0))
    await sql`insert into user_skills values (${organisationId}, ${userId}, ${id}, ${level})`.execute(
      db,
    )
  return setPlaces(place, userId, '[]', { takesChats, takesTests })
}

async function participate(place: Place, it: Command<'participate'>): Promise<unknown> {
  const { organisationId } = place
  const { rows } = await sql<{ tier: number }>`select tier from queue_members
    where organisation_id = ${organisationId} and queue_id = ${it.queueId} and user_id = ${it.userId}`.execute(
    db,
  )
  const put = rows.map(({ tier }) => ({ ...it, tier }))
  return setPlaces(place, it.userId, JSON.stringify(put), { takesChats: null, takesTests: null })
}

function declare(
  { organisationId }: Place,
  { userId, availability, finishAs, accepts }: Command<'declare'>,
): Promise<unknown> {
  const mark =
    availability === 'available' && accepts ? { ...MARK, accepts: [...accepts] } : undefined
  const wish = { organisationId, actorId: userId, userId, availability, finishAs, mark }
  return run(db, (one) => routing.setAvailability(one, wish))
}

// As editing a person does it, and the look that follows within a second.
async function shift({ organisationId }: Place, { userId, isOn }: Command<'shift'>) {
  const shiftId = isOn === null ? null : SHIFTS[isOn ? 'on' : 'off']
  await sql`update operators set shift_id = ${shiftId}
    where organisation_id = ${organisationId} and user_id = ${userId}`.execute(db)
  await run(db, tendShifts)
  return run(db, (one) => routing.matchOperator(one, organisationId, userId))
}

function setPlaces(
  { organisationId }: Place,
  userId: string,
  put: string,
  { takesChats, takesTests }: { takesChats: boolean | null; takesTests: boolean | null },
): Promise<unknown> {
  return run(db, async (one) => {
    const outcome = await transition(
      one,
      sql<Outcome>`select * from set_operator_places(${organisationId}, ${userId}, ${put}::jsonb,
        '{}', null, null, ${takesChats}, ${takesTests}, null)`,
    )
    return { ...outcome, matchOperators: [userId] }
  })
}

async function setLimit(place: Place, it: Command<'limit'>): Promise<unknown> {
  const { rows } = await sql<{ version: number }>`select version from operator_loads
    where organisation_id = ${place.organisationId} and user_id = ${it.userId} and kind = ${it.kind}`.execute(
    db,
  )
  const version = rows.at(0)?.version ?? 1
  return run(db, (one) => routing.setLimit(one, { ...place, ...it, version, actorId: null }))
}

async function setUnits(place: Place, it: Command<'units'>): Promise<unknown> {
  const { rows } = await sql<{ unitVersion: number }>`select unit_version from operators
    where organisation_id = ${place.organisationId} and user_id = ${it.userId}`.execute(db)
  const version = rows.at(0)?.unitVersion ?? 1
  return run(db, (one) => setUnitLimit(one, { ...place, ...it, version, actorId: null }))
}

async function decisionsAfter(
  organisationId: string,
  seq: number,
): Promise<{ chatId: string; because: Because }[]> {
  const { rows } = await sql<{ chatId: string; because: Because }>`
    select entity_id as chat_id, because from event_log
     where organisation_id = ${organisationId} and seq > ${seq} and kind = 'chat'
       and because ->> 'chosen' is not null
       and (row ->> 'state' = 'offered' or because ->> 'rule' in ('rang_together', 'picked')
            or (row ->> 'state' = 'active' and row ->> 'kind' = 'deferred'))
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

async function emptied(): Promise<Place> {
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
  await sql`update accounts set idle_minutes = ${IDLE_MINUTES}`.execute(db)
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
  let steps = 0
  await fc.assert(
    fc.asyncProperty(anyHistory, async (commands) => {
      await setClock(db, START)
      const place = await emptied()
      let floor = emptyFloor(QUEUES, TIME_ZONE, IDLE_MINUTES * 60_000)
      let now = START
      for (const it of commands) {
        now += it.afterMs
        await setClock(db, now)
        const before = await head(place.organisationId)
        const wanted = aimed(floor, it)
        await act(place, wanted)
        const next = step(floor, wanted, now)
        floor = next.floor
        expect(await standing(db, place.organisationId), it.type).toEqual(modelled(floor))
        expect(await decisionsAfter(place.organisationId, before), it.type).toEqual(next.decisions)
        offers += next.decisions.length
        steps++
      }
      expect(await brokenLaws(db)).toMatchObject({ ...NONE_BROKEN, unmatched: expect.any(Number) })
    }),
    { numRuns: Number(process.env['HISTORIES'] ?? 25), endOnFailure: true },
  )
  // A run in which hardly anything was offered would prove nothing.
  expect(offers).toBeGreaterThan(steps / 40)
}, 180_000)
