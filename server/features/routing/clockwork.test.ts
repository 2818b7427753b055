import { expect, test } from 'vitest'
import type { Operator as Row } from '#contract/presence.ts'
import { presence } from '#contract/presence.ts'
import { session } from '#contract/session.ts'
import { furnish, type Operator, until } from '../../testing/floor.ts'
import { openHouse } from '../../testing/house.ts'

const house = openHouse()

function becomes(operator: Operator, connection: Row['connection'], ms = 5_000): Promise<Row> {
  return until(async () => {
    const row = await operator.call(presence.mine)
    return row.connection === connection ? row : undefined
  }, ms)
}

function cut({ page }: Operator): Promise<void> {
  return new Promise((resolve) => page.socket.once('disconnect', () => resolve()))
}

test('IN-7 a server that lost its lease cuts its sockets; they come back and nothing else changes', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator()
  const isCut = cut(anna)
  await house.db
    .updateTable('nodes')
    .set({ leaseUntil: new Date(Date.now() - 1000).toISOString() })
    .execute()
  await isCut
  expect(await becomes(anna, 'reconnecting')).toMatchObject({ availability: 'available' })
  const page = await until(() => anna.live().catch(() => undefined))
  expect(await becomes(anna, 'connected')).toMatchObject({ availability: 'available' })
  await (await floor.visitor()).ask()
  expect((await anna.answer()).operatorId).toBe(anna.userId)
  page.close()
})

test('IN-7 after the grace an operator is not connected, and what they held waits again', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator()
  const visit = await (await floor.visitor()).ask()
  await anna.answer()
  anna.page.close()
  expect(await becomes(anna, 'reconnecting')).toMatchObject({ live: { used: 1 } })
  await house.db
    .updateTable('operators')
    .set({ graceUntil: new Date(Date.now() - 1000).toISOString() })
    .where('userId', '=', anna.userId)
    .execute()
  const gone = await becomes(anna, 'disconnected', 2_000)
  expect(gone).toMatchObject({ availability: 'available', live: { used: 0 } })
  const bert = await floor.operator()
  expect(await bert.offered()).toMatchObject({ id: visit.id })
})

test('whoever signs out is gone at once', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator()
  await becomes(anna, 'connected')
  const isCut = cut(anna)
  await anna.call(session.signOut)
  await isCut
  const row = await until(async () => {
    const now = await house.db
      .selectFrom('operators')
      .select(['isPresent', 'graceUntil'])
      .where('userId', '=', anna.userId)
      .executeTakeFirst()
    return now?.isPresent === false && now.graceUntil === null ? now : undefined
  }, 2_000)
  expect(row).toEqual({ isPresent: false, graceUntil: null })
})

test('IN-4 a pair that nobody brought together is found within a second', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator({ isAway: true })
  const visit = await (await floor.visitor()).ask()
  // As after a crash between a commit and the match that should have followed it.
  await house.db
    .updateTable('operators')
    .set({ availability: 'available' })
    .where('userId', '=', anna.userId)
    .execute()
  const asked = performance.now()
  expect(await anna.offered()).toMatchObject({ id: visit.id })
  expect(performance.now() - asked).toBeLessThan(2_000)
})

test('a server that stops in good order hands its operators on at once', async () => {
  const floor = await furnish(house)
  const bert = await floor.operator()
  await (await floor.visitor()).ask()
  const { id } = await bert.offered()
  bert.page.close()
  await becomes(bert, 'reconnecting')
  const other = await house.another()
  const anna = await floor.operator()
  expect(await anna.offered()).toMatchObject({ id })
  await other.close()
  const nodes = await house.db
    .selectFrom('nodes')
    .select(['name', 'leaseUntil'])
    .where('name', '!=', 'node-1')
    .execute()
  expect(nodes).toHaveLength(1)
  expect(Date.parse(nodes[0]?.leaseUntil ?? '')).toBeLessThanOrEqual(Date.now() + 1_000)
})
