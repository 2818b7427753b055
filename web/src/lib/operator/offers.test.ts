import { beforeEach, expect, test, vi } from 'vitest'
import type { Message } from '#contract/chats.ts'
import { MessageArrivals } from './arrivals.ts'
import { type Offered, Offers } from './offers.svelte.ts'

const NOW = Date.parse('2026-01-01T09:00:00.000Z')
const iso = (seconds: number) => new Date(NOW + seconds * 1000).toISOString()

function offered(id: string, expiresInSeconds: number): Offered {
  return {
    id: `chat-${id}`,
    accountId: 'a',
    queueId: 'q',
    siteId: 's',
    kind: 'live',
    state: 'offered',
    visitorName: 'Marta',
    enqueuedAt: iso(-40),
    dueAt: iso(-40),
    operatorId: null,
    offer: { id, operatorId: 'me', offeredAt: iso(0), expiresAt: iso(expiresInSeconds) },
    acceptedAt: null,
    opensAt: null,
    rings: false,
    handedOn: null,
    transfer: null,
    parked: null,
  }
}

const nobody = () => false

function answering(status: number, body: unknown) {
  vi.stubGlobal('fetch', async () => new Response(JSON.stringify(body), { status }))
}

beforeEach(() => {
  vi.unstubAllGlobals()
  vi.useFakeTimers({ now: NOW })
})

test('an offer that goes before its deadline was withdrawn; after it, it was missed', () => {
  const offers = new Offers()
  offers.notice([offered('o1', 20)], nobody)
  vi.setSystemTime(NOW + 5_000)
  offers.notice([], nobody)
  expect(offers.ended).toMatchObject({ how: 'withdrawn', chat: { id: 'chat-o1' } })
  offers.notice([offered('o2', 20)], nobody)
  expect(offers.ended).toBeUndefined()
  vi.setSystemTime(NOW + 20_100)
  offers.notice([], nobody)
  expect(offers.ended).toMatchObject({ how: 'missed', chat: { id: 'chat-o2' } })
  vi.advanceTimersByTime(6_000)
  expect(offers.ended).toBeUndefined()
})

test('an offer that another tab of mine accepted is not said to be lost', () => {
  const offers = new Offers()
  offers.notice([offered('o1', 20)], nobody)
  offers.notice([], (chatId) => chatId === 'chat-o1')
  expect(offers.ended).toBeUndefined()
})

test('losing the chat to another says so for two seconds, and says it once', async () => {
  answering(409, { error: { code: 'offer_gone', message: 'gone' } })
  const offers = new Offers()
  const chat = offered('o1', 20)
  offers.notice([chat], nobody)
  const taken = offers.take(chat)
  expect(offers.taking).toBe('o1')
  expect(await taken).toBe(false)
  expect(offers.taking).toBeUndefined()
  offers.notice([], nobody)
  expect(offers.ended?.how).toBe('gone')
  vi.advanceTimersByTime(2_000)
  expect(offers.ended).toBeUndefined()
})

test('when the server cannot be reached the offer stays, and its end is told as for any other', async () => {
  vi.stubGlobal('fetch', async () => {
    throw new TypeError('no network')
  })
  const offers = new Offers()
  const chat = offered('o1', 20)
  offers.notice([chat], nobody)
  await expect(offers.take(chat)).rejects.toThrow('cannot be reached')
  vi.setSystemTime(NOW + 21_000)
  offers.notice([], nobody)
  expect(offers.ended?.how).toBe('missed')
})

test('passing is not missing', async () => {
  answering(200, {})
  const offers = new Offers()
  const chat = offered('o1', 20)
  offers.notice([chat], nobody)
  await offers.pass(chat)
  offers.notice([], nobody)
  expect(offers.ended).toBeUndefined()
})

test('only what comes after a chat was first seen is news, and only the visitor’s', () => {
  const said = (seq: number, author: Message['author']): Message => ({
    id: `c:${seq}`,
    chatId: 'c',
    seq,
    clientId: String(seq),
    author,
    authorId: null,
    authorName: null,
    body: 'x',
    at: iso(seq),
  })
  const arrivals = new MessageArrivals()
  expect(arrivals.next(new Map([['c', [said(1, 'visitor')]]]))).toEqual([])
  const later = [said(1, 'visitor'), said(2, 'operator'), said(3, 'visitor')]
  expect(arrivals.next(new Map([['c', later]])).map(({ seq }) => seq)).toEqual([3])
  expect(arrivals.next(new Map([['c', later]]))).toEqual([])
})
