// What routing promises of chats and their offers, one sentence at a time, asked of the real database
// with a stopped clock.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import type { Because } from '#contract/routing.ts'
import { chatsOf, openRoutingHouse, peopleOf, toldAfter } from '../../testing/routing-house.ts'
import { ask } from '../../testing/routing-seed.ts'
import { run, sweep } from './actions.ts'
import * as routing from './queries.ts'
import { forgetRouting } from './sweep-queries.ts'

const house = openRoutingHouse()
const { newQueue, newOperator, operator, declare, limit } = peopleOf(house)
const { chat, begin, offer, accept, decline, close, held } = chatsOf(house)

describe('a chat', () => {
  test('is offered at once to the operator who has been idle the longest', async () => {
    const queueId = await newQueue({ offerSeconds: 20 })
    const anna = await newOperator(1, queueId)
    const bert = await newOperator(2, queueId)
    await house.pass(1_000)
    const first = await begin(queueId)
    await house.pass(1_000)
    const second = await begin(queueId)
    const third = await begin(queueId)
    expect([await held(first), await held(second)].sort()).toEqual([anna, bert].sort())
    expect(await held(third)).toBe(bert)
    const { offer: told, state, enqueuedAt } = await chat(third)
    expect({ state, enqueuedAt }).toEqual({ state: 'offered', enqueuedAt: house.at(0) })
    expect(told).toMatchObject({ offeredAt: house.at(0), expiresAt: house.at(20_000) })
    expect((await chat(await begin(queueId))).state).toBe('waiting')
  })

  test('is offered, in a queue that says so, to the operator who is the least loaded', async () => {
    const queueId = await newQueue({ strategy: 'least_loaded' })
    const bert = await newOperator(2, queueId)
    await begin(queueId)
    const anna = await newOperator(4, queueId)
    const order: (string | undefined)[] = []
    for (let n = 0; n < 3; n++) {
      await house.pass(1)
      order.push(await held(await begin(queueId)))
    }
    // Bert has been idle for longer, but is half full until Anna is as well.
    expect(order).toEqual([anna, anna, bert])
    const { rows } = await sql<{ rule: string }>`
      select distinct because ->> 'rule' as rule from assignments`.execute(house.db)
    expect(rows).toEqual([{ rule: 'least_loaded' }])
  })

  test('is taken once, however often it is accepted, and held until it ends', async () => {
    const queueId = await newQueue()
    const anna = await newOperator(1, queueId)
    const chatId = await begin(queueId)
    const it = await offer(chatId)
    expect(await accept(it)).toMatchObject({ status: 'accepted', detail: { chatId } })
    expect(await accept(it)).toMatchObject({ status: 'accepted', seq: null })
    expect(await chat(chatId)).toMatchObject({
      state: 'active',
      operatorId: anna,
      offer: null,
      acceptedAt: house.at(0),
    })
    expect(
      await routing.listChatsOfOperator(house.db, house.place.organisationId, anna),
    ).toHaveLength(1)
    expect((await operator(anna)).live).toEqual({ used: 1, limit: 1, own: 1, version: 1 })
    expect(await close(chatId, anna)).toMatchObject({ status: 'closed' })
    expect(await close(chatId, anna)).toMatchObject({ status: 'closed', seq: null })
    expect((await operator(anna)).live.used).toBe(0)
    const { rows } =
      await sql`select closed_at, closed_because from chats where id = ${chatId}`.execute(house.db)
    expect(rows).toEqual([{ closedAt: house.at(0), closedBecause: 'operator' }])
  })

  test('cannot be answered by anybody else, nor after the deadline, nor closed by others', async () => {
    const queueId = await newQueue({ offerSeconds: 20 })
    const anna = await newOperator(1, queueId)
    const bert = await newOperator(0, queueId)
    const chatId = await begin(queueId)
    const it = await offer(chatId)
    expect(await accept({ ...it, userId: bert })).toMatchObject({ status: 'not_found' })
    expect(await decline({ ...it, offerId: randomUUID() })).toMatchObject({ status: 'not_found' })
    expect(await close(chatId, anna)).toMatchObject({ status: 'not_holder' })
    await house.pass(20_000)
    expect(await accept(it)).toMatchObject({ status: 'gone' })
    await sweep(house.db)
    await accept(await offer(chatId))
    expect(await close(chatId, bert)).toMatchObject({ status: 'not_holder' })
    expect((await chat(chatId)).operatorId).toBe(anna)
  })

  test('that ends gives its place to the one that has waited the longest, in the same commit', async () => {
    const queueId = await newQueue()
    const anna = await newOperator(1, queueId)
    const first = await begin(queueId)
    await accept(await offer(first))
    await house.pass(1_000)
    const second = await begin(queueId)
    await house.pass(1_000)
    await begin(queueId)
    const told = await toldAfter(house, () => close(first, anna))
    expect(told.map(({ kind, entityId }) => [kind, entityId])).toEqual([
      ['chat', first],
      ['chat', second],
      ['operator', anna],
    ])
    expect(told[1]?.because).toMatchObject({ chosen: anna, rule: 'longest_waiting' })
    expect(await held(second)).toBe(anna)
  })

  test('that is asked for twice is one chat; one that has ended does not begin again', async () => {
    const queueId = await newQueue()
    const chatId = randomUUID()
    expect((await ask(house.db, house.place, queueId, chatId)).status).toBe('waiting')
    expect(await ask(house.db, house.place, queueId, chatId)).toMatchObject({
      status: 'already',
      seq: null,
    })
    await run(house.db, (one) => routing.abandonChat(one, { ...house.place, chatId }))
    expect((await ask(house.db, house.place, queueId, chatId)).status).toBe('closed')
  })

  test('whose visitor leaves frees the operator, who was offered it or held it', async () => {
    const queueId = await newQueue()
    const anna = await newOperator(1, queueId)
    const chats: string[] = []
    for (let n = 0; n < 3; n++) {
      await house.pass(1)
      chats.push(await begin(queueId))
    }
    for (const [index, chatId] of chats.entries()) {
      expect(await held(chatId)).toBe(anna)
      if (index === 1) await accept(await offer(chatId))
      await run(house.db, (one) => routing.abandonChat(one, { ...house.place, chatId }))
    }
    const { rows } = await sql<{ closedBecause: string }>`
      select closed_because from chats where id = any (${chats}::uuid[]) order by array_position(${chats}::uuid[], id)`.execute(
      house.db,
    )
    expect(rows.map(({ closedBecause }) => closedBecause)).toEqual([
      'abandoned',
      'visitor',
      'abandoned',
    ])
    expect((await operator(anna)).live.used).toBe(0)
  })

  test('QU-10 waits behind what is more urgent in any of the operator queues', async () => {
    const [plain, urgent] = [await newQueue(), await newQueue({ priority: 5 })]
    const first = await begin(plain)
    await house.pass(60_000)
    const soon = await begin(urgent)
    const anna = await newOperator(0, plain, urgent)
    await limit(anna, 1)
    expect(await held(soon)).toBe(anna)
    expect(await held(first)).toBeUndefined()
  })

  test('is active without an answer in a queue that accepts by itself', async () => {
    const queueId = await newQueue({ autoAccepts: true, kind: 'deferred' })
    const anna = await newOperator(0, queueId)
    const chatId = await begin(queueId)
    expect(await chat(chatId)).toMatchObject({
      state: 'active',
      kind: 'deferred',
      operatorId: anna,
    })
    expect(await operator(anna)).toMatchObject({ live: { used: 0 }, deferred: { used: 1 } })
  })

  test('is refused when the queue is as long as it may be', async () => {
    const queueId = await newQueue({ maxWaiting: 2 })
    await begin(queueId)
    await begin(queueId)
    const refused = ask(house.db, house.place, queueId).then(({ status }) => {
      // As a door does: the chat that was begun in the same transaction goes with it.
      throw new Error(status)
    })
    await expect(refused).rejects.toThrow('queue_full')
    await sql`delete from chats c where not exists (select from routed_chats where chat_id = c.id)`.execute(
      house.db,
    )
  })
})

