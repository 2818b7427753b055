// How the doors of passwords and sessions are rightly asked. They come last: they end sessions, and
// nobody asks for anything with a session that has ended.
import { DEFAULT_POLICY } from '#contract/password.ts'
import { PASSWORD } from '../testing/house.ts'
import { body, byId, type Row, to } from './row.ts'

const CHOSEN = 'blue kettle on the windowsill'
const NO_TOKEN = 'x'.repeat(43)

export const SECURITY_ROWS: Record<string, Row> = {
  'POST /api/session': {
    by: 'anonymous',
    ask: body((_, { login }) => ({ login, password: PASSWORD })),
  },
  'GET /api/session': { by: 'administrator' },
  'PUT /api/session/organisation': {
    by: 'administrator',
    ask: body((ids) => ({ organisationId: ids.organisation })),
  },
  'DELETE /api/session': { by: 'leaver' },
  'POST /api/session/confirm': { by: 'administrator', ask: body({ password: PASSWORD }) },
  'GET /api/me/password-policy': { by: 'agent' },
  'GET /api/me/sessions': { by: 'agent' },
  'DELETE /api/me/sessions': { by: 'agent' },
  'POST /api/password/forgot': { by: 'anonymous', ask: body({ login: 'nobody@example.org' }) },
  'POST /api/password/look': { by: 'anonymous', ask: body({ token: NO_TOKEN }), answers: 404 },
  'POST /api/password/reset': {
    by: 'anonymous',
    ask: body({ token: NO_TOKEN, password: CHOSEN }),
    answers: 404,
  },
  'GET /api/accounts/:id/password-policy': { by: 'manager', ask: byId('account') },
  'POST /api/accounts/:id/password-policy/preview': {
    by: 'administrator',
    ask: to('account', { policy: DEFAULT_POLICY }),
  },
  'PUT /api/accounts/:id/password-policy': {
    by: 'administrator',
    ask: to('account', { policy: DEFAULT_POLICY, version: 0 }),
  },
  'GET /api/accounts/:id/session-limits': { by: 'administrator', ask: byId('account') },
  'PUT /api/accounts/:id/session-limits': {
    by: 'administrator',
    ask: to('account', { idleMinutes: 30, hours: null, version: 0 }),
  },
  'GET /api/people/:id/password-policy': { by: 'manager', ask: byId('colleague') },
  'GET /api/people/:id/sessions': { by: 'manager', ask: byId('colleague') },
  'DELETE /api/people/:id/sessions/:sessionId': {
    by: 'manager',
    ask: (ids) => ({ params: { id: ids.colleague, sessionId: ids.session } }),
  },
  // Ended just now, and never the manager's.
  'DELETE /api/me/sessions/:id': { by: 'manager', ask: byId('session'), answers: 404 },
  'DELETE /api/people/:id/sessions': { by: 'manager', ask: byId('colleague') },
  'POST /api/people/:id/password/reset-mail': { by: 'manager', ask: byId('colleague') },
  'POST /api/people/:id/password/expire': { by: 'manager', ask: byId('colleague') },
  'PUT /api/people/:id/password': {
    by: 'manager',
    ask: to('colleague', { password: CHOSEN, mustChange: true }),
  },
  'POST /api/me/password': {
    by: 'manager',
    ask: body({ current: PASSWORD, password: CHOSEN, endOthers: true }),
  },
}
