// Transfers to queues and departments, and chats that are given, through the functions of the database. The laws hold after each of these
// tests, whatever they do: no limit is gone over, no chat has two owners or none (openRoutingHouse).
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { handingOf, newDepartment } from '../../testing/handing-house.ts'
import { chatsOf, openRoutingHouse, peopleOf } from '../../testing/routing-house.ts'
import { run, sweep } from '../routing/actions.ts'
import * as handing from '../routing/handing-queries.ts'
import * as routing from '../routing/queries.ts'

const house = openRoutingHouse()
const people = peopleOf(house)
const chats = chatsOf(house)
const { handOn, heldChat, loadOf, transferOf } = handingOf(house)

describe('a chat that is handed to a queue', () => {
  test('QU-12 is offered to one after another, and comes back when the last has passed it on', async () => {
    const { anna, chatId } = await heldChat()
    const second = await people.newQueue()
    const bo = await people.newOperator(1, second)
    const cleo = await people.newOperator(1, second)
    await handOn(chatId, anna, ['queue', second])
    const first = await chats.offer(chatId)
    await chats.decline(first)
    const next = await chats.offer(chatId)
    expect([first.userId, next.userId].toSorted()).toEqual([bo, cleo].toSorted())
    expect(await transferOf(chatId)).toMatchObject({ outcome: null })
    await chats.decline(next)
    expect(await transferOf(chatId)).toMatchObject({ outcome: 'declined', endedById: next.userId })
    expect(await chats.chat(chatId)).toMatchObject({
      state: 'active',
      operatorId: anna,
      offer: null,
    })
  })

  test('QU-12 keeps the time that it has waited: it goes before whoever came to that queue later', async () => {
    const { anna, chatId, queueId } = await heldChat()
    const second = await people.newQueue()
    const bo = await people.newOperator(1, second)
    const busy = await chats.begin(second)
    await chats.accept(await chats.offer(busy))
    await house.pass(1_000)
    const later = await chats.begin(second)
    await handOn(chatId, anna, ['queue', second])
    expect(await chats.chat(chatId)).toMatchObject({ operatorId: anna, offer: null })
    await chats.close(busy, bo)
    expect(await chats.offer(chatId)).toMatchObject({ userId: bo })
    expect(await chats.held(later)).toBeUndefined()
    await chats.accept(await chats.offer(chatId))
    const taken = await chats.chat(chatId)
    expect(taken).toMatchObject({ operatorId: bo, queueId: second })
    expect(queueId).not.toBe(second)
  })

  test('QU-12 comes back when nobody took it within the time, and when the queue closes', async () => {
    const { anna, chatId } = await heldChat()
    const second = await people.newQueue()
    await handOn(chatId, anna, ['queue', second])
    await house.pass(119_000)
    await sweep(house.db)
    expect(await transferOf(chatId)).toMatchObject({ outcome: null })
    await house.pass(1_000)
    await sweep(house.db)
    expect(await transferOf(chatId)).toMatchObject({ outcome: 'nobody', endedById: null })
    await handOn(chatId, anna, ['queue', second])
    await sql`update queues set is_active = false where id = ${second}`.execute(house.db)
    await sweep(house.db)
    expect(await transferOf(chatId)).toMatchObject({ outcome: 'queue_closed' })
    expect(await chats.held(chatId)).toBe(anna)
  })

  test('QU-12 waits there in its place when its holder is gone before anybody was asked', async () => {
    const { anna, chatId } = await heldChat()
    const second = await people.newQueue()
    await handOn(chatId, anna, ['queue', second])
    const { dueAt } = await chats.chat(chatId)
    await run(house.db, (one) => routing.removeOperator(one, { ...house.place, userId: anna }))
    expect(await chats.chat(chatId)).toMatchObject({ state: 'waiting', queueId: second, dueAt })
  })
})

test('QU-12 a department is its people: who has room first, whoever comes free next', async () => {
  const { queueId, anna, chatId } = await heldChat()
  const bo = await people.newOperator(1, queueId)
  const busy = await chats.begin(queueId)
  await chats.accept(await chats.offer(busy))
  const stranger = await people.newOperator(5)
  const department = await newDepartment(house, anna, bo)
  await handOn(chatId, anna, ['department', department])
  expect(await chats.chat(chatId)).toMatchObject({ offer: null, transfer: { outcome: null } })
  await chats.close(busy, bo)
  expect(await chats.offer(chatId)).toMatchObject({ userId: bo })
  expect(await loadOf(stranger)).toBe(0)
  await chats.accept(await chats.offer(chatId))
  expect(await chats.chat(chatId)).toMatchObject({ operatorId: bo, queueId })
})

