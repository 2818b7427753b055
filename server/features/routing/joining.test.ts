// Joining a queue for a while: an operator helps out, and leaves without having to think of it.
import { expect, test } from 'vitest'
import { presence } from '#contract/presence.ts'
import { JOIN_MINUTES_MAX, type QueueMember, queues } from '#contract/queues.ts'
import { scope } from '#contract/scopes.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { type Floor, furnish, type Operator, until } from '../../testing/floor.ts'
import { openHouse } from '../../testing/house.ts'
import { act } from '../../testing/lifecycle.ts'
import { breath, mineOf } from '../../testing/records.ts'

const house = openHouse()

const MINUTE_MS = 60_000

const joinFor = (who: Operator, id: string, minutes: number) =>
  who.call(queues.joinFor, { params: { id }, body: { minutes } })

/** The time of whoever joined for a while is over now. */
async function letItEnd({ userId }: Operator): Promise<void> {
  await house.db
    .updateTable('queueMembers')
    .set({ optedInUntil: new Date(Date.now() - 1_000).toISOString() })
    .where('userId', '=', userId)
    .where('optedInUntil', 'is not', null)
    .execute()
}

const placeOf = ({ page, userId }: Operator): QueueMember | undefined =>
  page.replica.all('queue_member').find((one) => one.userId === userId)

test('QU-8 whoever joins for a while leaves by themselves: what rings goes on, what is held is kept', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator({ liveLimit: 2 })
  await anna.page.watch(scope.user(anna.userId))
  const { joinedUntil, joinedAt, ...place } = await joinFor(anna, floor.queue.id, 30)
  expect(place).toMatchObject({ isJoined: true, pausedBy: null })
  const left = Date.parse(joinedUntil ?? '') - Date.now()
  expect(left > 29 * MINUTE_MS && left <= 30 * MINUTE_MS).toBe(true)
  expect(Date.parse(joinedAt ?? '')).toBeLessThan(Date.now() + 1)

  await (await floor.visitor()).ask()
  const held = await anna.answer()
  const { id: rings } = await (await floor.visitor()).ask()
  expect((await anna.offered()).id).toBe(rings)
  const bert = await floor.operator()
  await letItEnd(anna)
  expect((await bert.offered()).id).toBe(rings)
  const over = await until(async () =>
    placeOf(anna)?.isJoined === false ? placeOf(anna) : undefined,
  )
  expect(over).toMatchObject({ joinedUntil: null, joinedAt: null })
  expect(await mineOf(anna)).toEqual([held.id])
  expect(await anna.call(presence.mine)).toMatchObject({ availability: 'available', joined: [] })
  await expectSync(anna.page, anna, scope.user(anna.userId))
})

test('QU-8 joining again counts from then on, and for good takes the end away', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator()
  const before = await anna.call(queues.join, { params: { id: floor.queue.id } })
  const half = await joinFor(anna, floor.queue.id, 30)
  const long = await joinFor(anna, floor.queue.id, 120)
  const gained = Date.parse(long.joinedUntil ?? '') - Date.parse(half.joinedUntil ?? '')
  expect(gained).toBeGreaterThanOrEqual(90 * MINUTE_MS)
  // Whoever serves it already goes on doing so: since when does not change.
  expect(long.joinedAt).toBe(before.joinedAt)
  const stays = await anna.call(queues.join, { params: { id: floor.queue.id } })
  expect(stays).toMatchObject({ isJoined: true, joinedUntil: null, joinedAt: before.joinedAt })
  await letItEnd(anna)
  await breath()
  const { id } = await (await floor.visitor()).ask()
  expect((await anna.offered()).id).toBe(id)
})

test('QU-8 a time that is none, and a queue that is not one’s own, are refused and change nothing', async () => {
  const floor = await furnish(house)
  const theirs = await furnish(house)
  const anna = await floor.operator()
  const params = { id: floor.queue.id }
  for (const minutes of [0, -5, 1.5, JOIN_MINUTES_MAX + 1]) {
    expect(await anna.try(queues.joinFor, { params, body: { minutes } })).toMatchObject({
      status: 400,
    })
  }
  const abroad = { params: { id: theirs.queue.id }, body: { minutes: 30 } }
  expect(await anna.try(queues.joinFor, abroad)).toMatchObject({ status: 404 })
  const other = await floor.admin.call(queues.create, {
    body: {
      ...{ accountId: floor.organisationId, name: 'Support', kind: 'live' },
      ...{ offerSeconds: 20, targetSeconds: 60 },
    },
  })
  const unassigned = { params: { id: other.id }, body: { minutes: 30 } }
  expect(await anna.try(queues.joinFor, unassigned)).toMatchObject({ status: 409 })
  expect(await anna.call(queues.join, { params })).toMatchObject({ joinedUntil: null })
})

test('QU-8 a time that is over while somebody is blocked is over when they come back; one that is not goes on', async () => {
  const floor = await furnish(house)
  const [anna, bert] = [await floor.operator(), await floor.operator()]
  for (const one of [anna, bert]) await joinFor(one, floor.queue.id, 30)
  const before = await placeAt(floor, bert)
  for (const one of [anna, bert]) await act(floor.admin, 'block', one)
  await letItEnd(anna)
  for (const one of [anna, bert]) await act(floor.admin, 'unblock', one)
  expect(await placeAt(floor, anna)).toMatchObject({
    ...{ isJoined: false, joinedAt: null, joinedUntil: null },
  })
  expect(await placeAt(floor, bert)).toEqual(before)
  expect(before).toMatchObject({ isJoined: true, joinedUntil: expect.any(String) })
})

async function placeAt({ admin, queue, organisationId }: Floor, { userId }: Operator) {
  const { r: rows } = await admin.snapshot(scope.floor(organisationId))
  return rows.find(([kind, id]) => kind === 'queue_member' && id === `${queue.id}:${userId}`)?.[3]
}
