// Available for some chats: who has such a status gets chats of its kind from their queues, or only what is
// handed to them, and everything else waits for somebody who takes it.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { presence } from '#contract/presence.ts'
import { queues } from '#contract/queues.ts'
import { routing } from '#contract/routing.ts'
import { sites } from '#contract/sites.ts'
import { type NewStatus, type Status, statuses } from '#contract/statuses.ts'
import { transfers } from '#contract/transfers.ts'
import { visitors } from '#contract/visitors.ts'
import { type Floor, furnish, newChat, type Operator, until } from '../../testing/floor.ts'
import { to } from '../../testing/handing-floor.ts'
import { openHouse } from '../../testing/house.ts'
import { mine } from '../../testing/presence.ts'

const house = openHouse()

/** A floor with a live queue and a deferred one, each with its site. */
async function twoDoors() {
  const floor = await furnish(house)
  const { admin, organisationId: accountId } = floor
  const mail = await admin.call(queues.create, {
    body: {
      ...{ accountId, name: 'Mail' },
      kind: 'deferred',
      offerSeconds: 60,
      targetSeconds: 600,
    },
  })
  const site = await admin.call(sites.create, {
    body: {
      ...{ accountId, queueId: mail.id, name: 'Contact', colour: '#0b7285', language: 'en' },
      allowedOrigins: ['https://shop.example.org'],
    },
  })
  return {
    ...floor,
    /** Of both queues. */
    async operator(): Promise<Operator> {
      const one = await floor.operator()
      await admin.call(queues.assign, { params: { id: mail.id, userId: one.userId } })
      await one.call(queues.join, { params: { id: mail.id } })
      return one
    },
    /** A live chat that somebody begins. */
    live: async () => (await (await floor.visitor()).ask()).id,
    async deferred(): Promise<string> {
      const { token } = await house.anyone.call(visitors.begin, { body: { siteKey: site.key } })
      return (await house.visitor(token).call(visitors.ask, { body: newChat() })).id
    },
  }
}

const LOOK = {
  ...({ icon: 'desk', colour: 'green', isPaid: true, maxMinutes: 60 } as const),
  departmentIds: null,
}

function makeStatus(
  { admin, organisationId: accountId }: Pick<Floor, 'admin' | 'organisationId'>,
  name: string,
  accepts: NewStatus['accepts'],
): Promise<Status> {
  const body = { ...LOOK, accountId, name, availability: 'available', accepts } as const
  return admin.call(statuses.create, { body })
}

const choose = (operator: Operator, statusId?: string) => {
  const body = { availability: 'available', ...(statusId && { statusId }) } as const
  return operator.call(presence.choose, { body })
}

const stateOf = async (id: string) => {
  const { state } = await house.db
    .selectFrom('routedChats')
    .select('state')
    .where('chatId', '=', id)
    .executeTakeFirstOrThrow()
  return state
}

test('PR-2 who is there for live chats only gets those; with Available the deferred one that waits comes at once', async () => {
  const floor = await twoDoors()
  const anna = await floor.operator()
  const chatting = await makeStatus(floor, 'Chat only', ['live'])
  const mark = { statusId: chatting.id, icon: 'desk', colour: 'green', isPaid: true }
  expect(await choose(anna, chatting.id)).toMatchObject({
    ...{ availability: 'available', reason: 'Chat only', joined: [floor.queue.id] },
    mark: { ...mark, maxMinutes: 60, accepts: ['live'] },
  })
  const letter = await floor.deferred()
  const call = await floor.live()
  expect((await anna.answer()).id).toBe(call)
  expect(await stateOf(letter)).toBe('waiting')

  // Who has it keeps it, whatever becomes of it in the catalogue.
  await floor.admin.call(statuses.remove, { params: { id: chatting.id } })
  expect(await mine(anna)).toMatchObject({ reason: 'Chat only', mark: { accepts: ['live'] } })
  const another = await floor.live()
  expect((await anna.answer()).id).toBe(another)
  expect(await stateOf(letter)).toBe('waiting')

  expect(await choose(anna)).toMatchObject({ reason: null, mark: null })
  expect((await anna.offered()).id).toBe(letter)
  const day = await anna.call(statuses.day, { params: { id: anna.userId }, query: {} })
  const told = day.intervals.map(({ status, reason, accepts }) => ({ status, reason, accepts }))
  expect(told.slice(-2)).toEqual([
    { status: 'available', reason: 'Chat only', accepts: ['live'] },
    { status: 'available', reason: null, accepts: null },
  ])
})

test('PR-2, PR-7 the ledger says so when a status of the same name is for other chats', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator()
  const params = { id: anna.userId }
  const mail = await makeStatus(floor, 'Desk', ['deferred'])
  await choose(anna, mail.id)
  await floor.admin.call(statuses.remove, { params: { id: mail.id } })
  const chat = await makeStatus(floor, 'Desk', ['live'])
  const body = { availability: 'available', statusId: chat.id } as const
  await floor.admin.call(presence.setOf, { params, body })
  const { intervals } = await anna.call(statuses.day, { params, query: {} })
  const told = intervals.map(({ reason, accepts, cause, actor }) => ({
    ...{ reason, accepts, cause, by: actor?.id ?? null },
  }))
  expect(told.slice(-2)).toEqual([
    { reason: 'Desk', accepts: ['deferred'], cause: 'chosen', by: anna.userId },
    { reason: 'Desk', accepts: ['live'], cause: 'chosen', by: floor.admin.userId },
  ])
})

