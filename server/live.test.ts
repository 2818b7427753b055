// The live layer through its doors: told rows are true rows, on every server, to those who may see
// them and to nobody else.
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { io } from 'socket.io-client'
import { describe, expect, test } from 'vitest'
import { departments } from '#contract/departments.ts'
import { presence } from '#contract/presence.ts'
import { queues } from '#contract/queues.ts'
import { routing } from '#contract/routing.ts'
import { scope } from '#contract/scopes.ts'
import { session } from '#contract/session.ts'
import { sites } from '#contract/sites.ts'
import { visitors } from '#contract/visitors.ts'
import { openLiveClient } from './client/live.ts'
import { expectSync } from './testing/expect-sync.ts'
import { openHouse, type Person } from './testing/house.ts'

const house = openHouse()

interface Scene {
  organisationId: string
  admin: Person
  agent: Person
  queueId: string
  siteKey: string
}

async function scene(): Promise<Scene> {
  const { id: organisationId } = await house.organisation()
  const admin = await house.person({ organisationId, role: 'administrator', firstName: 'Hanna' })
  const agent = await house.person({ organisationId, role: 'agent', firstName: 'Bo' })
  const accountId = organisationId
  const queue = await admin.call(queues.create, {
    body: { accountId, name: 'Service', kind: 'live', offerSeconds: 20, targetSeconds: 60 },
  })
  await admin.call(queues.assign, { params: { id: queue.id, userId: agent.userId } })
  const site = await admin.call(sites.create, {
    body: {
      accountId,
      queueId: queue.id,
      name: 'Shop',
      allowedOrigins: [],
      colour: '#0b7285',
      language: 'en',
    },
  })
  return { organisationId, admin, agent, queueId: queue.id, siteKey: site.key }
}

async function ask(siteKey: string) {
  const { token } = await house.anyone.call(visitors.begin, { body: { siteKey } })
  const visitor = house.visitor(token)
  const body = { id: randomUUID(), clientId: randomUUID(), body: 'Hello?' }
  await visitor.call(visitors.ask, { body })
  return { visitor, chatId: body.id, token }
}

/** A scene whose operator holds a visitor's chat. */
async function heldChat() {
  const { agent, queueId, siteKey, ...rest } = await scene()
  const desk = await agent.live()
  await desk.watch(scope.user(agent.userId))
  await agent.call(queues.join, { params: { id: queueId } })
  await agent.call(presence.choose, { body: { availability: 'available' } })
  const asked = await ask(siteKey)
  const offer = await desk.until((rows) => rows.get('chat', asked.chatId)?.offer)
  await agent.call(routing.accept, { params: { id: offer.id } })
  return { ...rest, agent, desk, ...asked }
}

test('IN-8: a page that heard a whole chat has the rows that a fresh load gives', async () => {
  const { organisationId, admin, agent, queueId, siteKey } = await scene()
  const wall = await admin.live()
  const scopes = [
    scope.floor(organisationId),
    scope.people(organisationId),
    scope.setup(organisationId),
  ]
  await wall.watch(...scopes)
  const check = () => expectSync(wall, admin, ...scopes)
  await check()
  const desk = await agent.live()
  await desk.watch(scope.user(agent.userId), scope.queue(queueId))
  await check()
  await agent.call(queues.join, { params: { id: queueId } })
  await agent.call(presence.choose, { body: { availability: 'available' } })
  await check()
  const { chatId } = await ask(siteKey)
  const offer = await desk.until((rows) => rows.get('chat', chatId)?.offer)
  await check()
  await agent.call(routing.accept, { params: { id: offer.id } })
  await check()
  const version = wall.replica.get('operator', agent.userId)?.live.version ?? 0
  const body = { kind: 'live', limit: 5, version } as const
  await admin.call(routing.setLimit, { params: { id: agent.userId }, body })
  await check()
  await admin.call(departments.create, { body: { accountId: organisationId, name: 'Billing' } })
  await check()
  await agent.call(routing.close, { params: { id: chatId } })
  await agent.call(presence.choose, { body: { availability: 'away', reason: 'Lunch' } })
  await check()
  await expectSync(desk, agent, scope.user(agent.userId), scope.queue(queueId))
})

test('a change made on one server is heard on the other', async () => {
  const { organisationId, admin, agent } = await scene()
  const other = await house.another()
  const elsewhere = await openLiveClient({
    url: other.url,
    namespace: '/team',
    cookie: admin.cookie,
    fetchSnapshot: admin.snapshot,
  })
  await elsewhere.watch(scope.floor(organisationId))
  await agent.call(presence.choose, { body: { availability: 'busy', reason: 'Training' } })
  await elsewhere.until(
    (rows) => rows.get('operator', agent.userId)?.availability === 'busy',
    1_500,
  )
  elsewhere.close()
})

test('whoever was away is told what they missed, not everything again', async () => {
  const { organisationId, admin, agent } = await scene()
  const floor = scope.floor(organisationId)
  const wall = await admin.live()
  await wall.watch(floor)
  const since = wall.replica.position(floor)
  wall.close()
  await agent.call(presence.choose, { body: { availability: 'busy' } })
  const again = await admin.live()
  const frame = new Promise<{ p: number; r: unknown[] }>((resolve) =>
    again.socket.once('frame', resolve),
  )
  await again.socket.emitWithAck('watch', { s: floor, since })
  const { p, r } = await frame
  expect(p).toBe(since)
  expect(r).toMatchObject([
    ['operator', agent.userId, expect.any(Number), { availability: 'busy' }],
  ])
})

