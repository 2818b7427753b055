import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { visitors } from '#contract/visitors.ts'
import { hashToken } from '../../platform/tokens.ts'
import { furnish, newChat } from '../../testing/floor.ts'
import { openHouse } from '../../testing/house.ts'

const house = openHouse()

test('a widget learns how its site greets, and nothing more', async () => {
  const { site } = await furnish(house)
  const greeting = await house.anyone.call(visitors.greet, { params: { key: site.key } })
  expect(greeting).toEqual({
    name: 'Shop',
    colour: '#0b7285',
    language: 'en',
    welcome: null,
    anybodyOnline: false,
    closed: null,
    changesAt: null,
  })
  const unknown = await house.anyone.try(visitors.greet, { params: { key: 'a'.repeat(20) } })
  expect(unknown).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } })
})

test('WID-1 a visitor is known by a token of 256 bits, of which only the hash is kept', async () => {
  const floor = await furnish(house)
  const { token } = await floor.visitor()
  expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/)
  const kept = await house.db
    .selectFrom('visitors')
    .selectAll()
    .where('siteId', '=', floor.site.id)
    .execute()
  expect(kept).toHaveLength(1)
  expect(kept[0]?.tokenHash.equals(hashToken(token))).toBe(true)
  expect(JSON.stringify(kept)).not.toContain(token)
})

test('WID-1 a token that ran out, was never given or is none lets nobody in', async () => {
  const floor = await furnish(house)
  const visitor = await floor.visitor()
  expect(await visitor.call(visitors.chats)).toEqual([])
  await house.db
    .updateTable('visitors')
    .set({ expiresAt: new Date(Date.now() - 1000).toISOString() })
    .where('tokenHash', '=', hashToken(visitor.token))
    .execute()
  const others = [house.visitor('x'.repeat(43)), house.visitor('short'), house.anyone]
  for (const caller of [visitor, ...others])
    expect(await caller.try(visitors.chats)).toMatchObject({ status: 401 })
})

test('WID-1 whoever comes back stays known for another thirty days', async () => {
  const floor = await furnish(house)
  const visitor = await floor.visitor()
  const soon = new Date(Date.now() + 60_000).toISOString()
  const longAgo = new Date(Date.now() - 2 * 3_600_000).toISOString()
  const mine = hashToken(visitor.token)
  await house.db
    .updateTable('visitors')
    .set({ expiresAt: soon, lastSeenAt: longAgo })
    .where('tokenHash', '=', mine)
    .execute()
  await visitor.call(visitors.chats)
  const { expiresAt } = await house.db
    .selectFrom('visitors')
    .select('expiresAt')
    .where('tokenHash', '=', mine)
    .executeTakeFirstOrThrow()
  expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now() + 29 * 86_400_000)
})

test('QU-19 ten tries to ask at once are one chat with one message', async () => {
  const floor = await furnish(house)
  const visitor = await floor.visitor()
  const body = newChat()
  const visits = await Promise.all(
    Array.from({ length: 10 }, () => visitor.call(visitors.ask, { body })),
  )
  expect(new Set(visits.map((visit) => visit.id))).toEqual(new Set([body.id]))
  expect(visits[0]).toMatchObject({ state: 'waiting', place: 1, wait: null, anybodyOnline: false })
  expect(await visitor.call(visitors.messages, { params: { id: body.id } })).toMatchObject([
    { seq: 1 },
  ])
  expect(await visitor.call(visitors.chats)).toHaveLength(1)
})

describe('WID-7', () => {
  test('a visitor has three open chats at most', async () => {
    const floor = await furnish(house)
    const visitor = await floor.visitor()
    const visits = [await visitor.ask(), await visitor.ask(), await visitor.ask()]
    const fourth = await visitor.try(visitors.ask, { body: newChat() })
    expect(fourth).toMatchObject({ status: 409, body: { error: { code: 'too_many_open_chats' } } })
    await visitor.call(visitors.leave, { params: { id: visits[0]?.id ?? '' } })
    expect(await visitor.ask()).toMatchObject({ place: 3 })
  })

  test('six chats begun at once are three', async () => {
    const floor = await furnish(house)
    const visitor = await floor.visitor()
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => visitor.try(visitors.ask, { body: newChat() })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 409, 409, 409])
  })

  test('ten new chats an hour come from one address', async () => {
    const floor = await furnish(house)
    const people = await Promise.all(Array.from({ length: 4 }, () => floor.visitor()))
    const answers = []
    for (const visitor of people)
      for (let i = 0; i < 3; i++) answers.push(await visitor.try(visitors.ask, { body: newChat() }))
    expect(answers.map(({ status }) => status)).toEqual([...Array<number>(10).fill(200), 429, 429])
    const refused = answers[10]
    expect(refused?.body.error.code).toBe('too_many')
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(3_500)
  })

  test('a queue that is full or closed says so, and nothing is left behind', async () => {
    const floor = await furnish(house)
    const queue = house.db.updateTable('queues').where('id', '=', floor.queue.id)
    await queue.set({ maxWaiting: 1 }).execute()
    await (await floor.visitor()).ask()
    const visitor = await floor.visitor()
    const full = await visitor.try(visitors.ask, { body: newChat() })
    expect(full).toMatchObject({ status: 409, body: { error: { code: 'queue_full' } } })
    await queue.set({ isActive: false }).execute()
    const closed = await visitor.try(visitors.ask, { body: newChat() })
    expect(closed).toMatchObject({ status: 409, body: { error: { code: 'not_available' } } })
    expect(await visitor.call(visitors.chats)).toEqual([])
  })

  test('a visitor writes in bursts of six, not more', async () => {
    const floor = await furnish(house)
    const visitor = await floor.visitor()
    const { id } = await visitor.ask()
    const statuses = []
    for (let i = 0; i < 7; i++) {
      const body = { clientId: randomUUID(), body: `${i}` }
      statuses.push((await visitor.try(visitors.write, { params: { id }, body })).status)
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429])
  })
})