test('PR-2 what rings of the other kind goes back when such a status is chosen, and what is held stays', async () => {
  const floor = await twoDoors()
  const anna = await floor.operator()
  const held = await floor.live()
  await anna.answer()
  const ringing = await floor.live()
  await until(async () => ((await stateOf(ringing)) === 'offered' ? true : undefined))
  const mailing = await makeStatus(floor, 'Mail only', ['deferred'])
  await choose(anna, mailing.id)
  const chats = await anna.call(routing.mine)
  expect(chats.map(({ id, offer }) => [id, offer])).toEqual([[held, null]])
  expect(await stateOf(ringing)).toBe('waiting')
  const letter = await floor.deferred()
  expect((await anna.answer()).id).toBe(letter)
  const bert = await floor.operator()
  expect((await bert.answer()).id).toBe(ringing)
})

test('PR-2 who is there for what is handed over gets nothing from queues, and what a colleague or a supervisor gives', async () => {
  const floor = await twoDoors()
  const anna = await floor.operator()
  const standing = await makeStatus(floor, 'Second line', [])
  const params = { id: anna.userId }
  // A supervisor sees what they may choose, and sets it.
  expect(await floor.admin.call(statuses.choosable, { params })).toEqual([standing])
  const body = { availability: 'available', statusId: standing.id } as const
  const set = await floor.admin.call(presence.setOf, { params, body })
  expect(set).toMatchObject({ reason: 'Second line', joined: [], mark: { accepts: [] } })
  expect(set.setBy).not.toBeNull()
  const [letter, call] = [await floor.deferred(), await floor.live()]
  const bert = await floor.operator()
  expect(
    (await floor.admin.try(statuses.choosable, { params: { id: floor.queue.id } })).status,
  ).toBe(404)
  expect((await bert.try(statuses.choosable, { params })).status).toBe(403)
  await until(async () => ((await bert.call(routing.mine)).length === 2 ? true : undefined))
  expect(await anna.call(routing.mine)).toEqual([])
  for (const { offer } of await bert.call(routing.mine))
    await bert.call(routing.accept, { params: { id: offer?.id ?? '' } })
  const wish = to('operator', anna.userId)
  await bert.call(transfers.begin, { params: { id: call }, body: wish })
  expect((await anna.offered()).id).toBe(call)
  await anna.answer()
  await floor.admin.call(transfers.assign, {
    params: { id: letter },
    body: { id: randomUUID(), userId: anna.userId },
  })
  const held = (await anna.call(routing.mine)).map(({ id }) => id)
  expect(held.toSorted()).toEqual([letter, call].toSorted())
})

test('PR-6 PR-8 whoever is back keeps the status that somebody has set, though it holds and was changed or deleted since', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator()
  const params = { id: anna.userId }
  const chat = await makeStatus(floor, 'Chat only', ['live'])
  const body = { availability: 'available', statusId: chat.id } as const
  const set = await floor.admin.call(presence.setOf, { params, body })
  const change = { set: { name: 'Chats alone', colour: 'blue' }, base: chat.versions } as const
  await floor.admin.call(statuses.change, { params: { id: chat.id }, body: change })
  const silent = () =>
    sql`update operators set missed_in_row = 3, is_not_answering = true
      where user_id = ${anna.userId}`.execute(house.db)
  await silent()
  expect((await anna.try(presence.choose, { body })).body.error?.code).toBe('status_held')
  const { id } = await (await floor.visitor()).ask()
  const kept = { reason: 'Chat only', mark: set.mark, setBy: set.setBy, heldUntil: set.heldUntil }
  const there = { availability: 'available', missed: 0, isNotAnswering: false, ...kept }
  expect(await anna.call(presence.back)).toMatchObject(there)
  expect((await anna.answer()).id).toBe(id)
  await floor.admin.call(statuses.remove, { params: { id: chat.id } })
  await silent()
  expect(await anna.call(presence.back)).toMatchObject(there)
  expect(await anna.call(presence.back)).toMatchObject(there)
  expect((await floor.admin.try(presence.back)).status).toBe(404)
})

test('PR-2 kinds are said of a status of being available alone, and set over by nobody who has not seen them', async () => {
  const floor = await furnish(house)
  const { admin, organisationId: accountId } = floor
  const invalid = {
    ...{ status: 400, body: { error: { code: 'invalid', field: 'accepts' } } },
  }
  for (const [availability, accepts] of [
    ['available', null],
    ['available', ['live', 'deferred']],
    ['away', ['live']],
    ['busy', []],
  ] as const) {
    const of = { accountId, name: 'Wrong', availability, accepts: accepts && [...accepts] }
    expect(await admin.try(statuses.create, { body: { ...LOOK, ...of } })).toMatchObject(invalid)
  }
  const { id, accepts } = await makeStatus(floor, 'Mail only', ['deferred'])
  expect(accepts).toEqual(['deferred'])
  const change = (set: Partial<NewStatus>, base = {}) =>
    admin.try(statuses.change, { params: { id }, body: { set, base } })
  expect(await change({ availability: 'busy' })).toMatchObject(invalid)
  expect(await change({ accepts: null })).toMatchObject(invalid)
  expect(await change({ accepts: [] })).toMatchObject({
    ...{ status: 200, body: { accepts: [], versions: { accepts: 1 } } },
  })
  expect(await change({ name: 'Letters', accepts: ['live'] })).toMatchObject({
    ...{ status: 409, body: { error: { conflicts: { accepts: { value: [], version: 1 } } } } },
  })
  expect(await change({ availability: 'busy', accepts: null }, { accepts: 1 })).toMatchObject({
    ...{ status: 200, body: { name: 'Mail only', availability: 'busy', accepts: null } },
  })
})
