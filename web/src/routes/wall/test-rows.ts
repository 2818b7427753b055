// Rows of a floor, as tests make them.
import type { Operator } from '#contract/presence.ts'
import type { Chat } from '#contract/routing.ts'

export const at = (second: number) =>
  new Date(Date.UTC(2026, 0, 1, 9) + second * 1000).toISOString()

export function operator(id: string, more: Partial<Operator> = {}): Operator {
  return {
    id,
    accountIds: ['a'],
    name: id,
    photo: null,
    department: 'Service',
    availability: 'available',
    reason: null,
    since: at(0),
    setBy: null,
    connection: 'connected',
    connectionSince: at(0),
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
    ...more,
  }
}

export function chat(id: string, more: Partial<Chat> = {}): Chat {
  return {
    id,
    accountId: 'a',
    queueId: 'q',
    siteId: 's',
    kind: 'live',
    state: 'waiting',
    visitorName: null,
    enqueuedAt: at(0),
    dueAt: at(0),
    operatorId: null,
    offer: null,
    acceptedAt: null,
    opensAt: null,
    rings: false,
    handedOn: null,
    transfer: null,
    parked: null,
    ...more,
  }
}
