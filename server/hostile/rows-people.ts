// How the doors of accounts, people, roles and invitations are rightly asked.
import { randomUUID } from 'node:crypto'
import { PASSWORD } from '../testing/house.ts'
import type { Ids } from '../testing/worlds.ts'
import { body, byId, change, type Row, to } from './row.ts'

const founder = { organisation: 'Mine', firstName: 'Eve', lastName: 'Ill', language: 'en' }
const draft = (ids: Ids) => ({ accountId: ids.account, emails: [], set: {}, step: 1 })
const newcomer = { firstName: 'Bo', lastName: 'Briain', password: 'blue kettle on the windowsill' }

export const PEOPLE_ROWS: Record<string, Row> = {
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
    ask: to('account', (ids) => ({ parentId: ids.account })),
    answers: 409,
  },
  'POST /api/accounts/:id/move': {
    by: 'administrator',
    ask: to('account', (ids) => ({ parentId: ids.account, version: 0 })),
    answers: 409,
  },
  'GET /api/people': { by: 'viewer' },
  'GET /api/people/page': { by: 'viewer', ask: () => ({ query: { q: 'ada', limit: '20' } }) },
  'GET /api/people/:id': { by: 'viewer', ask: byId('membership') },
  'GET /api/people/:id/record': { by: 'viewer', ask: byId('membership') },
  'PATCH /api/people/:id': {
    by: 'manager',
    ask: to('membership', { set: { alias: 'Bo' }, base: {} }),
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
    ask: to('role', { set: { name: 'Clerk' }, base: {} }),
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
  'PUT /api/me/language': { by: 'agent', ask: body({ language: 'nl' }) },
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
    ask: to('draft', (ids) => ({ ...draft(ids), version: 1 })),
  },
  'POST /api/invitations/acts': {
    by: 'administrator',
    ask: body(() => ({ act: 'revoke', ids: [randomUUID()] })),
  },
  'POST /api/invitations/:id/link': { by: 'administrator', ask: byId('invitation') },
  'POST /api/invitations/:id/address': {
    by: 'administrator',
    ask: to('invitation', { email: 'moved@example.org' }),
  },
  'PUT /api/invitations/:id/photo': { by: 'manager', ask: byId('invitation'), answers: 415 },
  'DELETE /api/invitations/:id/photo': { by: 'manager', ask: byId('invitation') },
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
}
