// Ended chats: who reads them, and giving one to a queue again.
import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { chats } from '#contract/chats.ts'
import { type HistoryQuery, history } from '#contract/history.ts'
import { queues } from '#contract/queues.ts'
import { routing } from '#contract/routing.ts'
import { scope } from '#contract/scopes.ts'
import { session } from '#contract/session.ts'
import { sites } from '#contract/sites.ts'
import { visitors } from '#contract/visitors.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import {
  type Floor,
  type FloorVisitor,
  furnish,
  newChat,
  type Operator,
} from '../../testing/floor.ts'
import { openHouse, type Person } from '../../testing/house.ts'
import { go, grantKey, setFields } from '../../testing/records.ts'

const house = openHouse()

/** A chat that was answered and has ended. */
async function ended(floor: Floor, anna: Operator, body = 'Where is my parcel?') {
  const visitor = await floor.visitor()
  const { id } = await visitor.ask(body)
  await anna.answer()
  const says = { clientId: randomUUID(), body: 'On its way, tomorrow' }
  await anna.call(chats.write, { params: { id }, body: says })
  await anna.call(routing.close, { params: { id } })
  return { visitor, id }
}

const idsOf = async (who: Person, query: HistoryQuery = {}) =>
  (await who.call(history.list, { query })).chats.map(({ id }) => id)
const codeOf = (answer: { body: { error: { code: string } } }) => answer.body.error.code

async function deferredQueue({ admin, organisationId }: Floor, name = 'Deferred') {
  return admin.call(queues.create, {
    body: {
      accountId: organisationId,
      name,
      kind: 'deferred',
      offerSeconds: 60,
      targetSeconds: 600,
    },
  })
}

