import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { chats } from '#contract/chats.ts'
import { departments } from '#contract/departments.ts'
import { presence } from '#contract/presence.ts'
import { queues } from '#contract/queues.ts'
import { routing } from '#contract/routing.ts'
import { sites } from '#contract/sites.ts'
import { visitors } from '#contract/visitors.ts'
import { furnish, until } from '../../testing/floor.ts'
import { openHouse } from '../../testing/house.ts'

const house = openHouse()

test('QU-1 QU-3 IN-4 a visitor is offered to who is free, answered, and makes room for the next', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator({ firstName: 'Anna', liveLimit: 1 })
  const first = await floor.visitor()
  const visit = await first.ask('Where is my parcel?')
  const chat = await anna.answer()
  expect(chat).toMatchObject({
    id: visit.id,
    state: 'active',
    operatorId: anna.userId,
    offer: null,
  })

  const params = { id: chat.id }
  await anna.call(chats.write, { params, body: { clientId: randomUUID(), body: 'On its way.' } })
  await first.call(visitors.write, { params, body: { clientId: randomUUID(), body: 'Thanks!' } })
  const written = await anna.call(chats.messages, { params })
  expect(
    written.map(({ seq, author, authorName, body }) => [seq, author, authorName, body]),
  ).toEqual([
    [1, 'visitor', null, 'Where is my parcel?'],
    [2, 'operator', 'Anna', 'On its way.'],
    [3, 'visitor', null, 'Thanks!'],
  ])
  expect(await first.call(visitors.messages, { params })).toEqual(written)

  const second = await floor.visitor()
  const next = await second.ask('And mine?')
  expect(next).toMatchObject({ state: 'waiting', place: 1, anybodyOnline: true })
  expect(await anna.call(presence.mine)).toMatchObject({ live: { used: 1, limit: 1 } })

  await anna.call(routing.close, { params })
  expect(await anna.offered()).toMatchObject({ id: next.id })
  expect(await first.call(visitors.chats)).toMatchObject([{ id: visit.id, state: 'closed' }])
  expect(await anna.call(routing.close, { params })).toEqual({})
})

test('QU-7 a declined chat goes to another operator and keeps its place', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator()
  const visit = await (await floor.visitor()).ask()
  const { offer, enqueuedAt } = await anna.offered()
  const bert = await floor.operator()
  await anna.call(routing.decline, { params: { id: offer.id } })
  expect(await bert.offered()).toMatchObject({ id: visit.id, enqueuedAt })
  expect(await anna.call(routing.mine)).toEqual([])
  const late = await anna.try(routing.accept, { params: { id: offer.id } })
  expect(late).toMatchObject({ status: 409, body: { error: { code: 'offer_gone' } } })
})

test('QU-7 an offer that nobody answers goes on to another operator', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator()
  await (await floor.visitor()).ask()
  const { offer, id } = await anna.offered()
  const bert = await floor.operator()
  await house.db
    .updateTable('assignments')
    .set({ expiresAt: new Date(Date.now() - 1000).toISOString() })
    .where('id', '=', offer.id)
    .execute()
  expect(await bert.offered()).toMatchObject({ id })
  expect(await anna.call(presence.mine)).toMatchObject({ missed: 1, live: { used: 0 } })
})

test('IN-3 an offer is accepted once however often, and by nobody else', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator()
  const bert = await floor.operator({ isAway: true })
  await (await floor.visitor()).ask()
  const { offer, id } = await anna.offered()
  const stranger = await bert.try(routing.accept, { params: { id: offer.id } })
  expect(stranger).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } })
  const tabs = await Promise.all(
    Array.from({ length: 5 }, () => anna.call(routing.accept, { params: { id: offer.id } })),
  )
  for (const chat of tabs) expect(chat).toMatchObject({ id, state: 'active' })
  expect(await anna.call(presence.mine)).toMatchObject({ live: { used: 1 } })
})

