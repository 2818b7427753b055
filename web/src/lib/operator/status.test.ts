import { expect, test } from 'vitest'
import type { Operator } from '#contract/presence.ts'
import { statusSince } from './status.ts'

const CHOSE = '2026-01-01T09:00:00.000Z'
const BROKE = '2026-01-01T09:30:00.000Z'

const operator = (change: Partial<Operator>): Operator => ({
  id: '00000000-0000-0000-0000-000000000001',
  accountIds: [],
  name: 'Bo Jansen',
  photo: null,
  department: null,
  availability: 'available',
  reason: null,
  since: CHOSE,
  setBy: null,
  connection: 'connected',
  connectionSince: BROKE,
  missed: 0,
  isNotAnswering: false,
  ...({ cause: 'chosen', heldUntil: null, finishAs: null, idleUntil: null, mark: null } as const),
  shift: null,
  wrapUp: null,
  live: { used: 0, limit: 3, own: 3, version: 1 },
  deferred: { used: 0, limit: 5, own: 5, version: 1 },
  units: { used: 0, limit: null, own: null, version: 1 },
  joined: [],
  takesChats: true,
  takesTests: false,
  ...change,
})

test.each([
  ['available', operator({}), CHOSE],
  ['away', operator({ availability: 'away' }), CHOSE],
  ['offline by choice', operator({ availability: 'offline', connection: 'disconnected' }), CHOSE],
  ['offline by a lost connection', operator({ connection: 'disconnected' }), BROKE],
  ['reconnecting', operator({ connection: 'reconnecting' }), BROKE],
] as const)('%s counts from when it began', (_, row, since) => {
  expect(statusSince(row)).toBe(since)
})