describe('who may not', () => {
  test('TEN-1: scopes of another organisation are answered as if they did not exist', async () => {
    const mine = await scene()
    const theirs = await scene()
    const spy = await mine.admin.live()
    for (const wanted of [
      scope.floor(theirs.organisationId),
      scope.people(theirs.organisationId),
      scope.setup(theirs.organisationId),
      scope.queue(theirs.queueId),
      scope.user(theirs.agent.userId),
      scope.chat(randomUUID()),
      scope.floor(randomUUID()),
    ]) {
      const answer = await spy.socket.emitWithAck('watch', { s: wanted, since: -1 })
      expect(answer).toMatchObject({ ok: false, error: { code: 'not_found' } })
      await expect(mine.admin.snapshot(wanted)).rejects.toThrow('404')
    }
  })

  test('GB-5: who works at one account hears nothing of the one beside it', async () => {
    const { organisationId } = await scene()
    const north = await house.account(organisationId, 'North')
    const south = await house.account(organisationId, 'South')
    const supervisor = await house.person({ organisationId, accountId: north, role: 'supervisor' })
    const agent = await house.person({ organisationId, accountId: south, role: 'agent' })
    const wall = await supervisor.live()
    expect(wall.scopes).toContain(scope.floor(north))
    expect(wall.scopes.join()).not.toContain(south)
    await wall.watch(scope.floor(north))
    await agent.call(presence.choose, { body: { availability: 'available' } })
    await pause(300)
    expect(wall.replica.get('operator', agent.userId)).toBeUndefined()
  })

  test('SES-4: signing out ends every socket of the session at once', async () => {
    const { agent } = await scene()
    const desk = await agent.live()
    const gone = new Promise((resolve) => desk.socket.on('disconnect', resolve))
    const started = performance.now()
    await agent.call(session.signOut)
    await gone
    expect(performance.now() - started).toBeLessThan(1_000)
    await expect(agent.live()).rejects.toThrow('unauthenticated')
  })

  test.each([undefined, 'https://evil.example', 'null', 'http://localhost.evil.example'])(
    'WS-2: a page of the origin %s opens no socket',
    async (origin) => {
      const { admin } = await scene()
      const socket = io(`${house.url}/team`, {
        transports: ['websocket'],
        reconnection: false,
        forceNew: true,
        extraHeaders: { cookie: admin.cookie, ...(origin && { origin }) },
      })
      const outcome = await new Promise((resolve) => {
        socket.on('connect', () => resolve('connected'))
        socket.on('connect_error', () => resolve('refused'))
      })
      socket.disconnect()
      expect(outcome).toBe('refused')
    },
  )
})

test('WS-6: garbage on the socket is refused, then the socket is cut, and the server goes on', async () => {
  const { admin, organisationId } = await scene()
  const fuzz = await admin.live()
  const deep = JSON.parse(`${'['.repeat(1_000)}${']'.repeat(1_000)}`)
  const garbage: unknown[][] = [
    ['watch'],
    ['watch', null],
    ['watch', { s: 'floor:x', since: 0 }],
    ['watch', { s: scope.floor(organisationId), since: '0' }],
    ['watch', JSON.parse('{"__proto__":{"isAdmin":true},"s":"","since":0}')],
    ['nonsense', { a: 1 }],
    ['constructor', {}],
    ['sign', deep],
    ['active', Buffer.from([0, 255])],
  ]
  const gone = new Promise((resolve) => fuzz.socket.on('disconnect', resolve))
  for (const [event, ...payload] of garbage)
    fuzz.socket.emit(String(event) as 'active', ...(payload as [never]))
  await gone
  expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined()
  const next = await admin.live()
  await next.watch(scope.floor(organisationId))
})

test('AC-12: who only looks on is not seen to type in a chat', async () => {
  const { admin, desk, chatId } = await heldChat()
  const wall = await admin.live()
  const sign = { scope: scope.chat(chatId), kind: 'typing', subject: chatId } as const
  expect(await wall.socket.emitWithAck('sign', sign)).toMatchObject({ ok: false })
  expect(await desk.socket.emitWithAck('sign', sign)).toMatchObject({ ok: true })
})

test('who is in a field is seen by everybody else who may see the field, and ends', async () => {
  const { organisationId, admin, agent } = await scene()
  const second = await house.person({ organisationId, role: 'administrator', firstName: 'Umut' })
  const [one, two] = [await admin.live(), await second.live()]
  const floor = scope.floor(organisationId)
  await Promise.all([one.watch(floor), two.watch(floor)])
  const sign = {
    scope: floor,
    kind: 'editing',
    subject: agent.userId,
    field: 'limit.live',
  } as const
  one.socket.emit('sign', sign)
  await two.until(() => two.signs.find((seen) => seen.by.id === admin.userId && seen.holds > 0))
  one.socket.emit('sign', { ...sign, kind: 'ended' })
  await two.until(() => two.signs.find((seen) => seen.by.id === admin.userId && seen.holds === 0))
})

test('a visitor learns that somebody types, never by whose name, nor who else looks on', async () => {
  const { admin, desk, chatId, token } = await heldChat()
  const fetchSnapshot = () => Promise.reject(new Error('a visitor has no snapshots'))
  const page = await openLiveClient({ url: house.url, namespace: '/visitor', token, fetchSnapshot })
  await page.watch(scope.chat(chatId))
  const wall = await admin.live()
  await wall.watch(scope.chat(chatId))
  const sign = { scope: scope.chat(chatId), subject: chatId }
  wall.socket.emit('sign', { ...sign, kind: 'viewing' })
  await wall.until(() => wall.signs.find((seen) => seen.kind === 'viewing'))
  desk.socket.emit('sign', { ...sign, kind: 'typing' })
  await page.until(() => page.signs.find((seen) => seen.kind === 'typing'))
  expect(page.signs.map(({ kind, by }) => [kind, by])).toEqual([
    ['typing', { id: 'operator', name: '', photo: null }],
  ])
  page.close()
})
