// What a queue promises whoever was just given one of its chats, to the second; and that it ends.
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { chatsOf, openRoutingHouse, peopleOf } from '../../testing/routing-house.ts'
import { run, sweep } from './actions.ts'
import { pickChat } from './ring-queries.ts'

const house = openRoutingHouse()
const { newQueue, newOperator } = peopleOf(house)
const { begin, held, decline, offer, close } = chatsOf(house)

test('QU-18 after a chat nobody is given another of the queue for so long, and then at once', async () => {
  const [queueId, other] = [await newQueue({ cooldownSeconds: 15 }), await newQueue()]
  const anna = await newOperator(5, queueId, other)
  expect(await held(await begin(queueId))).toBe(anna)
  const next = await begin(queueId)
  expect(await held(next)).toBeUndefined()
  expect(await held(await begin(other))).toBe(anna)
  await house.pass(14_999)
  await sweep(house.db)
  expect(await held(next)).toBeUndefined()
  await house.pass(1)
  await sweep(house.db)
  expect(await held(next)).toBe(anna)
})

test('QU-18 so many within a time and no more, until the first of them is that long ago', async () => {
  const queueId = await newQueue({ autoAccepts: true, burstMost: 2, burstSeconds: 60 })
  const anna = await newOperator(9, queueId)
  const first = await begin(queueId)
  await house.pass(20_000)
  const second = await begin(queueId)
  expect([await held(first), await held(second)]).toEqual([anna, anna])
  const [third, fourth] = [await begin(queueId), await begin(queueId)]
  // Ending a chat makes room, and no new one.
  await close(second, anna)
  await house.pass(39_999)
  await sweep(house.db)
  expect([await held(third), await held(fourth)]).toEqual([undefined, undefined])
  await house.pass(1)
  await sweep(house.db)
  const taken = [await held(third), await held(fourth)]
  expect(taken.filter((userId) => userId === anna)).toHaveLength(1)
  await house.pass(20_000)
  await sweep(house.db)
  expect(await held(fourth)).toBe(anna)
})

test('QU-18 whoever has been left in peace longer is asked instead, and what was passed on counts', async () => {
  const queueId = await newQueue({ cooldownSeconds: 30 })
  const anna = await newOperator(5, queueId)
  const first = await begin(queueId)
  await decline(await offer(first))
  expect(await held(first)).toBeUndefined()
  const bert = await newOperator(5, queueId)
  expect(await held(first)).toBe(bert)
  const { rows } = await sql<{ considered: { operatorId: string; ruledOutBy: string | null }[] }>`
    select because -> 'considered' as considered from assignments
     where chat_id = ${first} and user_id = ${bert}`.execute(house.db)
  expect(rows[0]?.considered).toContainEqual({ operatorId: anna, ruledOutBy: 'cooling_down' })
})

test('QU-18 a queue that asks for it no more holds nobody back; who picks is not held back at all', async () => {
  const queueId = await newQueue({ cooldownSeconds: 600 })
  const anna = await newOperator(5, queueId)
  await begin(queueId)
  const next = await begin(queueId)
  await sweep(house.db)
  expect(await held(next)).toBeUndefined()
  await sql`update queues set cooldown_seconds = null where id = ${queueId}`.execute(house.db)
  await sweep(house.db)
  expect(await held(next)).toBe(anna)

  const byHand = await newQueue({ strategy: 'manual_pick', cooldownSeconds: 600 })
  const bert = await newOperator(5, byHand)
  for (const chatId of [await begin(byHand), await begin(byHand)]) {
    const pick = { ...house.place, chatId, userId: bert }
    expect(await run(house.db, (one) => pickChat(one, pick))).toMatchObject({ status: 'picked' })
  }
})
