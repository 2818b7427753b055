// What a limit in units promises, whoever sets it and whatever the code does.
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { brokenConstraint } from '../../platform/database.ts'
import { chatsOf, openRoutingHouse, peopleOf } from '../../testing/routing-house.ts'
import { run } from './actions.ts'
import * as joining from './joining-queries.ts'
import * as routing from './queries.ts'
import { setUnitLimit } from './unit-queries.ts'
import { overflowChats } from './wrap-up-queries.ts'

const house = openRoutingHouse()
const { newQueue, newOperator, operator } = peopleOf(house)
const { begin, close, held, accept, offer } = chatsOf(house)

const limitUnits = (userId: string, limit: number | null, version = 1) =>
  run(house.db, (one) =>
    setUnitLimit(one, { ...house.place, userId, limit, version, actorId: userId }),
  )
const joinAlone = async (userId: string, queueId: string) => {
  await run(house.db, (one) => routing.assignQueueMember(one, { ...house.place, queueId, userId }))
  await run(house.db, (one) => joining.joinQueue(one, { ...house.place, queueId, userId }))
}
const given = { kind: 'deferred', autoAccepts: true } as const

test('QU-5 without it a deferred chat never stands in the way of a live one; with it they share', async () => {
  const [live, deferred] = [await newQueue(), await newQueue(given)]
  const anna = await newOperator(3, live, deferred)
  for (let n = 0; n < 5; n++) expect(await held(await begin(deferred))).toBe(anna)
  expect(await held(await begin(live))).toBe(anna)
  expect((await operator(anna)).units).toEqual({ used: 0, limit: null, own: null, version: 1 })

  const bert = await newOperator(3, live, deferred)
  await limitUnits(bert, 3)
  const mine = [await begin(deferred), await begin(deferred), await begin(deferred)]
  expect(await Promise.all(mine.map(held))).toEqual([bert, bert, bert])
  expect((await operator(bert)).units).toMatchObject({ used: 3, limit: 3 })
  await limitUnits(anna, 6)
  const waits = await begin(live)
  expect(await held(waits)).toBeUndefined()
  await close(mine[0] ?? '', bert)
  expect(await held(waits)).toBe(bert)
})

test('QU-5 lowered it takes nothing away and lets nothing in until there is room; raised or lifted it brings what waits', async () => {
  const queueId = await newQueue()
  const anna = await newOperator(5, queueId)
  const chats = [await begin(queueId), await begin(queueId), await begin(queueId)]
  for (const chatId of chats) await accept(await offer(chatId))
  await limitUnits(anna, 1)
  expect((await operator(anna)).units).toEqual({ used: 3, limit: 1, own: 1, version: 2 })
  const waiting = await begin(queueId)
  for (const chatId of chats) {
    expect(await held(waiting)).toBeUndefined()
    await close(chatId, anna)
  }
  expect(await held(waiting)).toBe(anna)
  const second = await begin(queueId)
  await house.pass(1_000)
  const third = await begin(queueId)
  expect(await limitUnits(anna, 2, 2)).toMatchObject({ detail: { before: 1, limit: 2 } })
  expect([await held(second), await held(third)]).toEqual([anna, undefined])
  expect(await limitUnits(anna, 9, 2)).toMatchObject({ status: 'stale', detail: { limit: 2 } })
  await limitUnits(anna, null, 3)
  expect(await held(third)).toBe(anna)
  expect((await operator(anna)).units).toEqual({ used: 0, limit: null, own: null, version: 4 })
})

test('QU-5 a chat weighs what its queue says when it is given, and a lighter one goes where a heavy one does not', async () => {
  const [heavy, light] = [await newQueue({ chatUnits: 3 }), await newQueue()]
  const anna = await newOperator(9, heavy, light)
  await limitUnits(anna, 4)
  const first = await begin(heavy)
  expect(await held(first)).toBe(anna)
  const second = await begin(heavy)
  expect(await held(second)).toBeUndefined()
  expect(await held(await begin(light))).toBe(anna)
  await sql`update queues set chat_units = 1 where id = ${heavy}`.execute(house.db)
  expect((await operator(anna)).units.used).toBe(4)
  await accept(await offer(first))
  await close(first, anna)
  expect(await held(second)).toBe(anna)
  expect((await operator(anna)).units.used).toBe(2)
})