describe('History', () => {
  test('NX-15 access to correspondence comes and goes live with its role, and without it the calls give 403', async () => {
    const floor = await furnish(house)
    const anna = await floor.operator()
    const { id } = await ended(floor, anna)
    const role = await grantKey(floor, 'correspondence', { kind: 'site', id: floor.site.id })
    const mayRead = async () =>
      (await anna.call(session.me)).grants.some(({ permissions }) =>
        permissions.includes('reports.correspondence'),
      )
    expect(await mayRead()).toBe(false)
    expect(await anna.try(history.list)).toMatchObject({ status: 403 })
    expect(await anna.try(history.places)).toMatchObject({ status: 403 })
    expect(await anna.try(history.read, { params: { id } })).toMatchObject({ status: 403 })

    const heard: unknown[] = []
    anna.page.socket.on('scopes', (change) => heard.push(change))
    anna.page.socket.on('hello', (change) => heard.push(change))
    await setFields(floor.admin, anna, { [role]: true })
    await waitFor(() => heard.length > 0)
    expect(await mayRead()).toBe(true)
    expect(await idsOf(anna)).toEqual([id])
    expect(await anna.call(history.read, { params: { id } })).toMatchObject({ mayTransfer: false })

    heard.length = 0
    await setFields(floor.admin, anna, { [role]: null })
    await waitFor(() => heard.length > 0)
    expect(await mayRead()).toBe(false)
    expect(await anna.try(history.list)).toMatchObject({ status: 403 })
    expect(await anna.try(history.read, { params: { id } })).toMatchObject({ status: 403 })
  })

  test('NX-15 whoever reads for one site reads nothing of another', async () => {
    const floor = await furnish(house)
    const { admin, organisationId, queue } = floor
    const anna = await floor.operator()
    const here = await ended(floor, anna)
    const body = { name: 'Second', allowedOrigins: [], colour: '#0b7285', language: 'en' as const }
    const other = await admin.call(sites.create, {
      body: { ...body, accountId: organisationId, queueId: queue.id },
    })
    const there = await ended({ ...floor, visitor: () => visitorOf(other.key) }, anna)
    const role = await grantKey(floor, 'correspondence', { kind: 'site', id: other.id })
    const reader = await house.person({ organisationId, role: 'agent' })
    await setFields(admin, reader, { [role]: true })
    expect(await idsOf(reader)).toEqual([there.id])
    expect(await reader.try(history.read, { params: { id: here.id } })).toMatchObject({
      status: 404,
    })
    expect((await reader.call(history.places)).sites).toEqual([{ id: other.id, name: 'Second' }])
    expect(await idsOf(admin)).toEqual([there.id, here.id])
  })

  test('is searched by what was said, the visitor, the operator, the place and the time', async () => {
    const floor = await furnish(house)
    const { admin, queue, site } = floor
    const anna = await floor.operator({ firstName: 'Anna' })
    const parcel = await ended(floor, anna, 'Where is my parcel? Ünïcode works')
    const invoice = await ended(floor, anna, "100% wrong: 'invoice' & <b>more</b>")
    const both = [invoice.id, parcel.id]
    const found = async (query: HistoryQuery) => idsOf(admin, query)
    expect(await found({})).toEqual(both)
    expect(await found({ text: 'parc' })).toEqual([parcel.id])
    expect(await found({ text: 'ünïcode PARCEL' })).toEqual([parcel.id])
    expect(await found({ text: "100% 'invoice" })).toEqual([invoice.id])
    expect(await found({ text: 'tomorrow' })).toEqual(both)
    expect(await found({ text: "& | ! ( ' : *" })).toEqual([])
    expect(await found({ text: '   ' })).toEqual(both)
    expect(await found({ operatorId: anna.userId, siteId: site.id, queueId: queue.id })).toEqual(
      both,
    )
    expect(await found({ operatorId: admin.userId })).toEqual([])
    const { chats: page } = await admin.call(history.list, { query: {} })
    expect(await found({ from: page[0]?.endedAt ?? '' })).toEqual([invoice.id])
    expect(await found({ until: page[0]?.endedAt ?? '' })).toEqual([parcel.id])
    for (const query of [{ from: 'yesterday' }, { after: 'x' }, { siteId: '7' }, { more: '1' }])
      expect([query, (await admin.try(history.list, { query })).status]).toEqual([query, 400])
    const thread = await admin.call(history.read, { params: { id: parcel.id } })
    expect(thread.chat).toEqual(page[1])
    expect(
      thread.messages.map(({ author, authorName, body }) => [author, authorName, body]),
    ).toEqual([
      ['visitor', null, 'Where is my parcel? Ünïcode works'],
      ['operator', expect.stringMatching(/^Anna /), 'On its way, tomorrow'],
    ])
    await house.db
      .updateTable('users')
      .set({ erasedAt: new Date().toISOString() })
      .where('id', '=', anna.userId)
      .execute()
    const later = await admin.call(history.read, { params: { id: parcel.id } })
    expect(later.messages[1]?.authorName).toBeNull()
    expect(later.chat.operators).toEqual([{ id: anna.userId, name: null }])
  })

  test('comes fifty at a time, and no chat twice or never', async () => {
    const floor = await furnish(house)
    const visitor = await floor.visitor()
    const { id: first } = await visitor.ask()
    await visitor.call(visitors.leave, { params: { id: first } })
    const row = await house.db
      .selectFrom('chats')
      .selectAll()
      .where('id', '=', first)
      .executeTakeFirstOrThrow()
    const more = Array.from({ length: 119 }, () => ({ ...row, id: randomUUID() }))
    await house.db.insertInto('chats').values(more).execute()
    const seen: string[] = []
    let query: HistoryQuery = {}
    for (;;) {
      const { chats: page, next } = await floor.admin.call(history.list, { query })
      seen.push(...page.map(({ id }) => id))
      if (next === null) break
      query = { after: next }
    }
    expect(seen).toHaveLength(120)
    expect(new Set(seen).size).toBe(120)
  })
})

async function visitorOf(siteKey: string): Promise<FloorVisitor> {
  await house.db.deleteFrom('throttles').execute()
  const { token } = await house.anyone.call(visitors.begin, { body: { siteKey } })
  const calls = house.visitor(token)
  const ask = (body?: string) => calls.call(visitors.ask, { body: newChat(body) })
  return { ...calls, token, ask, live: () => Promise.reject(new Error('has no page')) }
}

