import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { chats } from '#contract/chats.ts'
import { routing } from '#contract/routing.ts'
import { scope } from '#contract/scopes.ts'
import { visitors } from '#contract/visitors.ts'
import { furnish } from '../../testing/floor.ts'
import { openHouse } from '../../testing/house.ts'

const house = openHouse()
const newMessage = (body = 'Hello') => ({ clientId: randomUUID(), body })

test('WS-13 ten tries to write the same message at once are one message', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator()
  const visitor = await floor.visitor()
  const { id } = await visitor.ask()
  await anna.answer()
  const params = { id }
  const body = newMessage('Only once')
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => anna.call(chats.write, { params, body })),
  )
  expect(new Set(answers.map((message) => JSON.stringify(message))).size).toBe(1)
  const sent = newMessage('Me too')
  await Promise.all(
    Array.from({ length: 10 }, () => visitor.call(visitors.write, { params, body: sent })),
  )
  const written = await anna.call(chats.messages, { params })
  expect(written.map((message) => [message.seq, message.body])).toEqual([
    [1, 'Is anybody there?'],
    [2, 'Only once'],
    [3, 'Me too'],
  ])
  await anna.call(routing.close, { params })
  expect(await anna.call(chats.write, { params, body })).toEqual(answers[0])
})

test('WS-14 IN-9 messages of both sides at once are numbered without a gap, the same for both', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator()
  const visitor = await floor.visitor()
  const { id } = await visitor.ask()
  await anna.answer()
  const params = { id }
  await Promise.all([
    ...Array.from({ length: 20 }, (_, i) =>
      anna.call(chats.write, { params, body: newMessage(`a${i}`) }),
    ),
    ...Array.from({ length: 5 }, (_, i) =>
      visitor.call(visitors.write, { params, body: newMessage(`v${i}`) }),
    ),
  ])
  const written = await anna.call(chats.messages, { params })
  expect(written.map(({ seq }) => seq)).toEqual(Array.from({ length: 26 }, (_, i) => i + 1))
  expect(await visitor.call(visitors.messages, { params })).toEqual(written)
})

test('only who holds the chat writes in it; who sees the floor reads along', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator()
  const bert = await floor.operator({ isAway: true })
  const boss = await house.person({ organisationId: floor.organisationId, role: 'supervisor' })
  const visitor = await floor.visitor()
  const { id } = await visitor.ask('Secret')
  const params = { id }
  const rung = await anna.offered()
  expect(rung.id).toBe(id)
  expect(await anna.try(chats.messages, { params })).toMatchObject({ status: 404 })
  await anna.answer()
  expect(await anna.call(chats.messages, { params })).toHaveLength(1)
  expect(await boss.call(chats.messages, { params })).toHaveLength(1)
  expect(await bert.try(chats.messages, { params })).toMatchObject({ status: 404 })
  for (const other of [bert, boss])
    expect(await other.try(chats.write, { params, body: newMessage() })).toMatchObject({
      status: 404,
    })
  expect(await bert.try(routing.close, { params })).toMatchObject({ status: 404 })
  expect(await floor.admin.try(chats.write, { params, body: newMessage() })).toMatchObject({
    status: 404,
  })

  await anna.call(routing.close, { params })
  const late = await anna.try(chats.write, { params, body: newMessage() })
  expect(late).toMatchObject({ status: 409, body: { error: { code: 'chat_closed' } } })
  expect(await anna.try(chats.messages, { params })).toMatchObject({ status: 404 })
})

test.each(['', '  ', '\u0000', '\ud800', 'x'.repeat(4001), 7, null])(
  'the message %j is refused',
  async (body) => {
    const floor = await furnish(house)
    const anna = await floor.operator()
    const answer = await anna.try(chats.write, {
      params: { id: randomUUID() },
      body: { clientId: randomUUID(), body },
    })
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid' } } })
  },
)

test('WID-1 nothing that the team is told carries a visitor’s token or id', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator()
  const visitor = await floor.visitor()
  const { id } = await visitor.ask()
  const heard: unknown[] = []
  anna.page.socket.onAny((...event) => heard.push(event))
  await anna.answer()
  await anna.page.watch(scope.chat(id))
  const { visitorId } = await house.db
    .selectFrom('chats')
    .select('visitorId')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  heard.push(await anna.call(chats.messages, { params: { id } }), await anna.call(routing.mine))
  expect(JSON.stringify(heard)).toContain('Is anybody there?')
  expect(JSON.stringify(heard)).not.toContain(visitor.token)
  expect(JSON.stringify(heard)).not.toContain(visitorId)
})

test('both sides see each other’s words as they are written', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator()
  const visitor = await floor.visitor()
  const { id } = await visitor.ask('First')
  await anna.answer()
  const widget = await visitor.live()
  const chat = scope.chat(id)
  await widget.watch(chat)
  await anna.page.watch(chat)
  const params = { id }
  await anna.call(chats.write, { params, body: newMessage('Second') })
  await visitor.call(visitors.write, { params, body: newMessage('Third') })
  for (const page of [widget, anna.page]) {
    await page.until((replica) => replica.all('message').length === 3, 900)
    const bodies = page.replica.all('message').toSorted((a, b) => a.seq - b.seq)
    expect(bodies.map(({ body }) => body)).toEqual(['First', 'Second', 'Third'])
    expect(page.replica.all('message')).toEqual(
      expect.arrayContaining(await anna.call(chats.messages, { params })),
    )
  }
  widget.close()
})
