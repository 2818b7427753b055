// How a queue chooses is its administrator's to say: the strategy, the levels, or picking by hand.
import { describe, expect, test } from 'vitest'
import { audit } from '#contract/audit.ts'
import { type Queue, type QueueChanges, queues, type Strategy } from '#contract/queues.ts'
import { routing } from '#contract/routing.ts'
import { type Floor, furnish, type Operator } from '../../testing/floor.ts'
import { openHouse } from '../../testing/house.ts'
import { breath, go, mineOf } from '../../testing/records.ts'

const house = openHouse()

async function shape({ admin, queue }: Floor, set: QueueChanges['set']): Promise<Queue> {
  const now = (await admin.call(queues.list)).find(({ id }) => id === queue.id)
  const body = { set, base: now?.versions ?? {} }
  return admin.call(queues.change, { params: { id: queue.id }, body })
}

/** A floor whose queue chooses so. */
async function choosing(strategy: Strategy): Promise<Floor> {
  const floor = await furnish(house)
  expect((await shape(floor, { strategy })).strategy).toBe(strategy)
  return floor
}

/** Who of them is offered a new chat. */
async function nextOf(floor: Floor, ...operators: Operator[]): Promise<number> {
  const { id } = await (await floor.visitor()).ask()
  for (const [at, operator] of operators.entries())
    if ((await mineOf(operator)).includes(id)) return at
  return -1
}

async function rulesOf(floor: Floor): Promise<unknown[]> {
  const rows = await house.db
    .selectFrom('assignments')
    .select('because')
    .where('organisationId', '=', floor.organisationId)
    .orderBy('offeredAt')
    .execute()
  return rows.map(({ because }) => (because as { rule: unknown }).rule)
}

describe('strategies', () => {
  test.each([
    // Anna, who may hold four times as many, has one as Bert has, who was asked last.
    ['least_loaded', [0, 0, 0]],
    ['most_full', [1, 1, 1]],
    ['longest_idle', [0, 1, 0]],
    ['round_robin', [0, 1, 0]],
  ] as const)('QU-4 a queue that chooses by %s', async (strategy, order) => {
    const floor = await choosing('longest_idle')
    const anna = await floor.operator({ liveLimit: 16 })
    const bert = await floor.operator({ liveLimit: 4, isAway: true })
    expect(await nextOf(floor, anna)).toBe(0)
    await go(bert, 'available')
    expect(await nextOf(floor, anna, bert)).toBe(1)
    await shape(floor, { strategy })
    const got: number[] = []
    for (const _ of order) got.push(await nextOf(floor, anna, bert))
    expect(got).toEqual(order)
    expect((await rulesOf(floor)).slice(2)).toEqual(order.map(() => strategy))
  })

  test('QU-4 fewest today counts chats that were taken, and only since midnight', async () => {
    const floor = await choosing('fewest_today')
    const anna = await floor.operator({ liveLimit: 8 })
    const bert = await floor.operator({ liveLimit: 8, isAway: true })
    expect(await nextOf(floor, anna)).toBe(0)
    await anna.answer()
    expect(await nextOf(floor, anna)).toBe(0)
    await go(bert, 'available')
    // Anna has taken one, Bert none; now as many, and she has been idle for longer.
    expect(await nextOf(floor, anna, bert)).toBe(1)
    await bert.answer()
    expect(await nextOf(floor, anna, bert)).toBe(0)
    await house.db
      .updateTable('operators')
      .set({ takenOn: '2020-01-01' })
      .where('userId', '=', bert.userId)
      .execute()
    expect(await nextOf(floor, anna, bert)).toBe(1)
  })

  test('QU-4 no strategy but those that there are', async () => {
    const { admin, queue } = await furnish(house)
    for (const strategy of ['priority_tiers', '', null, 3])
      expect(
        await admin.try(queues.change, {
          params: { id: queue.id },
          body: { set: { strategy }, base: {} } as never,
        }),
      ).toMatchObject({ status: 400 })
  })
})