test('QU-8 leaving a queue or going away passes on what rings, and keeps what is held', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator()
  await (await floor.visitor()).ask('first')
  const held = await anna.answer()
  await (await floor.visitor()).ask('second')
  const { id } = await anna.offered()
  const operator = await anna.call(presence.choose, {
    body: { availability: 'away', reason: 'Lunch' },
  })
  expect(operator).toMatchObject({ availability: 'away', reason: 'Lunch', live: { used: 1 } })
  expect((await anna.call(routing.mine)).map((chat) => chat.id)).toEqual([held.id])

  await anna.call(presence.choose, { body: { availability: 'available' } })
  expect(await anna.offered()).toMatchObject({ id })
  const left = await anna.call(queues.leave, { params: { id: floor.queue.id } })
  expect(left).toMatchObject({ isJoined: false, joinedAt: null })
  expect((await anna.call(routing.mine)).map((chat) => chat.id)).toEqual([held.id])
})

test('an operator joins only the queues they are assigned to', async () => {
  const floor = await furnish(house)
  const anna = await house.person({ organisationId: floor.organisationId, role: 'agent' })
  const params = { id: floor.queue.id }
  const before = await anna.try(queues.join, { params })
  expect(before).toMatchObject({ status: 409, body: { error: { code: 'not_assigned' } } })
  const place = { id: floor.queue.id, userId: anna.userId }
  await floor.admin.call(queues.assign, { params: place })
  expect(await anna.call(queues.join, { params })).toMatchObject({ isJoined: true })
  await floor.admin.call(queues.unassign, { params: place })
  expect(await anna.try(queues.join, { params })).toMatchObject({ status: 409 })
  expect(await anna.call(presence.mine)).toMatchObject({ joined: [] })
})

describe('a limit', () => {
  test('IN-1 that is raised brings what waits at once; lowered, it takes nothing away', async () => {
    const floor = await furnish(house)
    const anna = await floor.operator({ liveLimit: 1 })
    await (await floor.visitor()).ask('first')
    const first = await anna.answer()
    const second = await (await floor.visitor()).ask('second')
    const params = { id: anna.userId }
    const raised = await floor.admin.call(routing.setLimit, {
      params,
      body: { kind: 'live', limit: 2, version: 1 },
    })
    expect(raised).toEqual({ userId: anna.userId, kind: 'live', limit: 2, version: 2 })
    expect(await anna.answer()).toMatchObject({ id: second.id })
    await floor.admin.call(routing.setLimit, {
      params,
      body: { kind: 'live', limit: 0, version: 2 },
    })
    await (await floor.visitor()).ask('third')
    await anna.call(routing.close, { params: { id: first.id } })
    expect(await anna.call(presence.mine)).toMatchObject({ live: { used: 1, limit: 0 } })
    expect((await anna.call(routing.mine)).map((chat) => chat.id)).toEqual([second.id])
  })

  test('IN-10 that somebody else has set meanwhile is not overwritten: it is said what stands', async () => {
    const floor = await furnish(house)
    const anna = await floor.operator()
    const params = { id: anna.userId }
    await floor.admin.call(routing.setLimit, {
      params,
      body: { kind: 'live', limit: 5, version: 1 },
    })
    const boss = await house.person({ organisationId: floor.organisationId, role: 'supervisor' })
    const answer = await boss.try(routing.setLimit, {
      params,
      body: { kind: 'live', limit: 7, version: 1 },
    })
    expect(answer).toMatchObject({
      status: 409,
      body: { error: { code: 'stale', field: 'limit', theirs: { value: 5, version: 2 } } },
    })
    expect(answer.body.error.theirs?.by).toMatch(/^Ada Verbeek/)
    expect(await anna.call(presence.mine)).toMatchObject({ live: { limit: 5, own: 5, version: 2 } })
  })

  test.each([-1, 101, 1e9, 3.5, '3', null, [3], {}, true])('of %j is refused', async (limit) => {
    const floor = await furnish(house)
    const anna = await house.person({ organisationId: floor.organisationId, role: 'agent' })
    const answer = await floor.admin.try(routing.setLimit, {
      params: { id: anna.userId },
      body: { kind: 'live', limit, version: 1 },
    })
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid' } } })
  })

  test('is set by nobody without the permission there', async () => {
    const { organisationId } = await furnish(house)
    const north = await house.account(organisationId, 'North')
    const south = await house.account(organisationId, 'South')
    const anna = await house.person({ organisationId, accountId: north, role: 'agent' })
    const body = { kind: 'live', limit: 5, version: 1 } as const
    const params = { id: anna.userId }
    const ofNorth = await house.person({ organisationId, accountId: north, role: 'supervisor' })
    const ofSouth = await house.person({ organisationId, accountId: south, role: 'supervisor' })
    expect(await anna.try(routing.setLimit, { params, body })).toMatchObject({ status: 403 })
    expect(await ofSouth.try(routing.setLimit, { params, body })).toMatchObject({ status: 404 })
    expect(await ofNorth.try(routing.setLimit, { params, body })).toMatchObject({ status: 200 })
  })
})