describe('somebody above', () => {
  const assign = (chatId: string, userId: string, overLimit: boolean, transferId = randomUUID()) =>
    run(house.db, (one) =>
      handing.assignChat(one, {
        ...house.place,
        transferId,
        chatId,
        userId,
        actorId: userId,
        note: null,
        overLimit,
      }),
    )

  test('QU-12 gives a chat outright, above the limit only if that is meant, and it is marked', async () => {
    const { anna, chatId, queueId } = await heldChat()
    const bo = await people.newOperator(1, queueId)
    const theirs = await chats.begin(queueId)
    await chats.accept(await chats.offer(theirs))
    expect((await assign(chatId, bo, false)).status).toBe('at_limit')
    const id = randomUUID()
    expect(await assign(chatId, bo, true, id)).toMatchObject({
      status: 'done',
      detail: { over: true },
    })
    expect((await assign(chatId, bo, true, id)).status).toBe('done')
    expect((await people.operator(bo)).live).toMatchObject({ used: 2, limit: 1 })
    expect(await chats.chat(chatId)).toMatchObject({
      operatorId: bo,
      transfer: { outcome: 'assigned', fromId: anna },
    })
    const { rows } = await sql<{ kind: string }>`
      select kind from assignments where chat_id = ${chatId} and state = 'active'`.execute(house.db)
    expect(rows).toEqual([{ kind: 'forced' }])
    // What is above the limit goes first: room comes back only below it.
    const waiting = await chats.begin(queueId)
    expect(await chats.held(waiting)).toBe(anna)
    await chats.close(theirs, bo)
    const another = await chats.begin(queueId)
    expect(await chats.held(another)).toBeUndefined()
    await chats.close(chatId, bo)
    expect(await chats.held(another)).toBe(bo)
  })

  test('QU-12 gives what waits, what rings at another and what is handed on, once and to one', async () => {
    const { anna, chatId, queueId } = await heldChat()
    const bo = await people.newOperator(2)
    await handOn(chatId, anna, ['operator', bo])
    expect((await assign(chatId, bo, false)).status).toBe('done')
    expect(await loadOf(bo)).toBe(1)
    const ringing = await chats.begin(queueId)
    expect(await chats.held(ringing)).toBe(anna)
    expect((await assign(ringing, bo, false)).status).toBe('done')
    expect([await loadOf(anna), await loadOf(bo)]).toEqual([0, 2])
    expect((await assign(ringing, anna, false)).status).toBe('done')
  })

  test('QU-12 moves what waits to another queue, where it stands by its time', async () => {
    const queueId = await people.newQueue()
    const second = await people.newQueue()
    const chatId = await chats.begin(queueId)
    const { dueAt } = await chats.chat(chatId)
    await house.pass(5_000)
    const bo = await people.newOperator(1, second)
    const asked = {
      ...house.place,
      transferId: randomUUID(),
      chatId,
      queueId: second,
      actorId: bo,
      note: null,
    }
    const move = () => run(house.db, (one) => handing.moveChat(one, asked))
    expect((await move()).status).toBe('done')
    expect((await move()).status).toBe('done')
    expect(await chats.chat(chatId)).toMatchObject({
      queueId: second,
      dueAt,
      offer: { operatorId: bo },
    })
    await chats.accept(await chats.offer(chatId))
    const late = { ...asked, transferId: randomUUID(), queueId }
    expect((await run(house.db, (one) => handing.moveChat(one, late))).status).toBe('held')
  })

  test('nobody moves a load by hand, nor makes room for what is not forced', async () => {
    const { anna } = await heldChat()
    await sql`update operator_loads set over = 5 where user_id = ${anna}`.execute(house.db)
    const { rows } = await sql<{ over: number }>`
      select over from operator_loads where user_id = ${anna} and kind = 'live'`.execute(house.db)
    expect(rows).toEqual([{ over: 0 }])
  })
})