describe('levels', () => {
  test('QU-4 whoever is on an earlier level is asked first, and a level is changed on top of what was seen', async () => {
    const floor = await furnish(house)
    const anna = await floor.operator({ liveLimit: 8 })
    const bert = await floor.operator({ liveLimit: 8 })
    const { admin, queue } = floor
    const at = (userId: string) => ({ id: queue.id, userId })
    const set = (userId: string, tier: number, was: number) =>
      admin.try(queues.setTier, { params: at(userId), body: { tier, was } })
    expect(await set(anna.userId, 2, 1)).toMatchObject({ status: 200, body: { tier: 2 } })
    expect(await set(anna.userId, 2, 1)).toMatchObject({ status: 200, body: { tier: 2 } })
    expect(await set(anna.userId, 3, 1)).toMatchObject({
      status: 409,
      body: { error: { code: 'stale', field: 'tier' } },
    })
    expect((await admin.call(queues.members, { params: { id: queue.id } })).slice(0, 2)).toEqual([
      expect.objectContaining({ userId: bert.userId, tier: 1 }),
      expect.objectContaining({ userId: anna.userId, tier: 2 }),
    ])
    expect([await nextOf(floor, anna, bert), await nextOf(floor, anna, bert)]).toEqual([1, 1])
    for (const tier of [0, 10, 1.5]) expect((await set(anna.userId, tier, 2)).status).toBe(400)
    expect((await set(admin.userId, 2, 1)).status).toBe(404)
    expect(
      (await anna.try(queues.setTier, { params: at(bert.userId), body: { tier: 2, was: 1 } }))
        .status,
    ).toBe(403)
    const lines = await admin.call(audit.list, { query: {} })
    expect(lines.lines.filter(({ action }) => action === 'queue.set_tier')).toMatchObject([
      { changes: [{ field: 'tier', before: 1, after: 2 }] },
    ])
  })
})

describe.each(['manual_pick', 'ring_all'] as const)('by hand, %s', (strategy) => {
  test('QU-4 a chat is offered to nobody and goes to the first who takes it', async () => {
    const floor = await choosing(strategy)
    const anna = await floor.operator({ liveLimit: 1 })
    const bert = await floor.operator({ liveLimit: 1 })
    const visitor = await floor.visitor()
    const [{ id: first }, { id: second }] = [
      await visitor.ask(),
      await (await floor.visitor()).ask(),
    ]
    await breath()
    expect([...(await mineOf(anna)), ...(await mineOf(bert))]).toEqual([])
    const pick = (by: Operator, id: string) => by.try(routing.pick, { params: { id } })
    const both = await Promise.all([pick(anna, second), pick(bert, second)])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
    const [winner, other] = both[0]?.status === 200 ? [anna, bert] : [bert, anna]
    expect(both.find(({ status }) => status === 409)?.body).toMatchObject({
      error: { code: 'offer_gone' },
    })
    expect(await pick(winner, second)).toMatchObject({ status: 200, body: { state: 'active' } })
    expect(await pick(winner, first)).toMatchObject({ body: { error: { code: 'at_limit' } } })
    const place = { params: { id: floor.queue.id } }
    await other.call(queues.leave, place)
    expect(await pick(other, first)).toMatchObject({ body: { error: { code: 'not_joined' } } })
    await other.call(queues.join, place)
    await go(other, 'away')
    expect(await pick(other, first)).toMatchObject({ body: { error: { code: 'not_available' } } })
    await go(other, 'available')
    const stranger = await (await furnish(house)).operator()
    expect(await pick(stranger, first)).toMatchObject({ status: 404 })
    expect(await pick(other, first)).toMatchObject({ status: 200 })
    expect(await rulesOf(floor)).toEqual(['picked', 'picked'])
  })

  test('QU-4 a queue that offers again gives what waits within a second', async () => {
    const floor = await choosing(strategy)
    const anna = await floor.operator()
    const { id } = await (await floor.visitor()).ask()
    await shape(floor, { strategy: 'longest_idle' })
    expect((await anna.offered()).id).toBe(id)
  })
})
