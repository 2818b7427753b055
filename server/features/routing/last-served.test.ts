// A visitor who comes back waits a little for whoever served them last.
import { expect, test } from 'vitest'
import { queues } from '#contract/queues.ts'
import { type Floor, furnish, until } from '../../testing/floor.ts'
import { openHouse } from '../../testing/house.ts'
import { breath, go, mineOf } from '../../testing/records.ts'

const house = openHouse()

/** The chat found somebody, or somebody with room found it: whoever looked first. */
const FOUND: unknown = expect.stringMatching(/^longest_(idle|waiting)$/)

async function waiting(affinitySeconds: number): Promise<Floor> {
  const floor = await furnish(house)
  const { id, versions: base } = floor.queue
  await floor.admin.call(queues.change, {
    params: { id },
    body: { set: { affinitySeconds }, base },
  })
  return floor
}

async function rulesOf(chatId: string): Promise<unknown[]> {
  const rows = await house.db
    .selectFrom('eventLog')
    .select('because')
    .where('kind', '=', 'chat')
    .where('entityId', '=', chatId)
    .orderBy('seq')
    .execute()
  return rows.map(({ because }) => (because as { rule?: string } | null)?.rule ?? null)
}

test('QU-4 whoever served a visitor last has their next chat, though another has been idle for longer', async () => {
  const floor = await waiting(600)
  const anna = await floor.operator({ liveLimit: 2 })
  const visitor = await floor.visitor()
  await visitor.ask()
  await anna.answer()
  const bert = await floor.operator({ liveLimit: 2 })
  const { id } = await visitor.ask()
  expect(await mineOf(anna)).toContain(id)
  expect(await rulesOf(id)).toEqual([null, 'last_served'])
  // She has no room for one more: it waits for her, while Bert gets what comes to anybody.
  await anna.answer()
  const { id: third } = await visitor.ask()
  const { id: stranger } = await (await floor.visitor()).ask()
  await breath()
  expect(await mineOf(bert)).toEqual([stranger])
  // Once she has gone nobody need wait for her.
  await go(anna, 'away')
  await until(async () => ((await mineOf(bert)).includes(third) ? true : undefined))
  expect(await rulesOf(third)).toEqual([null, 'hold_over', FOUND])
})

test('QU-4 no longer than the queue says, and for nobody who is not there', async () => {
  const floor = await waiting(1)
  const anna = await floor.operator({ liveLimit: 1 })
  const visitor = await floor.visitor()
  await visitor.ask()
  await anna.answer()
  const bert = await floor.operator({ liveLimit: 2 })
  const { id } = await visitor.ask()
  expect(await mineOf(bert)).toEqual([])
  await until(async () => ((await mineOf(bert)).includes(id) ? true : undefined))
  expect(await rulesOf(id)).toEqual([null, 'hold_over', FOUND])
  await go(anna, 'away')
  const { id: next } = await visitor.ask()
  expect(await mineOf(bert)).toContain(next)
})