describe('an offer', () => {
  test('that is declined goes to another operator', async () => {
    const queueId = await newQueue()
    const users = [await newOperator(1, queueId), await newOperator(1, queueId)]
    const chatId = await begin(queueId)
    const it = await offer(chatId)
    expect(await decline(it)).toMatchObject({ status: 'declined' })
    expect(await decline(it)).toMatchObject({ status: 'declined', seq: null })
    expect(await held(chatId)).toBe(users.find((id) => id !== it.userId))
    expect((await operator(it.userId)).live.used).toBe(0)
  })

  test('that nobody answers goes on, and keeps its place; the third silence in a row ends it', async () => {
    const queueId = await newQueue({ offerSeconds: 10 })
    const anna = await newOperator(1, queueId)
    const chatId = await begin(queueId)
    const { dueAt } = await chat(chatId)
    for (let missed = 1; missed <= 3; missed++) {
      await house.pass(10_000)
      await sweep(house.db)
      expect(await operator(anna)).toMatchObject({ missed, isNotAnswering: missed === 3 })
    }
    expect(await chat(chatId)).toMatchObject({ state: 'waiting', dueAt })
    await declare(anna, 'available')
    expect(await operator(anna)).toMatchObject({ missed: 0, isNotAnswering: false })
    expect(await held(chatId)).toBe(anna)
  })

  test('says who was considered and what ruled each one out', async () => {
    const queueId = await newQueue()
    const anna = await newOperator(1, queueId)
    const away = await newOperator(1, queueId)
    await declare(away, 'away')
    const full = await newOperator(0, queueId)
    const chatId = await begin(queueId)
    const { rows } = await sql<{ because: Because }>`
      select because from assignments where chat_id = ${chatId}`.execute(house.db)
    expect(rows[0]?.because.chosen).toBe(anna)
    expect(rows[0]?.because.considered.at(0)).toEqual({ operatorId: anna, ruledOutBy: null })
    expect(rows[0]?.because.considered).toEqual(
      expect.arrayContaining([
        { operatorId: away, ruledOutBy: 'away' },
        { operatorId: full, ruledOutBy: 'at_limit' },
      ]),
    )
  })
})

test('routing refuses an isolation in which it could not see what others have just committed', async () => {
  const queueId = await newQueue()
  const chatId = await begin(queueId)
  const work = house.db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute((tx) => routing.matchChat(tx, house.place.organisationId, chatId))
  await expect(work).rejects.toThrow('read committed')
})

test('closed chats are forgotten after an hour, and stay closed', async () => {
  const queueId = await newQueue()
  const anna = await newOperator(1, queueId)
  const chatId = await begin(queueId)
  await accept(await offer(chatId))
  await close(chatId, anna)
  await house.pass(3_600_001)
  expect(await forgetRouting(house.db)).toBeGreaterThan(0)
  expect(await routing.findChat(house.db, house.place.organisationId, chatId)).toBeUndefined()
  expect((await close(chatId, anna)).status).toBe('closed')
  expect((await ask(house.db, house.place, queueId, chatId)).status).toBe('closed')
})
