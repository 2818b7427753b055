// How the doors of operators, visitors, chats and their history are rightly asked.
import { randomUUID } from 'node:crypto'
import { body, byId, type Row, says, to } from './row.ts'

export const CHAT_ROWS: Record<string, Row> = {
  'GET /api/me/operator': { by: 'agent' },
  'GET /api/me/shift': { by: 'agent' },
  'PUT /api/me/availability': { by: 'agent', ask: body({ availability: 'available' }) },
  'POST /api/me/wrap-up/end': { by: 'agent' },
  'POST /api/me/activity': { by: 'agent' },
  'POST /api/me/back': { by: 'agent' },
  'GET /api/me/statuses': { by: 'agent' },
  'GET /api/presence-rules': { by: 'owner' },
  'PATCH /api/presence-rules': {
    by: 'owner',
    ask: body({ set: { heldMinutes: 5 }, base: { heldMinutes: 5 } }),
  },
  'DELETE /api/operators/:id/hold': { by: 'supervisor', ask: byId('user') },
  'GET /api/me/chats': { by: 'agent' },
  'PATCH /api/operators/:id/limit': {
    by: 'supervisor',
    ask: to('user', { kind: 'live', limit: 2, version: 1 }),
  },
  'PATCH /api/operators/:id/units': {
    by: 'supervisor',
    ask: to('user', { limit: 4, version: 1 }),
  },
  'GET /api/me/notifications': { by: 'administrator' },
  'POST /api/me/notifications/:id/read': { by: 'administrator', ask: byId('notification') },
  'GET /api/live/:scope': {
    by: 'supervisor',
    ask: (ids) => ({ params: { scope: `floor:${ids.account}` } }),
  },
  'GET /api/chats/:id/messages': { by: 'agent', ask: byId('chat') },
  'POST /api/chats/:id/messages': {
    by: 'agent',
    ask: to('chat', says),
  },
  // It is a live one.
  'POST /api/chats/:id/park': {
    by: 'agent',
    ask: to('chat', () => ({ seen: 1 })),
    answers: 409,
  },
  // Theirs already.
  'POST /api/chats/:id/take-back': { by: 'agent', ask: byId('chat') },
  'GET /api/chats/:id/targets': { by: 'agent', ask: byId('chat') },
  'GET /api/chats/:id/transfers': { by: 'agent', ask: byId('chat') },
  'POST /api/transfers/:id/cancel': { by: 'agent', ask: byId('transfer') },
  'POST /api/chats/:id/transfers': {
    by: 'agent',
    ask: to('chat', (ids) => ({ id: randomUUID(), to: { kind: 'queue', id: ids.queue } })),
  },
  // It is not the agent who is asked.
  'POST /api/transfers/:id/decline': { by: 'agent', ask: to('transfer', {}), answers: 404 },
  // Whoever is not there would not see it.
  'POST /api/chats/:id/assign': {
    by: 'supervisor',
    ask: to('chat', (ids) => ({ id: randomUUID(), userId: ids.user })),
    answers: 409,
  },
  // Somebody holds it.
  'POST /api/chats/:id/move': {
    by: 'supervisor',
    ask: to('chat', (ids) => ({ id: randomUUID(), queueId: ids.queue })),
    answers: 409,
  },
  'GET /api/transfer-rules': { by: 'owner' },
  'PATCH /api/transfer-rules': { by: 'owner', ask: body({ set: { most: 3 }, base: { most: 5 } }) },
  'GET /api/visitor/sites/:key': {
    by: 'anonymous',
    ask: (_, { siteKey }) => ({ params: { key: siteKey } }),
  },
  'POST /api/visitor': { by: 'anonymous', ask: body((_, { siteKey }) => ({ siteKey })) },
  'GET /api/visitor/chats': { by: 'visitor' },
  'POST /api/visitor/chats': { by: 'visitor', ask: body(() => ({ ...says(), id: randomUUID() })) },
  'GET /api/visitor/chats/:id/messages': { by: 'visitor', ask: byId('chat') },
  'POST /api/visitor/chats/:id/messages': {
    by: 'visitor',
    ask: to('chat', says),
  },
  'POST /api/visitor/chats/:id/leave': { by: 'visitor', ask: byId('chat') },
  'POST /api/offers/:id/accept': { by: 'agent', ask: byId('offer') },
  // Accepted just now: there is nothing to pass on.
  'POST /api/offers/:id/decline': { by: 'agent', ask: byId('offer'), answers: 409 },
  // Whoever takes part in its queue is offered a chat; there is nothing to take.
  'POST /api/chats/:id/take': { by: 'agent', ask: byId('chat'), answers: 409 },
  // Its queue offers its chats; there is nothing to pick.
  'POST /api/chats/:id/pick': { by: 'agent', ask: byId('chat'), answers: 404 },
  'POST /api/chats/:id/close': { by: 'agent', ask: byId('chat') },
  'GET /api/chats/:id/why': { by: 'supervisor', ask: byId('chat') },
  'GET /api/operators/:id/why': { by: 'supervisor', ask: byId('user') },
  'PUT /api/operators/:id/availability': {
    by: 'supervisor',
    ask: to('user', () => ({ availability: 'available' })),
  },
  'GET /api/operators/:id/statuses': { by: 'supervisor', ask: byId('user') },
  'GET /api/operators/:id/statuses/export': {
    by: 'supervisor',
    ask: (ids) => ({
      params: { id: ids.user },
      query: { from: '2026-01-01', to: '2026-01-02', language: 'nl' },
    }),
  },
  'GET /api/statuses/export': {
    by: 'supervisor',
    ask: () => ({ query: { from: '2026-01-01', to: '2026-01-31' } }),
  },
  'GET /api/operators/:id/choosable': { by: 'supervisor', ask: byId('user') },
  'GET /api/history': { by: 'manager' },
  'GET /api/history/places': { by: 'manager' },
  'GET /api/history/:id': { by: 'manager', ask: byId('chat') },
  'POST /api/history/:id/transfer': {
    by: 'manager',
    ask: to('chat', (ids) => ({ queueId: ids.queue })),
  },
  'POST /api/queues/:id/join': { by: 'agent', ask: byId('queue') },
  'PUT /api/queues/:id/join': { by: 'agent', ask: to('queue', () => ({ minutes: 30 })) },
  'POST /api/queues/:id/leave': { by: 'agent', ask: byId('queue') },
  'GET /api/proof': { by: 'supervisor' },
  'GET /api/demo': { by: 'agent' },
  'PUT /api/demo': { by: 'supervisor', ask: body({ isMoving: true }), answers: 404 },
  'GET /api/dev/mail': { by: 'anonymous' },
}
