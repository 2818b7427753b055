// What comes after a chat: time to finish, in which nothing new comes, or in which a slot is taken.
import { expect, test } from 'vitest'
import { presence } from '#contract/presence.ts'
import { type QueueChanges, queues } from '#contract/queues.ts'
import { routing } from '#contract/routing.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { type Floor, furnish, type Operator, until } from '../../testing/floor.ts'
import { openHouse } from '../../testing/house.ts'
import { breath, mineOf } from '../../testing/records.ts'

const house = openHouse()

async function wrapping(set: QueueChanges['set']): Promise<Floor> {
  const floor = await furnish(house)
  const { id, versions: base } = floor.queue
  await floor.admin.call(queues.change, { params: { id }, body: { set, base } })
  return floor
}

/** Has a chat and ends it. */
async function serve(floor: Floor, operator: Operator): Promise<void> {
  await (await floor.visitor()).ask()
  const { id } = await operator.answer()
  await operator.call(routing.close, { params: { id } })
}

const rowOf = (operator: Operator) => operator.call(presence.mine)

test('QU-16 after a chat nothing new comes until the operator is done', async () => {
  const floor = await wrapping({ wrapUpSeconds: 600 })
  const anna = await floor.operator({ liveLimit: 3 })
  await serve(floor, anna)
  const { wrapUp, live } = await rowOf(anna)
  expect({ isPaused: wrapUp?.isPaused, used: live.used }).toEqual({ isPaused: true, used: 0 })
  const left = Date.parse(wrapUp?.until ?? '') - Date.now()
  expect(left > 590_000 && left <= 600_000).toBe(true)
  const { id } = await (await floor.visitor()).ask()
  await breath()
  expect(await mineOf(anna)).toEqual([])
  expect(await anna.call(presence.wrapUp)).toMatchObject({ wrapUp: null })
  expect((await anna.offered()).id).toBe(id)
  expect(await anna.call(presence.wrapUp)).toMatchObject({ wrapUp: null })
})

test('QU-16 a wrap-up that takes a slot leaves the others free, and its own until it is over', async () => {
  const floor = await wrapping({ wrapUpSeconds: 600, wrapUpTakesSlot: true })
  const anna = await floor.operator({ liveLimit: 2 })
  await serve(floor, anna)
  expect(await rowOf(anna)).toMatchObject({ wrapUp: { isPaused: false }, live: { used: 1 } })
  await (await floor.visitor()).ask()
  await anna.answer()
  const { id } = await (await floor.visitor()).ask()
  await breath()
  expect(await mineOf(anna)).toHaveLength(1)
  // Over for whichever server looks first, even if the one that took the chat is gone.
  const other = await house.another()
  await house.db
    .updateTable('assignments')
    .set({ wrapsUntil: new Date(Date.now() - 1_000).toISOString() })
    .where('userId', '=', anna.userId)
    .where('wrapsUntil', 'is not', null)
    .execute()
  await until(async () => ((await mineOf(anna)).includes(id) ? true : undefined))
  expect(await rowOf(anna)).toMatchObject({ wrapUp: null, live: { used: 2 } })
  await other.close()
})

test('QU-16 a slot that is wrapped up is kept above a lowered limit as any other, and is given back', async () => {
  const floor = await wrapping({ wrapUpSeconds: 600, wrapUpTakesSlot: true })
  const anna = await floor.operator({ liveLimit: 2 })
  await (await floor.visitor()).ask()
  await anna.answer()
  await (await floor.visitor()).ask()
  const { id } = await anna.answer()
  const body = { kind: 'live', limit: 1, version: 1 } as const
  await floor.admin.call(routing.setLimit, { params: { id: anna.userId }, body })
  await anna.call(routing.close, { params: { id } })
  expect(await rowOf(anna)).toMatchObject({ live: { used: 2, limit: 1 } })
  expect(await anna.call(presence.wrapUp)).toMatchObject({ live: { used: 1, limit: 1 } })
})

test('QU-16 nobody else hears less: the Wall shows who wraps up and until when', async () => {
  const floor = await wrapping({ wrapUpSeconds: 2 })
  const anna = await floor.operator()
  const wall = await floor.admin.live()
  const scope = `floor:${floor.organisationId}`
  await wall.watch(scope)
  await serve(floor, anna)
  const heard = () => until(async () => (await rowOf(anna)).wrapUp === null || undefined, 5_000)
  expect((await rowOf(anna)).wrapUp).not.toBeNull()
  await expectSync(wall, floor.admin, scope)
  await heard()
  await expectSync(wall, floor.admin, scope)
})
