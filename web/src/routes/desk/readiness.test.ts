import { expect, test } from 'vitest'
import type { Operator } from '#contract/presence.ts'
import { readinessOf } from './readiness.ts'

const operator: Operator = {
  id: 'me',
  accountIds: [],
  name: 'Bo',
  photo: null,
  department: null,
  availability: 'available',
  reason: null,
  since: '2026-01-01T09:00:00.000Z',
  setBy: null,
  connection: 'connected',
  connectionSince: '2026-01-01T09:00:00.000Z',
  missed: 0,
  isNotAnswering: false,
  ...({ cause: 'chosen', heldUntil: null, finishAs: null, idleUntil: null, mark: null } as const),
  shift: null,
  wrapUp: null,
  live: { used: 0, limit: 3, own: 3, version: 1 },
  deferred: { used: 0, limit: 0, own: 0, version: 1 },
  units: { used: 0, limit: null, own: null, version: 1 },
  joined: [],
  takesChats: true,
  takesTests: false,
}
const facts = { connection: 'live', operator, assigned: 2, joined: 1, serving: 1, free: 1 } as const
const wrapUp = { until: '2026-01-01T09:05:00.000Z', isPaused: true }
const mark = {
  ...({ statusId: 's', icon: 'desk', colour: 'green', isPaid: true, maxMinutes: null } as const),
  accepts: ['deferred' as const],
}
const full = { ...operator, live: { used: 3, limit: 3, own: 3, version: 1 } }
const fits = { used: 0, limit: 5, own: 5, version: 1 }
const some = { ...operator, deferred: fits, reason: 'E-mail', mark }

test.each([
  ['ready', facts],
  ['no-connection', { ...facts, connection: 'lost' as const }],
  ['no-queues', { ...facts, assigned: 0, joined: 0 }],
  ['none-joined', { ...facts, joined: 0 }],
  ['paused', { ...facts, serving: 0 }],
  ['queues-full', { ...facts, free: 0 }],
  ['paused', { ...facts, serving: 0, free: 0 }],
  ['queues-full', { ...facts, operator: some, free: 0 }],
  ['not-available', { ...facts, operator: { ...operator, availability: 'away' as const } }],
  ['not-answering', { ...facts, operator: { ...operator, isNotAnswering: true, missed: 3 } }],
  // What the status is for is said first.
  ['some-chats', { ...facts, operator: some, serving: 0 }],
  ['none-joined', { ...facts, operator: some, joined: 0 }],
  ['some-chats', { ...facts, operator: { ...some, live: full.live } }],
  ['at-limit', { ...facts, operator: { ...some, deferred: { ...fits, used: 5 } } }],
  // What is handed over needs no queue.
  ['some-chats', { ...facts, operator: { ...some, mark: { ...mark, accepts: [] } }, joined: 0 }],
  ['some-chats', { ...facts, operator: { ...some, mark: { ...mark, accepts: [] } }, free: 0 }],
  ['at-limit', { ...facts, operator: full, free: 0 }],
  ['at-limit', { ...facts, operator: full }],
  ['wrap-up', { ...facts, operator: { ...full, wrapUp } }],
  // Whoever is offline is not told of anything that going available would change anyway.
  ['not-available', { ...facts, operator: { ...full, availability: 'offline' as const } }],
])('the Desk says %s', (kind, given) => {
  expect(readinessOf(given).kind).toBe(kind)
})

test('PR-2 of a status for some chats it is said that no queue brings even those', () => {
  expect(readinessOf({ ...facts, operator: some })).toMatchObject({ isPaused: false })
  expect(readinessOf({ ...facts, operator: some, serving: 0 })).toMatchObject({ isPaused: true })
  const handed = { ...some, mark: { ...mark, accepts: [] } }
  expect(readinessOf({ ...facts, operator: handed, serving: 0 })).toMatchObject({ isPaused: false })
})
