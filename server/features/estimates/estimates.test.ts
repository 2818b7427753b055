import { expect, test } from 'vitest'
import { estimates as api } from '#contract/estimates.ts'
import { routing } from '#contract/routing.ts'
import { scope } from '#contract/scopes.ts'
import { visitors } from '#contract/visitors.ts'
import { furnish, until } from '../../testing/floor.ts'
import { openHouse } from '../../testing/house.ts'
import { count, keepTold } from './queries.ts'

const house = openHouse()

test('MS-8 what visitors are told is held against what becomes of it, by the day and the queue', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator({ liveLimit: 1 })
  const first = await (await floor.visitor()).ask()
  await anna.answer()
  const held = [first.id]
  const told = (chatId: string) =>
    house.db.selectFrom('toldWaits').selectAll().where('chatId', '=', chatId).executeTakeFirst()
  const waits = async () => {
    const visitor = await floor.visitor()
    const { id } = await visitor.ask()
    const page = await visitor.live()
    await page.watch(scope.visit(id))
    const wait = await page.until(() => page.replica.get('visit', id)?.wait, 2_500)
    const kept = await until(() => told(id))
    expect([kept.firstFrom, kept.firstTo]).toEqual([wait.fromSeconds, wait.toSeconds])
    return { visitor, id, page, kept }
  }
  const answerNext = async () => {
    await anna.call(routing.close, { params: { id: held.at(-1) ?? '' } })
    held.push((await anna.answer()).id)
    await count(house.db)
  }

  const tellThat = (chatId: string, range: object) =>
    house.db.updateTable('toldWaits').set(range).where('chatId', '=', chatId).execute()

  const comesTrue = await waits()
  await tellThat(comesTrue.id, { firstFrom: 0 })
  await answerNext()
  const today = () => floor.admin.call(api.today)
  const lastOnes = (await today())[0]?.withinLast ?? 0
  expect(await today()).toEqual([
    { queueId: floor.queue.id, told: 1, within: 1, withinLast: expect.any(Number) },
  ])
  expect(await told(comesTrue.id)).toBeUndefined()

  // Told once more: the first stays the first.
  const doesNot = await (await floor.visitor()).ask()
  const at = { organisationId: floor.organisationId, queueId: floor.queue.id, chatId: doesNot.id }
  await keepTold(house.db, [{ ...at, from: 5_000, to: 6_000 }])
  await keepTold(house.db, [{ ...at, from: 0, to: 600 }])
  await answerNext()
  expect(await today()).toMatchObject([{ told: 2, within: 1, withinLast: lastOnes + 1 }])

  const leaves = await waits()
  await leaves.visitor.call(visitors.leave, { params: { id: leaves.id } })
  await count(house.db)
  expect(await told(leaves.id)).toBeUndefined()
  expect(await today()).toMatchObject([{ told: 2 }])
  expect(await (await furnish(house)).admin.call(api.today)).toEqual([])
  for (const { page } of [comesTrue, leaves]) page.close()
})
