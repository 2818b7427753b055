import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { departments } from '#contract/departments.ts'
import { presence } from '#contract/presence.ts'
import { queues } from '#contract/queues.ts'
import { routing } from '#contract/routing.ts'
import { scope } from '#contract/scopes.ts'
import { sites } from '#contract/sites.ts'
import { visitors } from '#contract/visitors.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { furnish } from '../../testing/floor.ts'
import { openHouse } from '../../testing/house.ts'

const house = openHouse()

test('IN-8 after everything that happens on a floor, every page shows what a fresh one would', async () => {
  const floor = await furnish(house)
  const { admin, organisationId, queue } = floor
  const anna = await floor.operator({ liveLimit: 1 })
  const wall = await admin.live()
  await wall.watch(scope.floor(organisationId), scope.setup(organisationId))
  await anna.page.watch(scope.user(anna.userId), scope.queue(queue.id))
  const inSync = async () => {
    await expectSync(wall, admin, scope.floor(organisationId), scope.setup(organisationId))
    await expectSync(anna.page, anna, scope.user(anna.userId), scope.queue(queue.id))
  }
  await inSync()

  const visitor = await floor.visitor()
  await visitor.ask()
  const chat = await anna.answer()
  const waiting = await (await floor.visitor()).ask()
  await inSync()
  await anna.call(presence.choose, { body: { availability: 'busy', reason: 'Meeting' } })
  await admin.call(routing.setLimit, {
    params: { id: anna.userId },
    body: { kind: 'live', limit: 4, version: 1 },
  })
  await inSync()
  await anna.call(presence.choose, { body: { availability: 'available' } })
  expect(await anna.answer()).toMatchObject({ id: waiting.id })
  await inSync()
  await anna.call(routing.close, { params: { id: chat.id } })
  await visitor.ask()
  await inSync()

  const bert = await floor.operator()
  await bert.call(queues.leave, { params: { id: queue.id } })
  await admin.call(queues.unassign, { params: { id: queue.id, userId: bert.userId } })
  await inSync()
  const body = { accountId: organisationId, name: 'Returns' }
  await admin.call(departments.create, { body })
  const returns = await admin.call(queues.create, {
    body: { ...body, kind: 'deferred', offerSeconds: 30, targetSeconds: 600 },
  })
  await admin.call(sites.create, {
    body: { ...body, queueId: returns.id, allowedOrigins: [], colour: '#111111', language: 'nl' },
  })
  await inSync()
  bert.page.close()
  const seen = () => wall.replica.get('operator', bert.userId)
  await wall.until(() => seen()?.connection === 'reconnecting')
  expect(seen()).toMatchObject({ joined: [] })
  await inSync()
})

test('a visitor who leaves is gone from the wall and from the desk that rang', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator()
  const visitor = await floor.visitor()
  const { id } = await visitor.ask()
  await anna.page.watch(scope.user(anna.userId))
  await anna.page.until((replica) => replica.get('chat', id)?.state === 'offered')
  await visitor.call(visitors.leave, { params: { id } })
  await anna.page.until((replica) => replica.get('chat', id) === undefined, 1_000)
  await expectSync(anna.page, anna, scope.user(anna.userId))
})

test('IN-11 a scope of another organisation has no snapshot', async () => {
  const floor = await furnish(house)
  const { admin } = await furnish(house)
  for (const s of [
    scope.floor(floor.organisationId),
    scope.setup(floor.organisationId),
    scope.queue(floor.queue.id),
    scope.user(floor.admin.userId),
    scope.floor(randomUUID()),
  ])
    await expect(admin.snapshot(s)).rejects.toThrow(/404/)
})
