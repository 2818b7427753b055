// What routing tells, to whom, and when it keeps silent.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { Check } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import { Operator } from '#contract/presence.ts'
import { QueueMember } from '#contract/queues.ts'
import { Because, Chat } from '#contract/routing.ts'
import {
  chatsOf,
  connectThrough,
  openRoutingHouse,
  peopleOf,
  toldAfter,
} from '../../testing/routing-house.ts'
import * as presence from '../presence/queries.ts'
import { run, sweep } from './actions.ts'
import * as joining from './joining-queries.ts'
import * as routing from './queries.ts'

const house = openRoutingHouse()
const { newQueue, newOperator, declare } = peopleOf(house)
const { begin, offer, accept, close } = chatsOf(house)

describe('what is told', () => {
  test('has the shapes of the contract, and goes to those who may see it', async () => {
    const queueId = await newQueue()
    const floor = `floor:${house.place.organisationId}`
    let anna = ''
    let chatId = ''
    const told = await toldAfter(house, async () => {
      anna = await newOperator(1, queueId)
      chatId = await begin(queueId)
      await accept(await offer(chatId))
      await close(chatId, anna)
    })
    const shapes = { operator: Operator, chat: Chat, queue_member: QueueMember }
    for (const { kind, row, because } of told) {
      const shape = Object.entries(shapes).find(([name]) => name === kind)?.[1]
      expect(shape !== undefined && (row === null || Check(shape, row)), JSON.stringify(row)).toBe(
        true,
      )
      expect(because === null || Check(Because, because)).toBe(true)
    }
    const mine = `user:${anna}`
    const queue = `queue:${queueId}`
    expect(
      told.filter(({ kind }) => kind === 'chat').map((one) => [one.scopes, one.leftScopes]),
    ).toEqual([
      [[floor, queue], []],
      [[floor, queue, mine], []],
      [[floor, mine], [queue]],
      [[], expect.arrayContaining([floor, mine])],
    ])
    expect(
      told
        .filter(({ kind }) => kind === 'operator')
        .every(({ scopes }) => scopes.join() === [floor, mine].join()),
    ).toBe(true)
  })

  test('is nothing when nothing has changed', async () => {
    const queueId = await newQueue()
    const anna = await newOperator(1, queueId)
    const it = { ...house.place, queueId, userId: anna }
    const told = await toldAfter(house, async () => {
      await declare(anna, 'available')
      await run(house.db, (one) => joining.joinQueue(one, it))
      await run(house.db, (one) => routing.assignQueueMember(one, it))
      await run(house.db, (one) => routing.registerOperator(one, { ...it, live: 9, deferred: 9 }))
      await connectThrough(house, anna)
      await sql`update nodes set lease_until = 'infinity'`.execute(house.db)
      await sweep(house.db)
    })
    expect(told).toEqual([])
  })

  test('names the operator as colleagues do, with department and photo', async () => {
    const anna = await newOperator(1)
    const [department, photo] = [randomUUID(), randomUUID()]
    await sql`insert into departments (organisation_id, id, account_id, name)
      values (${house.place.organisationId}, ${department}, ${house.place.organisationId}, 'Sales')`.execute(
      house.db,
    )
    await sql`insert into department_members (organisation_id, department_id, membership_id)
      select organisation_id, ${department}, id from memberships where user_id = ${anna}`.execute(
      house.db,
    )
    await sql`update memberships set display_name = 'Annie' where user_id = ${anna}`.execute(
      house.db,
    )
    await sql`update users set first_name = 'Anna', last_name = 'Olsen' where id = ${anna}`.execute(
      house.db,
    )
    await sql`insert into photos (id, user_id) values (${photo}, ${anna})`.execute(house.db)
    await sql`update users set photo_id = ${photo} where id = ${anna}`.execute(house.db)
    const told = await toldAfter(house, () =>
      run(house.db, (one) => routing.tellOperator(one, { ...house.place, userId: anna })),
    )
    expect(told).toEqual([
      expect.objectContaining({
        row: expect.objectContaining({
          name: 'Anna Olsen',
          department: 'Sales',
          photo: `/files/photos/${photo}/96`,
        }),
      }),
    ])
    expect(
      await presence.listOperators(house.db, house.place.organisationId, [
        house.place.organisationId,
      ]),
    ).toEqual([told[0]?.row])
    expect(
      await presence.listOperators(house.db, house.place.organisationId, [randomUUID()]),
    ).toEqual([])
  })
})
