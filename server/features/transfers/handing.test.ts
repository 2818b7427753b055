// Transfers to a person through the functions of the database. The laws hold after each of these
// tests, whatever they do: no limit is gone over, no chat has two owners or none (openRoutingHouse).
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { handingOf } from '../../testing/handing-house.ts'
import { chatsOf, connectThrough, openRoutingHouse, peopleOf } from '../../testing/routing-house.ts'
import * as presence from '../presence/queries.ts'
import { run, sweep } from '../routing/actions.ts'
import * as routing from '../routing/queries.ts'

const house = openRoutingHouse()
const people = peopleOf(house)
const chats = chatsOf(house)
const { handOn, heldChat, loadOf, outcomeOf, takeBack, transferOf } = handingOf(house)

describe('a chat that is handed to a person', () => {
  test('QU-12 stays with its holder until it is taken, and is then the other’s alone', async () => {
    const { anna, chatId } = await heldChat()
    const bo = await people.newOperator(1)
    const { status } = await handOn(chatId, anna, ['operator', bo])
    expect(status).toBe('begun')
    const asked = await chats.chat(chatId)
    expect(asked).toMatchObject({ state: 'active', operatorId: anna, offer: { operatorId: bo } })
    expect([await loadOf(anna), await loadOf(bo)]).toEqual([1, 1])
    await chats.accept(await chats.offer(chatId))
    expect(await chats.chat(chatId)).toMatchObject({ state: 'active', operatorId: bo, offer: null })
    expect(await transferOf(chatId)).toMatchObject({
      outcome: 'taken',
      endedById: bo,
      fromId: anna,
    })
    expect([await loadOf(anna), await loadOf(bo)]).toEqual([0, 1])
  })

  test('QU-12 never goes to whoever is at their limit, or away, or has it', async () => {
    const { queueId, anna, chatId } = await heldChat()
    const bo = await people.newOperator(1, queueId)
    const theirs = await chats.begin(queueId)
    expect(await chats.held(theirs)).toBe(bo)
    expect((await handOn(chatId, anna, ['operator', bo])).status).toBe('at_limit')
    const cleo = await people.newOperator(1)
    await people.declare(cleo, 'away')
    expect((await handOn(chatId, anna, ['operator', cleo])).status).toBe('not_ready')
    expect((await handOn(chatId, anna, ['operator', anna])).status).toBe('same')
    expect((await handOn(chatId, cleo, ['operator', bo])).status).toBe('not_holder')
    expect((await handOn(chatId, anna, ['operator', randomUUID()])).status).toBe('not_found')
    expect(await chats.chat(chatId)).toMatchObject({ operatorId: anna, transfer: null })
  })

  test.each([
    ['declined', (_: string, offer: routing.OfferAnswer) => chats.decline(offer)],
    ['missed', () => house.pass(20_000).then(() => sweep(house.db))],
    ['unavailable', (bo: string) => people.declare(bo, 'busy')],
    [
      'removed',
      (userId: string) =>
        run(house.db, (one) => routing.removeOperator(one, { ...house.place, userId })),
    ],
  ] as const)(
    'QU-12 stays where it is when it is %s, and the sender is told',
    async (outcome, work) => {
      const { anna, chatId } = await heldChat()
      const bo = await people.newOperator(1)
      await handOn(chatId, anna, ['operator', bo])
      await work(bo, await chats.offer(chatId))
      expect(await chats.chat(chatId)).toMatchObject({
        state: 'active',
        operatorId: anna,
        offer: null,
      })
      expect(await transferOf(chatId)).toMatchObject({ outcome, endedById: bo })
      if (outcome !== 'removed') expect(await loadOf(bo)).toBe(0)
    },
  )

  test('QU-12 is taken back, and only once; what was too late to take is not taken', async () => {
    const { anna, chatId } = await heldChat()
    const bo = await people.newOperator(1)
    const { transferId } = await handOn(chatId, anna, ['operator', bo])
    expect((await handOn(chatId, anna, ['operator', bo])).status).toBe('under_way')
    const offer = await chats.offer(chatId)
    expect(await takeBack(transferId, bo)).toBe('not_found')
    expect(await takeBack(transferId, anna)).toBe('cancelled')
    expect(await takeBack(transferId, anna)).toBe('cancelled')
    expect((await chats.accept(offer)).status).toBe('gone')
    expect(await chats.held(chatId)).toBe(anna)
    const again = await handOn(chatId, anna, ['operator', bo])
    await chats.accept(await chats.offer(chatId))
    expect(await takeBack(again.transferId, anna)).toBe('over')
  })

  test('QU-12 whose visitor leaves, or whose holder closes it, frees them both', async () => {
    const { queueId, anna, chatId } = await heldChat()
    const bo = await people.newOperator(1, queueId)
    await handOn(chatId, anna, ['operator', bo])
    const next = [await chats.begin(queueId), await chats.begin(queueId)]
    await chats.close(chatId, anna)
    expect((await Promise.all(next.map(chats.held))).toSorted()).toEqual([anna, bo].toSorted())
    expect(await outcomeOf(chatId)).toBe('chat_ended')
  })

  test('QU-12 goes on to who is asked when its holder does not come back', async () => {
    const { chatId, anna } = await heldChat()
    const bo = await people.newOperator(1)
    const server = await connectThrough(house, bo)
    await handOn(chatId, anna, ['operator', bo])
    await presence.endNode(house.db, house.place.nodeId, house.place.epoch)
    await sql`update nodes set lease_until = 'infinity' where id = ${server.nodeId}`.execute(
      house.db,
    )
    await house.pass(1_000)
    await sweep(house.db)
    expect(await chats.chat(chatId)).toMatchObject({ state: 'active', operatorId: anna })
    await house.pass(10_000)
    await sql`update assignments set expires_at = expires_at + interval '1 hour' where state = 'offered'`.execute(
      house.db,
    )
    await house.pass(25_000)
    await sweep(house.db)
    const asked = await chats.chat(chatId)
    expect(asked).toMatchObject({ state: 'offered', operatorId: null, offer: { operatorId: bo } })
    expect(asked.transfer).toMatchObject({ outcome: 'sender_gone', note: 'She waits for a refund' })
    expect((await chats.accept(await chats.offer(chatId))).status).toBe('accepted')
    expect(await chats.held(chatId)).toBe(bo)
  })

  test('QU-12 PR-2 is theirs to answer when its sender is gone, whatever chats their status is for', async () => {
    const { queueId, chatId, anna } = await heldChat()
    const bo = await people.newOperator(2, queueId)
    await handOn(chatId, anna, ['operator', bo])
    await run(house.db, (one) => routing.removeOperator(one, { ...house.place, userId: anna }))
    const other = await chats.begin(queueId)
    expect(await chats.chat(other)).toMatchObject({ offer: { operatorId: bo } })
    const only = { ...house.place, userId: bo, actorId: bo, availability: 'available' as const }
    const mark = {
      ...({ statusId: randomUUID(), icon: 'pause', colour: 'blue' } as const),
      ...{ isPaid: true, maxMinutes: null, accepts: [] },
    }
    await run(house.db, (one) => routing.setAvailability(one, { ...only, mark }))
    expect(await chats.chat(other)).toMatchObject({ state: 'waiting', offer: null })
    expect(await chats.chat(chatId)).toMatchObject({ state: 'offered', offer: { operatorId: bo } })
    expect((await chats.accept(await chats.offer(chatId))).status).toBe('accepted')
    expect(await chats.held(chatId)).toBe(bo)
  })

  test('QU-12 stays with its holder when the server of who is asked dies', async () => {
    const { chatId, anna } = await heldChat()
    const bo = await people.newOperator(1)
    const { nodeId } = await connectThrough(house, anna)
    await sql`update nodes set lease_until = 'infinity' where id = ${nodeId}`.execute(house.db)
    await handOn(chatId, anna, ['operator', bo])
    await presence.endNode(house.db, house.place.nodeId, house.place.epoch)
    await house.pass(1_000)
    await sweep(house.db)
    expect(await transferOf(chatId)).toMatchObject({ outcome: 'unavailable', endedById: bo })
    expect(await chats.chat(chatId)).toMatchObject({ operatorId: anna, offer: null })
  })

  test('QU-12 is handed on so often and no more', async () => {
    const { anna, chatId } = await heldChat()
    const bo = await people.newOperator(1)
    await sql`update accounts set transfers_most = 2`.execute(house.db)
    const pair = [anna, bo]
    for (const at of [0, 1]) {
      const [from = '', to = ''] = at === 0 ? pair : pair.toReversed()
      expect((await handOn(chatId, from, ['operator', to])).status).toBe('begun')
      await chats.accept(await chats.offer(chatId))
    }
    expect((await handOn(chatId, anna, ['operator', bo])).status).toBe('too_many')
    // Whoever stands above is not bound.
    expect((await handOn(chatId, null, ['operator', bo], bo)).status).toBe('begun')
  })
})
