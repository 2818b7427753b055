import { expect, test } from 'vitest'
import type { Operator } from '#contract/presence.ts'
import type { Queue } from '#contract/queues.ts'
import type { Chat } from '#contract/routing.ts'
import { ringsFor } from './ringing.svelte.ts'

const operator = {
  id: 'me',
  availability: 'available',
  connection: 'connected',
  isNotAnswering: false,
  ...({ cause: 'chosen', heldUntil: null, finishAs: null, idleUntil: null, mark: null } as const),
  live: { used: 0, limit: 1, own: 1, version: 1 },
  deferred: { used: 0, limit: 0, own: 0, version: 1 },
  takesChats: true,
  takesTests: false,
} as Operator
const member = (queueId: string, participates: boolean, userId = 'me') => ({
  ...{ id: `${queueId}:${userId}`, queueId, userId, participates },
  ...{ isJoined: false, joinedAt: null, joinedUntil: null, pausedBy: null, tier: 1 },
})
const chat = (id: string, more: Partial<Chat> = {}) =>
  ({ id, queueId: 'q', kind: 'live', rings: true, dueAt: id, ...more }) as Chat
const queue = (id: string) => ({ id, isTest: id === 'trials' }) as Queue
const members = [member('q', false), member('mine', true), member('trials', false)]
const idsFor = (chats: Chat[], change: Partial<Operator> = {}) =>
  ringsFor(chats, { operator: { ...operator, ...change }, members, queue }).map(({ id }) => id)

test('NX-16 what rings for me is of queues that I stand by for, the longest waiting first', () => {
  const others = [chat('3', { queueId: 'mine' }), chat('4', { queueId: 'theirs' })]
  expect(idsFor([chat('2'), chat('1'), chat('0', { rings: false }), ...others])).toEqual(['1', '2'])
})

test.each([
  ['away', { availability: 'away' }],
  ['not connected', { connection: 'reconnecting' }],
  ['not answering', { isNotAnswering: true }],
  ['full', { live: { used: 1, limit: 1, own: 1, version: 1 } }],
  ['a tester only', { takesChats: false, takesTests: true }],
] as const)('NX-16 nothing rings for whoever is %s', (_, change) => {
  expect(idsFor([chat('1')], change)).toEqual([])
})

test('LA-7 a test rings for testers alone, a chat of another kind for whoever has room for it', () => {
  const chats = [chat('1', { queueId: 'trials' }), chat('2', { kind: 'deferred' })]
  expect(idsFor(chats)).toEqual([])
  const deferred = { used: 0, limit: 1, own: 1, version: 1 }
  expect(idsFor(chats, { takesTests: true, deferred })).toEqual(['1', '2'])
})

test('QU-4 a queue that rings with all calls whoever serves it now and is done with the last chat', () => {
  const all = (id: string) => ({ id, isTest: false, strategy: 'ring_all' }) as Queue
  const joined = [{ ...member('mine', true), isJoined: true }, member('left', true)]
  const waiting = { state: 'waiting', rings: false } as const
  const chats = [
    chat('2', { ...waiting, queueId: 'mine' }),
    chat('1', { ...waiting, queueId: 'mine' }),
    chat('3', { queueId: 'mine', state: 'active', rings: false }),
    chat('4', { ...waiting, queueId: 'left' }),
  ]
  const called = (change: Partial<Operator>) =>
    ringsFor(chats, { operator: { ...operator, ...change }, members: joined, queue: all })
  expect(called({}).map(({ id }) => id)).toEqual(['1', '2'])
  expect(called({ wrapUp: { until: '', isPaused: true } })).toEqual([])
})
