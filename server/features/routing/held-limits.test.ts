// What a queue's own limit promises: how many of its chats one operator holds, whatever the code does.
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { brokenConstraint } from '../../platform/database.ts'
import { chatsOf, openRoutingHouse, peopleOf } from '../../testing/routing-house.ts'
import { matchWaiting, run, sweep } from './actions.ts'
import * as joining from './joining-queries.ts'
import * as parking from './parking-queries.ts'
import * as routing from './queries.ts'
import * as ringing from './ring-queries.ts'
import { overflowChats } from './wrap-up-queries.ts'

const house = openRoutingHouse()
const { newQueue, newOperator, operator } = peopleOf(house)
const { begin, close, held, accept, decline, offer, chat } = chatsOf(house)

/** As changing the queue does it. */
async function limitQueue(queueId: string, limit: number | null): Promise<void> {
  await sql`update queues set held_limit = ${limit} where id = ${queueId}`.execute(house.db)
  await matchWaiting(house.db, house.place.organisationId)
}
async function countOf(queueId: string, userId: string) {
  const { rows } = await sql<{ held: number; heldLimit: number | null; heldOver: number }>`
    select held, held_limit, held_over from queue_members
     where queue_id = ${queueId} and user_id = ${userId}`.execute(house.db)
  return rows[0]
}
const assign = (queueId: string, userId: string) =>
  run(house.db, (one) => routing.assignQueueMember(one, { ...house.place, queueId, userId }))
const unassign = (queueId: string, userId: string) =>
  run(house.db, (one) => routing.unassignQueueMember(one, { ...house.place, queueId, userId }))
/** A chat that the operator has answered, some time after the one before. */
async function answered(queueId: string): Promise<string> {
  await house.pass(1)
  const chatId = await begin(queueId)
  await accept(await offer(chatId))
  return chatId
}
const reasonOf = async (chatId: string, userId: string) => {
  const { rows } = await sql<{ reason: string | null }>`
    select k.ruled_out_by as reason from routed_chats c
      join queues q on q.organisation_id = c.organisation_id and q.id = c.queue_id
     cross join lateral candidates(c, q, routing_now()) k
     where c.chat_id = ${chatId} and k.user_id = ${userId}`.execute(house.db)
  return rows[0]?.reason
}

test('QU-5 QU-3 whoever is at it gets chats of other queues, and the next of this one as soon as one ends', async () => {
  const [few, other] = [await newQueue({ heldLimit: 2 }), await newQueue()]
  const anna = await newOperator(9, few, other)
  const mine = [await answered(few), await answered(few)]
  const [third, fourth] = [await begin(few), await begin(few)]
  expect([await held(third), await held(fourth)]).toEqual([undefined, undefined])
  expect(await reasonOf(third, anna)).toBe('at_queue_limit')
  // It waits behind them, and comes all the same.
  await house.pass(1_000)
  expect(await held(await begin(other))).toBe(anna)
  await close(mine[0] ?? '', anna)
  const [now, later] = (await held(third)) === anna ? [third, fourth] : [fourth, third]
  expect([await held(now), await held(later)]).toEqual([anna, undefined])
  // A declined offer counts no longer, and there is nobody else: it is theirs again.
  await decline(await offer(now))
  expect(await countOf(few, anna)).toEqual({ held: 2, heldLimit: 2, heldOver: 0 })
  const bert = await newOperator(9, few)
  expect(await held(later)).toBe(bert)
})

test('QU-5 lowered it takes nothing away and lets nothing in until there is room; raised or lifted it brings what waits', async () => {
  const queueId = await newQueue()
  const anna = await newOperator(9, queueId)
  const chats = [await answered(queueId), await answered(queueId), await answered(queueId)]
  await limitQueue(queueId, 1)
  expect(await countOf(queueId, anna)).toEqual({ held: 3, heldLimit: 1, heldOver: 2 })
  const waiting = await begin(queueId)
  for (const [at, chatId] of chats.entries()) {
    expect(await held(waiting)).toBeUndefined()
    expect(await countOf(queueId, anna)).toMatchObject({ held: 3 - at, heldOver: 2 - at })
    await close(chatId, anna)
  }
  expect(await held(waiting)).toBe(anna)
  await house.pass(1)
  const second = await begin(queueId)
  await house.pass(1)
  const third = await begin(queueId)
  await limitQueue(queueId, 2)
  expect([await held(second), await held(third)]).toEqual([anna, undefined])
  await limitQueue(queueId, null)
  expect(await held(third)).toBe(anna)
  expect(await countOf(queueId, anna)).toEqual({ held: 0, heldLimit: null, heldOver: 0 })
})

