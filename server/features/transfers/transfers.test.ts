// Transfers through the doors, by several people at once and through two servers.
import { randomUUID } from 'node:crypto'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { audit } from '#contract/audit.ts'
import { presence } from '#contract/presence.ts'
import { routing } from '#contract/routing.ts'
import { scope } from '#contract/scopes.ts'
import { type NewTransfer, transfers } from '#contract/transfers.ts'
import { visitors } from '#contract/visitors.ts'
import { type Caller, caller } from '../../client/http.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { type Floor, type FloorVisitor, furnish, type Operator } from '../../testing/floor.ts'
import { aside, offerTo, to } from '../../testing/handing-floor.ts'
import { openHouse, type Person } from '../../testing/house.ts'
import { anonymise } from '../people/erase-queries.ts'
import { brokenLaws, NONE_BROKEN } from '../routing/laws.ts'

const house = openHouse()

/** A chat that Anna holds, and Bo, who serves nothing, with room for it. */
async function heldChat(floor: Floor) {
  const anna = await floor.operator({ firstName: 'Anna' })
  const visitor = await floor.visitor()
  const { id } = await visitor.ask('Where is my parcel?')
  await anna.answer()
  const bo = await aside(house, floor, 'Bo')
  return { anna, bo, visitor, id, params: { id } }
}

const codeOf = async (asked: Promise<{ status: number; body: unknown }>) => {
  const { status, body } = await asked
  return [status, (body as { error?: { code?: string } }).error?.code]
}

test('QU-12 is told to both, passed on with a word, taken; the visitor hears that somebody is asked, and then who', async () => {
  const floor = await furnish(house)
  const { anna, bo, visitor, id, params } = await heldChat(floor)
  const supervisor = await house.person({
    organisationId: floor.organisationId,
    role: 'supervisor',
  })
  const wall = await supervisor.live()
  await wall.watch(scope.floor(floor.organisationId))
  const widget = await visitor.live()
  await widget.watch(scope.visit(id))
  const boPage = await bo.live()
  await boPage.watch(scope.user(bo.userId))
  await anna.page.watch(scope.user(anna.userId))

  const targets = await anna.call(transfers.targets, { params })
  expect(targets.people.find(({ id: whose }) => whose === bo.userId)).toMatchObject({
    status: 'available',
    used: 0,
  })
  expect(targets.people.some(({ id: whose }) => whose === anna.userId)).toBe(false)
  expect(targets.queues).toMatchObject([{ name: 'Sales', waiting: 0, online: 0, free: 0 }])
  expect(targets).toMatchObject({ left: 5, mayAssign: false })

  const wish = to('operator', bo.userId, 'A refund, please')
  const begun = await anna.call(transfers.begin, { params, body: wish })
  expect(begun).toMatchObject({ fromName: expect.stringMatching(/^Anna/), outcome: null })
  expect(await anna.call(transfers.begin, { params, body: wish })).toEqual(begun)
  await boPage.until(() => boPage.replica.get('chat', id)?.offer)
  expect(boPage.replica.get('chat', id)).toMatchObject({
    operatorId: anna.userId,
    transfer: { note: 'A refund, please', byName: begun.byName },
  })
  expect(
    await codeOf(anna.try(transfers.begin, { params, body: to('queue', floor.queue.id) })),
  ).toEqual([409, 'transfer_under_way'])
  const own = { params: { id: begun.id } }
  expect(await codeOf(anna.try(transfers.decline, { ...own, body: {} }))).toEqual([
    404,
    'not_found',
  ])
  await bo.call(transfers.decline, { ...own, body: { reason: 'In a call' } })
  await anna.page.until(() => anna.page.replica.get('chat', id)?.transfer?.outcome === 'declined')
  expect(anna.page.replica.get('chat', id)).toMatchObject({
    operatorId: anna.userId,
    transfer: { endedById: bo.userId, reason: 'In a call' },
  })
  await boPage.until(() => boPage.replica.get('chat', id) === undefined)
  expect(await codeOf(anna.try(transfers.cancel, own))).toEqual([409, 'transfer_over'])

  await anna.call(transfers.begin, { params, body: to('operator', bo.userId) })
  const offer = await offerTo(bo)
  await widget.until(() => widget.replica.get('visit', id)?.isHandedOn)
  expect(widget.replica.get('visit', id)?.operator?.name).toBe('Anna')
  await bo.call(routing.accept, { params: { id: offer?.id ?? '' } })
  await widget.until(() => widget.replica.get('visit', id)?.operator?.name === 'Bo')
  expect(widget.replica.get('visit', id)).toMatchObject({ state: 'active', isHandedOn: false })
  expect(await anna.call(routing.mine)).toEqual([])
  expect((await anna.call(transfers.list, { params })).map(({ outcome }) => outcome)).toEqual([
    'declined',
    'taken',
  ])
  expect(await codeOf(anna.try(routing.close, { params }))).toEqual([404, 'not_found'])
  // No word of the note in anything that the visitor can ask for.
  const seen = [
    await visitor.call(visitors.messages, { params }),
    await visitor.call(visitors.chats),
  ]
  expect(JSON.stringify(seen)).not.toContain('refund')
  await expectSync(wall, supervisor, scope.floor(floor.organisationId))
  await expectSync(boPage, bo, scope.user(bo.userId))
})