async function waitFor(look: () => boolean): Promise<void> {
  const end = performance.now() + 2_000
  while (!look()) {
    if (performance.now() > end) throw new Error(`not seen: ${look}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

describe('giving an ended chat to a queue', () => {
  test('SW-11 whoever may does, and the thread goes on: the operator is offered it, the visitor finds it', async () => {
    const floor = await furnish(house)
    const { admin } = floor
    const anna = await floor.operator({ firstName: 'Anna' })
    const { id, visitor } = await ended(floor, anna)
    const queue = await deferredQueue(floor)
    const bert = await floor.operator({ firstName: 'Bert', isAway: true })
    await admin.call(queues.assign, { params: { id: queue.id, userId: bert.userId } })
    await bert.call(queues.join, { params: { id: queue.id } })
    await bert.page.watch(scope.user(bert.userId), scope.queue(queue.id))
    await go(bert, 'available')
    await go(anna, 'away')

    const params = { id }
    const thread = await admin.call(history.read, { params })
    expect(thread).toMatchObject({ mayTransfer: true, handovers: [] })
    expect(thread.queues.map(({ name }) => name)).toEqual(['Deferred', 'Sales'])
    const body = { queueId: queue.id, note: 'Asked twice already: be kind' }
    expect(await admin.call(history.transfer, { params, body })).toEqual({})
    const offered = await bert.offered()
    expect(offered).toMatchObject({ id, kind: 'deferred', queueId: queue.id })
    expect(offered.handedOn).toMatchObject({ note: body.note })
    await bert.answer()
    await expectSync(bert.page, bert, scope.user(bert.userId), scope.queue(queue.id))

    expect(await admin.try(history.read, { params })).toMatchObject({ status: 404 })
    expect(await idsOf(admin)).toEqual([])
    expect(await visitor.call(visitors.chats)).toMatchObject([{ id, state: 'active' }])
    const seen = await visitor.call(visitors.messages, { params })
    expect(seen.at(-1)).toMatchObject({
      author: 'system',
      body: 'Handed on by Ada',
      authorId: null,
    })
    expect(JSON.stringify(seen)).not.toContain('be kind')
    expect(JSON.stringify(seen)).not.toContain('Verbeek')
    const more = { clientId: randomUUID(), body: 'There you are' }
    await visitor.call(visitors.write, { params, body: more })

    await bert.call(routing.close, { params })
    const again = await admin.call(history.read, { params })
    expect(again.messages.map(({ body: text }) => text)).toContain('There you are')
    expect(again.handovers).toMatchObject([{ note: body.note, by: expect.stringMatching(/^Ada /) }])
    expect(again.chat.operators).toHaveLength(2)
    const audit = await house.db
      .selectFrom('auditLog')
      .select(['action', 'after'])
      .where('subjectId', '=', id)
      .execute()
    expect(audit).toContainEqual({ action: 'history.transfer', after: body })
  })

  test('SW-11 without the permission the reader has no way to, and the call gives 403', async () => {
    const floor = await furnish(house)
    const anna = await floor.operator()
    const { id } = await ended(floor, anna)
    const params = { id }
    const body = { queueId: floor.queue.id }
    expect(codeOf(await anna.try(history.transfer, { params, body }))).toBe('forbidden')
    await setFields(floor.admin, anna, { [await grantKey(floor, 'correspondence')]: true })
    const thread = await anna.call(history.read, { params })
    expect(thread).toMatchObject({ mayTransfer: false, queues: [] })
    expect(await anna.try(history.transfer, { params, body })).toMatchObject({ status: 403 })

    await setFields(floor.admin, anna, { [await grantKey(floor, 'history_transfer')]: true })
    expect(await anna.call(history.read, { params })).toMatchObject({ mayTransfer: true })
    expect(await anna.call(history.transfer, { params, body })).toEqual({})
    const twice = await anna.try(history.transfer, { params, body })
    expect(twice).toMatchObject({ status: 409, body: { error: { code: 'wrong_status' } } })
  })

  test('SW-11 of ten who do it at once one does; a queue elsewhere or for tests is none', async () => {
    const floor = await furnish(house)
    const { admin, organisationId: accountId } = floor
    const anna = await floor.operator()
    const { id } = await ended(floor, anna)
    const params = { id }
    const other = await furnish(house)
    const trials = await admin.call(queues.create, {
      body: {
        accountId,
        name: 'Trials',
        kind: 'live',
        isTest: true,
        offerSeconds: 20,
        targetSeconds: 60,
      },
    })
    const to = (queueId: string, more = {}) =>
      admin.try(history.transfer, { params, body: { queueId, ...more } })
    expect((await to(other.queue.id)).status).toBe(404)
    expect((await to(trials.id)).status).toBe(404)
    expect((await to(floor.queue.id, { note: '\u0000' })).status).toBe(400)
    expect((await to(floor.queue.id, { note: 'x'.repeat(501) })).status).toBe(400)
    const stranger = { params, body: { queueId: other.queue.id } }
    expect(await other.admin.try(history.transfer, stranger)).toMatchObject({ status: 404 })
    expect(await other.admin.try(history.read, { params })).toMatchObject({ status: 404 })
    await go(anna, 'away')
    const answers = await Promise.all(Array.from({ length: 10 }, () => to(floor.queue.id)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(9).fill(409)])
    const thread = await house.db
      .selectFrom('messages')
      .select('author')
      .where('chatId', '=', id)
      .execute()
    expect(thread.filter(({ author }) => author === 'system')).toHaveLength(1)
  })
})