test('QU-5 no other way to a chat leads past it: by hand, parked, kept for one, overflowing, finishing', async () => {
  const list = await newQueue({ strategy: 'manual_pick', heldLimit: 1 })
  const anna = await newOperator(9, list)
  const pick = async () => {
    const chatId = await begin(list)
    return ringing.pickChat(house.db, { ...house.place, chatId, userId: anna })
  }
  expect([(await pick()).status, (await pick()).status]).toEqual(['picked', 'at_limit'])

  const parked = { afterMs: 60_000, closeMs: undefined, keepMs: undefined, holdMs: 60_000 }
  const later = await newQueue({
    ...{ kind: 'deferred', autoAccepts: true, heldLimit: 1 },
    parking: { ...parked, wakeTo: 'front', whenGone: 'keep' },
  })
  const bert = await newOperator(9, later)
  const sleeping = await begin(later)
  const set = { ...house.place, chatId: sleeping, userId: bert }
  await run(house.db, (one) => parking.parkChat(one, { ...set, seen: 1_000 }))
  const instead = await begin(later)
  expect(await held(instead)).toBe(bert)
  expect((await parking.takeBackChat(house.db, set)).status).toBe('at_limit')
  await sql`update chats set wakes = true where id = ${sleeping}`.execute(house.db)
  await sql`update routed_chats set parked_owes = true where chat_id = ${sleeping}`.execute(
    house.db,
  )
  await run(house.db, (one) => parking.wakeChat(one, set))
  expect(await chat(sleeping)).toMatchObject({ state: 'waiting' })
  await close(instead, bert)
  expect(await held(sleeping)).toBe(bert)

  const [line, on] = [await newQueue({ overflowAfterSeconds: 5 }), await newQueue({ heldLimit: 1 })]
  await sql`update queues set overflow_queue_id = ${on} where id = ${line}`.execute(house.db)
  const cleo = await newOperator(9, on)
  const first = await answered(on)
  const moved = await begin(line)
  await house.pass(6_000)
  await run(house.db, (one) => overflowChats(one))
  expect([(await chat(moved)).queueId, await held(moved)]).toEqual([on, undefined])
  await sql`update queues set wrap_up_seconds = 30, wrap_up_takes_slot = true where id = ${on}`.execute(
    house.db,
  )
  await close(first, cleo)
  expect(await held(moved)).toBeUndefined()
  await house.pass(31_000)
  await sweep(house.db)
  expect(await held(moved)).toBe(cleo)
})

test('QU-5 whoever comes back to the queue is counted by what they still hold of it', async () => {
  const queueId = await newQueue({ heldLimit: 2 })
  const anna = await newOperator(9, queueId)
  await answered(queueId)
  await unassign(queueId, anna)
  await assign(queueId, anna)
  await run(house.db, (one) => joining.joinQueue(one, { ...house.place, queueId, userId: anna }))
  expect(await countOf(queueId, anna)).toEqual({ held: 1, heldLimit: 2, heldOver: 0 })
  await answered(queueId)
  expect(await held(await begin(queueId))).toBeUndefined()
})

test('QU-5 a queue without it counts nothing: nothing is written beside the chat', async () => {
  const queueId = await newQueue()
  const anna = await newOperator(9, queueId)
  const version = async () => {
    const { rows } = await sql<{ at: string }>`select ctid || ' ' || xmin as at from queue_members
      where user_id = ${anna}`.execute(house.db)
    return rows[0]?.at
  }
  const before = await version()
  await close(await answered(queueId), anna)
  await decline(await offer(await begin(queueId)))
  expect(await version()).toBe(before)
})

test('QU-5 IN-1 it is kept by the database itself, against any code', async () => {
  const queueId = await newQueue({ heldLimit: 1 })
  const anna = await newOperator(9, queueId)
  await begin(queueId)
  const force = sql`insert into assignments (organisation_id, chat_id, user_id, queue_id, chat_kind, state,
      offered_at, accepted_at, because)
    values (${house.place.organisationId}, ${randomUUID()}, ${anna}, ${queueId}, 'live', 'active', now(), now(), '{}')`
  const constraint = () => force.execute(house.db).catch(brokenConstraint)
  const change = (what: string) =>
    sql`update queue_members set ${sql.raw(what)} where user_id = ${anna}`.execute(house.db)
  expect(await constraint()).toBe('queue_members_within_limit')
  await expect(change('held = 0')).rejects.toThrow('only assignments move a load')
  await expect(change('held_limit = 9')).rejects.toThrow('only the queue says')
  await expect(change('held_limit = null')).rejects.toThrow('only the queue says')
  await change('held_over = 9')
  expect(await constraint()).toBe('queue_members_within_limit')
  const other = await newQueue()
  const move = sql`update assignments set queue_id = ${other} where user_id = ${anna}`
  await expect(move.execute(house.db)).rejects.toThrow('keeps its chat')
})

test('QU-5 MS-1 chats above it, or counted wrongly, are seen by the laws and by the checker', async () => {
  const queueId = await newQueue({ heldLimit: 1 })
  const anna = await newOperator(9, queueId)
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
        .raw(`alter table queue_members drop constraint queue_members_within_limit,
        disable trigger queue_members_hold_chats;
        update queue_members set ${harm} where user_id = '${anna}'`)
        .execute(tx)
      const { rows } = await sql.raw<{ drifted: number; overLimit: number }>(laws ?? '').execute(tx)
      const found = await sql.raw<{ law: string }>(live ?? '').execute(tx)
      const { drifted, overLimit } = rows[0] ?? {}
      return { drifted, overLimit, found: found.rows.map(({ law }) => law) }
    } finally {
      await tx.rollback().execute()
    }
  }
  expect(await seenAfter('held = 0')).toEqual({ drifted: 1, overLimit: 0, found: ['drifted'] })
  expect(await seenAfter('held_limit = 2')).toEqual({
    drifted: 1,
    overLimit: 0,
    found: ['drifted'],
  })
  expect(await seenAfter('held = 2')).toMatchObject({ drifted: 1, overLimit: 1 })
  expect((await operator(anna)).live.used).toBe(1)
})