test('QU-12 whoever neither holds a chat nor stands above it can do nothing with it', async () => {
  const floor = await furnish(house)
  const { anna, bo, params } = await heldChat(floor)
  const body = to('operator', bo.userId)
  for (const [door, input] of [
    [transfers.targets, { params }],
    [transfers.begin, { params, body }],
    [transfers.list, { params }],
  ] as const)
    expect((await bo.try(door as typeof transfers.begin, input as never)).status).toBe(404)
  const elsewhere = await furnish(house)
  const stranger = await aside(house, elsewhere, 'Cleo')
  const refused = async (kind: NewTransfer['to']['kind'], id: string) =>
    codeOf(anna.try(transfers.begin, { params, body: to(kind, id) }))
  expect(await refused('operator', stranger.userId)).toEqual([404, 'not_found'])
  expect(await refused('queue', elsewhere.queue.id)).toEqual([404, 'not_found'])
  await bo.call(presence.choose, { body: { availability: 'away' } })
  expect(await refused('operator', bo.userId)).toEqual([409, 'target_away'])
  expect(
    await codeOf(
      anna.try(transfers.begin, { params, body: to('queue', floor.queue.id, '\u0007') }),
    ),
  ).toEqual([400, 'invalid'])
  const { most } = await floor.admin.call(transfers.rules)
  const change = { body: { set: { most: 0 }, base: { most } } }
  expect((await anna.try(transfers.setRules, change)).status).toBe(403)
  await floor.admin.call(transfers.setRules, change)
  expect(await refused('queue', floor.queue.id)).toEqual([409, 'too_many_transfers'])
})

test('QU-12 somebody above gives a chat above the limit only by saying so, and the audit has it', async () => {
  const floor = await furnish(house)
  const { anna, bo, params } = await heldChat(floor)
  const supervisor = await house.person({
    organisationId: floor.organisationId,
    role: 'supervisor',
  })
  const full = await house.person({
    organisationId: floor.organisationId,
    role: 'agent',
    liveLimit: 0,
  })
  await full.live()
  const wish = { id: randomUUID(), userId: full.userId }
  expect((await anna.try(transfers.assign, { params, body: wish })).status).toBe(403)
  expect(await codeOf(supervisor.try(transfers.assign, { params, body: wish }))).toEqual([
    409,
    'at_limit',
  ])
  const body = { ...wish, overLimit: true, note: 'You know her' }
  const given = await supervisor.call(transfers.assign, { params, body })
  expect(given).toMatchObject({ outcome: 'assigned', fromId: anna.userId, byId: supervisor.userId })
  expect(await full.call(presence.mine)).toMatchObject({ live: { used: 1, limit: 0 } })
  expect(await full.call(routing.mine)).toMatchObject([
    { state: 'active', transfer: { note: 'You know her' } },
  ])
  const { lines } = await floor.admin.call(audit.list, { query: { action: 'chat.assign' } })
  expect(lines.flatMap(({ changes }) => changes ?? [])).toContainEqual({
    field: 'isOverLimit',
    before: null,
    after: true,
  })

  const waiting = await (await floor.visitor()).ask()
  await anna.offered()
  const moved = { params: { id: waiting.id }, body: { id: randomUUID(), queueId: floor.queue.id } }
  expect(await codeOf(supervisor.try(transfers.move, moved))).toEqual([409, 'wrong_status'])
  const direct = { params: { id: waiting.id }, body: { id: randomUUID(), userId: bo.userId } }
  await supervisor.call(transfers.assign, direct)
  expect(await bo.call(routing.mine)).toMatchObject([{ id: waiting.id, state: 'active' }])
  expect(await anna.call(routing.mine)).toEqual([])
})