test('IN-11 what is of another organisation does not exist, through any door', async () => {
  const theirs = await furnish(house)
  const ours = await furnish(house)
  const anna = await theirs.operator()
  await (await theirs.visitor()).ask()
  const { offer, id } = await anna.offered()
  const mine = await ours.operator()
  const params = { id }
  const message = { clientId: randomUUID(), body: 'hello' }
  const place = { id: theirs.queue.id, userId: mine.userId }
  const own = { ...theirs.queue, name: 'Ours' }
  const { accountId, name, kind, offerSeconds, targetSeconds } = own
  const site = { accountId, name, allowedOrigins: [], colour: '#000000', language: 'en' }
  const answers = [
    await mine.try(routing.accept, { params: { id: offer.id } }),
    await mine.try(routing.decline, { params: { id: offer.id } }),
    await mine.try(routing.close, { params }),
    await mine.try(chats.messages, { params }),
    await mine.try(chats.write, { params, body: message }),
    await mine.try(queues.join, { params: { id: theirs.queue.id } }),
    await mine.try(queues.leave, { params: { id: theirs.queue.id } }),
    await ours.admin.try(chats.messages, { params }),
    await ours.admin.try(queues.assign, { params: place }),
    await ours.admin.try(queues.unassign, { params: { ...place, userId: anna.userId } }),
    await ours.admin.try(queues.assign, { params: { id: ours.queue.id, userId: anna.userId } }),
    await ours.admin.try(routing.setLimit, {
      params: { id: anna.userId },
      body: { kind: 'live', limit: 1, version: 1 },
    }),
    await ours.admin.try(departments.create, { body: { accountId, name } }),
    await ours.admin.try(queues.create, {
      body: { accountId, name, kind, offerSeconds, targetSeconds },
    }),
    await ours.admin.try(sites.create, { body: { ...site, queueId: theirs.queue.id } }),
    await ours.admin.try(sites.create, {
      body: { ...site, accountId: ours.organisationId, queueId: theirs.queue.id },
    }),
    await (await ours.visitor()).try(visitors.messages, { params }),
    await (await ours.visitor()).try(visitors.write, { params, body: message }),
    await (await ours.visitor()).try(visitors.leave, { params }),
    await (await ours.visitor()).try(visitors.ask, { body: { id, ...message } }),
  ]
  for (const [i, { status, body }] of answers.entries())
    expect([i, status, body.error.code, body.error.message]).toEqual([
      i,
      404,
      'not_found',
      'not_found',
    ])
  expect((await anna.offered()).offer.id).toBe(offer.id)
})

test('IN-7 a chat that rings where nobody sees it goes on at once', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator()
  await (await floor.visitor()).ask()
  const { id } = await anna.offered()
  const bert = await floor.operator()
  anna.page.close()
  expect(await bert.offered()).toMatchObject({ id })
  const operator = await until(async () => {
    const now = await anna.call(presence.mine)
    return now.connection === 'reconnecting' ? now : undefined
  })
  expect(operator).toMatchObject({ availability: 'available', live: { used: 0 } })
})
