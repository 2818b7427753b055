// How every door is rightly asked, and by whom. The matrix tries each with everybody else.
import { randomUUID } from 'node:crypto'
import { PASSWORD } from '../testing/house.ts'
import type { Ids } from '../testing/worlds.ts'
import { CONTACT_ROWS } from './rows-contact.ts'
import { IMPORT_ROWS } from './rows-imports.ts'
import { SECURITY_ROWS } from './rows-security.ts'

export type Name =
  | 'anonymous'
  | 'signed out'
  | 'visitor'
  | 'another visitor'
  | 'visitor elsewhere'
  | 'viewer'
  | 'agent'
  | 'idle agent'
  | 'supervisor'
  | 'manager'
  | 'administrator'
  | 'owner'
  | 'administrator of a sibling account'
  | 'administrator of another organisation'
  | 'leaver'
  | 'joiner'

/** What is no object's id. */
export interface Known {
  login: string
  siteKey: string
  /** The links of two invitations: for a newcomer, and for the joiner. */
  newcomerToken: string
  joinerToken: string
}

/** How a door is rightly asked, and by whom; the ids that it takes are what strangers try. */
export interface Row {
  by: Name
  ask?: (ids: Ids, known: Known) => unknown
  /** What the right one hears; 200 unless said otherwise. */
  answers?: number
}

const body = (of: (ids: Ids, known: Known) => object) => (ids: Ids, known: Known) => ({
  body: of(ids, known),
})
const byId = (key: keyof Ids) => (ids: Ids) => ({ params: { id: ids[key] } })
const change = (key: keyof Ids, set: object) => (ids: Ids) => ({
  params: { id: ids[key] },
  body: { set, base: {} },
})
const place = (ids: Ids) => ({ params: { id: ids.queue, userId: ids.user } })
export const says = () => ({ clientId: randomUUID(), body: 'Good morning' })
const site = { name: 'Second shop', allowedOrigins: [], colour: '#0b7285', language: 'en' }
const queue = { name: 'Second line', kind: 'live', offerSeconds: 20, targetSeconds: 60 }
const founder = { organisation: 'Mine', firstName: 'Eve', lastName: 'Ill', language: 'en' }
const draft = (ids: Ids) => ({ accountId: ids.account, emails: [], set: {}, step: 1 })
const newcomer = { firstName: 'Bo', lastName: 'Briain', password: 'blue kettle on the windowsill' }