describe('through two servers at once', () => {
  const ROUNDS = 3
  let floor: Floor
  let anna: Operator
  let bo: Person
  /** The same people, asking the other server. */
  let there: Map<string, Caller>

  beforeAll(async () => {
    const other = await house.another()
    floor = await furnish(house)
    anna = await floor.operator({ firstName: 'Anna', liveLimit: 10 })
    bo = await aside(house, floor, 'Bo')
    there = new Map(
      [anna, bo].map(({ userId, cookie }) => [userId, caller(() => other.url, { cookie })]),
    )
  })

  const through = (person: Person): Caller => {
    const found = there.get(person.userId)
    if (!found) throw new Error('they ask the first server alone')
    return found
  }

  async function handedChat(): Promise<{
    id: string
    visitor: FloorVisitor
    offerId: string
    transferId: string
  }> {
    const visitor = await floor.visitor()
    const { id } = await visitor.ask()
    await anna.answer()
    const body = to('operator', bo.userId)
    await anna.call(transfers.begin, { params: { id }, body })
    return { id, visitor, offerId: (await offerTo(bo))?.id ?? '', transferId: body.id }
  }

  async function settled(id: string): Promise<void> {
    for (const who of [anna, bo]) await who.try(routing.close, { params: { id } })
  }

  afterEach(async () => {
    expect(await brokenLaws(house.db)).toEqual(NONE_BROKEN)
  })

  test('QU-12 the sender closes it as the other takes it: one of them is in time', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { id, offerId } = await handedChat()
      const [closed, taken] = await Promise.all([
        anna.try(routing.close, { params: { id } }),
        through(bo).try(routing.accept, { params: { id: offerId } }),
      ])
      expect([closed.status === 200, taken.status === 200].filter(Boolean)).toHaveLength(1)
      expect((await bo.call(routing.mine)).length).toBe(taken.status === 200 ? 1 : 0)
      await settled(id)
    }
  })

  test('QU-12 it is handed on twice, and taken back as it is taken: it is with one of them', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const visitor = await floor.visitor()
      const { id } = await visitor.ask()
      await anna.answer()
      const wishes = [to('operator', bo.userId), to('queue', floor.queue.id)]
      const asked = await Promise.all(
        wishes.map((body, at) =>
          (at === 0 ? anna : through(anna)).try(transfers.begin, { params: { id }, body }),
        ),
      )
      expect(asked.map(({ status }) => status).toSorted()).toEqual([200, 409])
      const begun = wishes[asked.findIndex(({ status }) => status === 200)]
      const offer = (await bo.call(routing.mine)).find((chat) => chat.id === id)?.offer
      await Promise.all([
        anna.try(transfers.cancel, { params: { id: begun?.id ?? '' } }),
        ...(offer ? [through(bo).try(routing.accept, { params: { id: offer.id } })] : []),
      ])
      const holders = await Promise.all(
        [anna, bo].map(async (who) =>
          (await who.call(routing.mine)).filter((chat) => chat.id === id),
        ),
      )
      expect(holders.flat()).toMatchObject([{ state: 'active', offer: null }])
      await settled(id)
    }
  })

  test('QU-12 it is passed on as the visitor leaves: it is over, for all of them', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { id, visitor, transferId } = await handedChat()
      await Promise.all([
        visitor.call(visitors.leave, { params: { id } }),
        through(bo).try(transfers.decline, { params: { id: transferId }, body: {} }),
      ])
      for (const who of [anna, bo]) expect(await who.call(routing.mine)).toEqual([])
      await settled(id)
    }
  })
})

test('whoever is erased is nobody in how chats were handed on', async () => {
  const floor = await furnish(house)
  const { anna, bo, params } = await heldChat(floor)
  await anna.call(transfers.begin, { params, body: to('operator', bo.userId) })
  await bo.call(routing.accept, { params: { id: (await offerTo(bo))?.id ?? '' } })
  await anonymise(house.db, anna.userId, new Date().toISOString())
  expect(await bo.call(transfers.list, { params })).toMatchObject([
    { fromName: null, byName: null, endedByName: expect.stringMatching(/^Bo/) },
  ])
})