describe('WID-8', () => {
  test('a visitor reads and writes nothing of another', async () => {
    const floor = await furnish(house)
    const { id } = await (await floor.visitor()).ask()
    const other = await floor.visitor()
    const params = { id }
    const body = { clientId: randomUUID(), body: 'hello' }
    expect(await other.try(visitors.messages, { params })).toMatchObject({ status: 404 })
    expect(await other.try(visitors.write, { params, body })).toMatchObject({ status: 404 })
    expect(await other.try(visitors.leave, { params })).toMatchObject({ status: 404 })
    const stolen = await other.try(visitors.ask, { body: { ...body, id } })
    expect(stolen).toMatchObject({ status: 404 })
  })

  test('a chat that has ended can be read for a day, and no longer', async () => {
    const floor = await furnish(house)
    const visitor = await floor.visitor()
    const { id } = await visitor.ask()
    const params = { id }
    const left = await visitor.call(visitors.leave, { params })
    expect(left).toMatchObject({
      state: 'closed',
      place: null,
      wait: null,
      closedBecause: 'abandoned',
    })
    expect(await visitor.call(visitors.leave, { params })).toMatchObject({ state: 'closed' })
    expect(await visitor.call(visitors.messages, { params })).toHaveLength(1)
    const late = { clientId: randomUUID(), body: 'one more' }
    const answer = await visitor.try(visitors.write, { params, body: late })
    expect(answer).toMatchObject({ status: 409, body: { error: { code: 'chat_closed' } } })

    const closedAt = new Date(Date.now() - 24.1 * 3_600_000).toISOString()
    await house.db.updateTable('chats').set({ closedAt }).where('id', '=', id).execute()
    expect(await visitor.call(visitors.chats)).toEqual([])
    expect(await visitor.try(visitors.messages, { params })).toMatchObject({ status: 404 })
    expect(await visitor.try(visitors.write, { params, body: late })).toMatchObject({ status: 404 })
  })
})

describe('who answers', () => {
  test('is known by first name alone, then by the membership, then by the site', async () => {
    const floor = await furnish(house)
    const anna = await floor.operator({ firstName: 'Anna', lastName: 'Secretname' })
    const visitor = await floor.visitor()
    await visitor.ask()
    await anna.answer()
    const card = async () => (await visitor.call(visitors.chats))[0]?.operator
    expect(await card()).toEqual({ name: 'Anna', description: null, photo: null })

    const membership = house.db.updateTable('memberships').where('userId', '=', anna.userId)
    await membership.set({ displayName: 'Anna S.', description: 'Parcels' }).execute()
    expect(await card()).toEqual({ name: 'Anna S.', description: 'Parcels', photo: null })
    await membership.set({ alias: 'Robin' }).execute()
    expect(await card()).toMatchObject({ name: 'Robin' })
    const profile = {
      organisationId: floor.organisationId,
      siteId: floor.site.id,
      userId: anna.userId,
    }
    await house.db
      .insertInto('siteProfiles')
      .values({ ...profile, displayName: 'Shop Anna' })
      .execute()
    expect(await card()).toMatchObject({ name: 'Shop Anna', description: 'Parcels' })
    await house.db
      .updateTable('sites')
      .set({ showsOperatorCard: false })
      .where('id', '=', floor.site.id)
      .execute()
    expect(await card()).toBeNull()
    expect(JSON.stringify(await visitor.call(visitors.chats))).not.toContain('Secretname')
  })

  test('shows the photo only where it is to be shown', async () => {
    const floor = await furnish(house)
    const anna = await floor.operator()
    const { id: photoId } = await house.db
      .insertInto('photos')
      .values({ userId: anna.userId })
      .returning('id')
      .executeTakeFirstOrThrow()
    await house.db.updateTable('users').set({ photoId }).where('id', '=', anna.userId).execute()
    const visitor = await floor.visitor()
    await visitor.ask()
    await anna.answer()
    const photo = async () => (await visitor.call(visitors.chats))[0]?.operator?.photo
    expect(await photo()).toBe(`/files/photos/${photoId}/96`)
    const profile = {
      organisationId: floor.organisationId,
      siteId: floor.site.id,
      userId: anna.userId,
    }
    await house.db
      .insertInto('siteProfiles')
      .values({ ...profile, showsPhoto: false })
      .execute()
    expect(await photo()).toBeNull()
  })
})