test('QU-5 whoever could never hold a chat of a queue is not there for it: it goes on to another', async () => {
  const [heavy, other] = [await newQueue({ chatUnits: 5 }), await newQueue()]
  const [anna, bert] = [await newOperator(3, heavy), await newOperator(3, other)]
  await limitUnits(anna, 4)
  await sql`update queues set overflow_queue_id = ${other}, overflow_when_unattended = true
    where id = ${heavy}`.execute(house.db)
  const chatId = await begin(heavy)
  expect(await held(chatId)).toBeUndefined()
  await run(house.db, (one) => overflowChats(one))
  expect(await held(chatId)).toBe(bert)
})

test('QU-5 least loaded and most full look at the nearer limit', async () => {
  const most = await newQueue({ strategy: 'most_full' })
  const least = await newQueue({ strategy: 'least_loaded' })
  const [anna, bert] = [await newOperator(10, most, least), await newOperator(5, most, least)]
  await limitUnits(anna, 2)
  for (const userId of [anna, bert]) {
    const own = await newQueue()
    await joinAlone(userId, own)
    expect(await held(await begin(own))).toBe(userId)
  }
  // One of ten chats, but one of two units: a half. One of five chats, and then two.
  expect(await held(await begin(least))).toBe(bert)
  expect(await held(await begin(most))).toBe(anna)
})

test('QU-5 IN-1 it is kept by the database itself, against any code', async () => {
  const queueId = await newQueue()
  const anna = await newOperator(5, queueId)
  await limitUnits(anna, 1)
  await begin(queueId)
  const force = sql`insert into assignments (organisation_id, chat_id, user_id, queue_id, chat_kind, state,
      offered_at, accepted_at, because)
    values (${house.place.organisationId}, ${randomUUID()}, ${anna}, ${queueId}, 'live', 'active', now(), now(), '{}')`
  const constraint = () => force.execute(house.db).catch(brokenConstraint)
  expect(await constraint()).toBe('operators_within_units')
  const cheat = sql`update operators set units_used = 0 where user_id = ${anna}`.execute(house.db)
  await expect(cheat).rejects.toThrow('only assignments move a load')
  await sql`update operators set units_over = 9 where user_id = ${anna}`.execute(house.db)
  expect(await constraint()).toBe('operators_within_units')
  const weigh = sql`update assignments set units = 1 + units where user_id = ${anna}`
  await expect(weigh.execute(house.db)).rejects.toThrow('keeps its chat')
})

test('QU-5 MS-1 units above their limit, or counted wrongly, are seen by the laws and by the checker', async () => {
  const queueId = await newQueue()
  const anna = await newOperator(5, queueId)
  await limitUnits(anna, 1)
  await begin(queueId)
  const [laws, live] = await Promise.all(
    ['laws.sql', '../proof/live-laws.sql'].map((name) =>
      readFile(new URL(name, import.meta.url), 'utf8'),
    ),
  )
  const seenAfter = async (harm: string) => {
    const tx = await house.db.startTransaction().execute()
    try {
      await sql
        .raw(`alter table operators drop constraint operators_within_units,
        disable trigger operators_units_are_counted; ${harm}`)
        .execute(tx)
      const { rows } = await sql.raw<{ drifted: number; overLimit: number }>(laws ?? '').execute(tx)
      const found = await sql.raw<{ law: string }>(live ?? '').execute(tx)
      return { ...rows[0], found: found.rows.map(({ law }) => law) }
    } finally {
      await tx.rollback().execute()
    }
  }
  const lowered = `update operators set unit_limit = 0, own_unit_limit = 0 where user_id = '${anna}'`
  expect(await seenAfter(lowered)).toMatchObject({ overLimit: 1, drifted: 0, found: ['overLimit'] })
  const miscounted = `update operators set units_used = 0 where user_id = '${anna}'`
  expect(await seenAfter(miscounted)).toMatchObject({ drifted: 1, found: ['drifted'] })
})
