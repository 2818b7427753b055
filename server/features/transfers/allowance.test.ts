// How far above their limit somebody may be handed chats by name, through the functions of the
// database. The laws hold after each of these tests (openRoutingHouse).
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { brokenConstraint } from '../../platform/database.ts'
import { handingOf } from '../../testing/handing-house.ts'
import { chatsOf, openRoutingHouse, peopleOf } from '../../testing/routing-house.ts'
import { setUnits } from '../routing/unit-queries.ts'

const house = openRoutingHouse()
const people = peopleOf(house)
const chats = chatsOf(house)
const { handOn, heldChat, takeBack } = handingOf(house)

const allow = (allowance: number) =>
  sql`update accounts set transfer_allowance = ${allowance}
       where id = ${house.place.organisationId}`.execute(house.db)
async function loadOf(userId: string) {
  const { rows } = await sql<{ used: number; over: number }>`
    select used, over from operator_loads where user_id = ${userId} and kind = 'live'`.execute(
    house.db,
  )
  return rows[0]
}
/** Bo serves the queue, and holds as many of its chats as they may. */
async function full(limit = 1) {
  const queueId = await people.newQueue()
  const bo = await people.newOperator(limit, queueId)
  const held: string[] = []
  for (let n = 0; n < limit; n++) {
    const chatId = await chats.begin(queueId)
    await chats.accept(await chats.offer(chatId))
    held.push(chatId)
  }
  return { queueId, bo, held }
}

test('QU-5 IN-1 whoever is full is handed as many more as the allowance says, by name, and nothing follows', async () => {
  const { queueId, bo, held } = await full()
  const [one, two, three] = [await heldChat(), await heldChat(), await heldChat()]
  await allow(0)
  expect((await handOn(one.chatId, one.anna, ['operator', bo])).status).toBe('at_limit')
  await allow(2)
  expect((await handOn(one.chatId, one.anna, ['operator', bo])).status).toBe('begun')
  await chats.accept(await chats.offer(one.chatId))
  expect(await chats.held(one.chatId)).toBe(bo)
  const { status, transferId } = await handOn(two.chatId, two.anna, ['operator', bo])
  expect(status).toBe('begun')
  expect(await loadOf(bo)).toEqual({ used: 3, over: 2 })
  expect((await handOn(three.chatId, three.anna, ['operator', bo])).status).toBe('at_limit')
  // Taken back, its room is gone with it, and is there for another.
  expect(await takeBack(transferId, two.anna)).toBe('cancelled')
  expect(await loadOf(bo)).toEqual({ used: 2, over: 1 })
  expect((await handOn(three.chatId, three.anna, ['operator', bo])).status).toBe('begun')
  await chats.decline(await chats.offer(three.chatId))

  const waiting = await chats.begin(queueId)
  expect(await chats.held(waiting)).toBeUndefined()
  await chats.close(one.chatId, bo)
  expect(await loadOf(bo)).toEqual({ used: 1, over: 0 })
  expect(await chats.held(waiting)).toBeUndefined()
  await chats.close(held[0] ?? '', bo)
  expect(await chats.held(waiting)).toBe(bo)
})

test('QU-5 what is handed to a queue goes above nobody’s limit; nor do units, or a limit of 0, give way', async () => {
  const { queueId, bo } = await full()
  await allow(3)
  const { anna, chatId } = await heldChat(2)
  await handOn(chatId, anna, ['queue', queueId])
  expect(await chats.chat(chatId)).toMatchObject({ operatorId: anna, offer: null })
  const other = await heldChat()
  await setUnits(house.db, { ...house.place, userId: bo, actorId: bo, limit: 1 })
  expect((await handOn(other.chatId, other.anna, ['operator', bo])).status).toBe('at_limit')
  const none = await people.newOperator(0)
  expect((await handOn(other.chatId, other.anna, ['operator', none])).status).toBe('at_limit')
})

test('QU-5 IN-1 the database lets nobody be handed more than that, whatever asks for it', async () => {
  const { bo, queueId } = await full()
  await allow(1)
  const { chatId } = await heldChat()
  const put = (chat: string) =>
    sql`insert into assignments (organisation_id, id, chat_id, user_id, queue_id, chat_kind, kind,
             state, offered_at, expires_at, because)
          values (${house.place.organisationId}, gen_random_uuid(), ${chat}, ${bo}, ${queueId}, 'live',
             'transfer', 'offered', now(), now() + interval '20 s', '{}')`
      .execute(house.db)
      .then(() => undefined, brokenConstraint)
  // It was not handed on at all, so it makes itself no room.
  expect(await put(chatId)).toBe('operator_loads_within_limit')
  expect(await loadOf(bo)).toEqual({ used: 1, over: 0 })
})