/** In this order the right ones go through, so that a row may stand on what an earlier one did. */
export const ROWS: Record<string, Row> = {
  'GET /api/set-up': { by: 'anonymous' },
  'POST /api/set-up': {
    by: 'anonymous',
    ask: body(() => ({ ...founder, token: 'x'.repeat(43), email: 'a@b.co', password: PASSWORD })),
    answers: 404,
  },
  'GET /api/accounts': { by: 'viewer' },
  'POST /api/accounts': {
    by: 'administrator',
    ask: body((ids) => ({ parentId: ids.account, kind: 'location', name: 'Harbour' })),
  },
  'PATCH /api/accounts/:id': { by: 'administrator', ask: change('account', { colour: '#111111' }) },
  'GET /api/accounts/:id/settings': { by: 'administrator', ask: byId('account') },
  'GET /api/accounts/:id/use': { by: 'administrator', ask: byId('account') },
  // Its administrator does not administer what lies above.
  'POST /api/accounts/:id/move/preview': {
    by: 'administrator',
    ask: (ids) => ({ params: { id: ids.account }, body: { parentId: ids.account } }),
    answers: 409,
  },
  'POST /api/accounts/:id/move': {
    by: 'administrator',
    ask: (ids) => ({ params: { id: ids.account }, body: { parentId: ids.account, version: 0 } }),
    answers: 409,
  },
  'GET /api/people': { by: 'viewer' },
  'GET /api/people/page': { by: 'viewer', ask: () => ({ query: { q: 'ada', limit: '20' } }) },
  'GET /api/people/:id': { by: 'viewer', ask: byId('membership') },
  'GET /api/people/:id/record': { by: 'viewer', ask: byId('membership') },
  'PATCH /api/people/:id': {
    by: 'manager',
    ask: (ids) => ({ params: { id: ids.membership }, body: { set: { alias: 'Bo' }, base: {} } }),
  },
  'POST /api/people/preview': {
    by: 'administrator',
    ask: body((ids) => ({ act: 'archive', ids: [ids.membership] })),
  },
  // They are active: there is nothing to do.
  'POST /api/people/acts': {
    by: 'administrator',
    ask: body((ids) => ({ act: 'unblock', ids: [ids.membership] })),
  },
  'POST /api/people/changes': {
    by: 'administrator',
    ask: body((ids) => ({ ids: [ids.membership], set: { alias: 'Bobby' } })),
  },
  // Nobody has made a batch by this id.
  'POST /api/people/batches/:id/undo': {
    by: 'administrator',
    ask: () => ({ params: { id: randomUUID() } }),
    answers: 404,
  },
  'POST /api/people': {
    by: 'manager',
    ask: body(({ account, role }) => ({
      ...{ accountId: account, firstName: 'Mo', lastName: 'Made', email: 'made@example.org' },
      ...{ password: 'blue kettle on the windowsill', mustChangePassword: false },
      ...{ set: { [`grant:${role}@account:${account}`]: true }, requestId: randomUUID() },
    })),
  },
  'PUT /api/people/:id/photo': { by: 'manager', ask: byId('membership'), answers: 415 },
  'DELETE /api/people/:id/photo': { by: 'manager', ask: byId('membership') },
  'GET /api/roles': { by: 'viewer' },
  'POST /api/roles': {
    by: 'owner',
    ask: body((ids) => ({ name: 'Evening agent', cloneOf: ids.role })),
  },
  // A built-in role is as it is.
  'PATCH /api/roles/:id': {
    by: 'owner',
    ask: (ids) => ({ params: { id: ids.role }, body: { set: { name: 'Clerk' }, base: {} } }),
    answers: 403,
  },
  'DELETE /api/roles/:id': { by: 'owner', ask: byId('role'), answers: 403 },
  'GET /api/explain/can': {
    by: 'viewer',
    ask: ({ user, account }) => ({
      query: { userId: user, permission: 'chats.answer', kind: 'account', at: account },
    }),
  },
  'GET /api/explain/who': {
    by: 'viewer',
    ask: ({ account }) => ({
      query: { permission: 'chats.answer', kind: 'account', at: account },
    }),
  },
  'GET /api/audit': { by: 'manager' },
  'GET /api/audit/export': { by: 'owner' },
  'GET /api/people/:id/history': { by: 'manager', ask: byId('membership') },
  'PUT /api/me/language': { by: 'agent', ask: body(() => ({ language: 'nl' })) },
  'PUT /api/me/photo': { by: 'agent', answers: 415 },
  'DELETE /api/me/photo': { by: 'agent' },
  'GET /api/invitations': { by: 'manager' },
  'POST /api/invitations': {
    by: 'administrator',
    ask: body((ids) => ({
      ...{ accountId: ids.account, emails: ['fresh@example.org'] },
      set: {
        ...{ [`grant:${ids.role}@account:${ids.account}`]: true },
        ...{ [`department:${ids.department}`]: { position: null } },
        ...{ [`queue:${ids.queue}`]: { participates: true, tier: 1 } },
      },
    })),
  },
  'POST /api/invitations/check': {
    by: 'manager',
    ask: body((ids) => ({ accountId: ids.account, emails: ['fresh@example.org'] })),
  },
  'POST /api/invitations/drafts': { by: 'manager', ask: body(draft) },
  'PUT /api/invitations/:id/draft': {
    by: 'administrator',
    ask: (ids) => ({ params: { id: ids.draft }, body: { ...draft(ids), version: 1 } }),
  },
  'POST /api/invitations/acts': {
    by: 'administrator',
    ask: body(() => ({ act: 'revoke', ids: [randomUUID()] })),
  },
  'POST /api/invitations/:id/link': { by: 'administrator', ask: byId('invitation') },
  'POST /api/invitations/:id/address': {
    by: 'administrator',
    ask: (ids) => ({ params: { id: ids.invitation }, body: { email: 'moved@example.org' } }),
  },
  'POST /api/invitations/:id/resend': { by: 'administrator', ask: byId('invitation') },
  'POST /api/invitations/:id/revoke': { by: 'administrator', ask: byId('invitation') },
  'POST /api/invitation': {
    by: 'anonymous',
    ask: body((_, known) => ({ token: known.newcomerToken })),
  },
  'POST /api/invitation/accept': {
    by: 'anonymous',
    ask: body((_, known) => ({ ...newcomer, token: known.newcomerToken })),
  },
  'POST /api/invitation/join': {
    by: 'joiner',
    ask: body((_, known) => ({ token: known.joinerToken })),
  },
  'GET /api/departments': { by: 'agent' },
  'POST /api/departments': {
    by: 'manager',
    ask: body((ids) => ({ accountId: ids.account, name: 'Returns' })),
  },
  'PATCH /api/departments/:id': { by: 'manager', ask: change('department', { name: 'Aftercare' }) },
  'GET /api/departments/:id/use': { by: 'manager', ask: byId('department') },
  // A group is in it.
  'DELETE /api/departments/:id': { by: 'manager', ask: byId('department'), answers: 409 },
  'GET /api/groups': { by: 'agent' },
  'POST /api/groups': {
    by: 'manager',
    ask: body((ids) => ({
      ...{ departmentId: ids.department, name: 'Late shift' },
      supervisorUserId: ids.administrator,
    })),
  },
  'PATCH /api/groups/:id': { by: 'manager', ask: change('group', { name: 'Day shift' }) },
  'GET /api/groups/:id/use': { by: 'manager', ask: byId('group') },
  'POST /api/groups/:id/remove': {
    by: 'manager',
    ask: (ids) => ({ params: { id: ids.group }, body: {} }),
  },
  'GET /api/skills': { by: 'agent' },
  'POST /api/skills': {
    by: 'manager',
    ask: body((ids) => ({ accountId: ids.account, name: 'Frisian' })),
  },
  'PATCH /api/skills/:id': { by: 'manager', ask: change('skill', { name: 'Norman' }) },
  'DELETE /api/skills/:id': { by: 'manager', ask: byId('skill') },
  'GET /api/queues': { by: 'agent' },
  'POST /api/queues': {
    by: 'manager',
    ask: body((ids) => ({ ...queue, accountId: ids.account })),
  },
  'GET /api/queues/:id/skills': { by: 'manager', ask: byId('queue') },
  'PUT /api/queues/:id/skills': {
    by: 'manager',
    ask: (ids) => ({ params: { id: ids.queue }, body: { skills: [], version: 1 } }),
  },
  'PATCH /api/queues/:id': { by: 'manager', ask: change('queue', { targetSeconds: 45 }) },
  // Chats have waited in it.
  'DELETE /api/queues/:id': { by: 'manager', ask: byId('queue'), answers: 409 },
  'PUT /api/queues/:id/members/:userId': { by: 'manager', ask: place },
  'DELETE /api/queues/:id/members/:userId': { by: 'manager', ask: place },
  'GET /api/sites': { by: 'manager' },
  'POST /api/sites': {
    by: 'manager',
    ask: body((ids) => ({ ...site, accountId: ids.account, queueId: ids.queue })),
  },
  'PATCH /api/sites/:id': { by: 'manager', ask: change('site', { colour: '#111111' }) },
  // Visitors have come to it.
  'DELETE /api/sites/:id': { by: 'manager', ask: byId('site'), answers: 409 },
  'GET /api/me/operator': { by: 'agent' },
  'PUT /api/me/availability': { by: 'agent', ask: body(() => ({ availability: 'available' })) },
  'GET /api/me/chats': { by: 'agent' },
  'PATCH /api/operators/:id/limit': {
    by: 'supervisor',
    ask: (ids) => ({ params: { id: ids.user }, body: { kind: 'live', limit: 2, version: 1 } }),
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
    ask: (ids) => ({ params: { id: ids.chat }, body: says() }),
  },
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
    ask: (ids) => ({ params: { id: ids.chat }, body: says() }),
  },
  'POST /api/visitor/chats/:id/leave': { by: 'visitor', ask: byId('chat') },
  'POST /api/offers/:id/accept': { by: 'agent', ask: byId('offer') },
  // Accepted just now: there is nothing to pass on.
  'POST /api/offers/:id/decline': { by: 'agent', ask: byId('offer'), answers: 409 },
  // Whoever takes part in its queue is offered a chat; there is nothing to take.
  'POST /api/chats/:id/take': { by: 'agent', ask: byId('chat'), answers: 409 },
  'POST /api/chats/:id/close': { by: 'agent', ask: byId('chat') },
  'GET /api/history': { by: 'manager' },
  'GET /api/history/places': { by: 'manager' },
  'GET /api/history/:id': { by: 'manager', ask: byId('chat') },
  'POST /api/history/:id/transfer': {
    by: 'manager',
    ask: (ids) => ({ params: { id: ids.chat }, body: { queueId: ids.queue } }),
  },
  'POST /api/queues/:id/join': { by: 'agent', ask: byId('queue') },
  'POST /api/queues/:id/leave': { by: 'agent', ask: byId('queue') },
  'GET /api/demo': { by: 'agent' },
  'PUT /api/demo': { by: 'supervisor', ask: body(() => ({ isMoving: true })), answers: 404 },
  'GET /api/dev/mail': { by: 'anonymous' },
  ...CONTACT_ROWS,
  ...IMPORT_ROWS,
  ...SECURITY_ROWS,
}
