// How the doors of e-mails, mobile numbers, notification choices and address lists are rightly asked.
import { body, byId, type Row, to } from './row.ts'

const byToken = body({ token: 'x'.repeat(43) })

/** Whoever asks is in it, and it binds nobody out. */
const LIST = { ranges: [{ range: '127.0.0.0/8', note: 'Here' }], version: 0 }

const CHOICE = { kind: 'two_places', email: true, sms: false }

export const CONTACT_ROWS: Record<string, Row> = {
  'GET /api/dev/sms': { by: 'anonymous' },
  'GET /api/me/contact': { by: 'agent' },
  'POST /api/me/email': { by: 'agent', ask: body({ email: 'agent.anew@example.org' }) },
  'DELETE /api/me/email': { by: 'agent' },
  'PUT /api/me/mobile': { by: 'agent', ask: body({ mobile: '+31612345678', version: 0 }) },
  'POST /api/me/mobile/code': { by: 'agent' },
  // Right once in a million.
  'POST /api/me/mobile/verify': { by: 'agent', ask: body({ code: '000000' }), answers: 400 },
  'GET /api/me/notification-choices': { by: 'agent' },
  'PUT /api/me/notification-choices': { by: 'agent', ask: body({ choices: [CHOICE] }) },
  'POST /api/people/:id/email': {
    by: 'manager',
    ask: to('colleague', { email: 'colleague.anew@example.org' }),
  },
  'DELETE /api/people/:id/email': { by: 'manager', ask: byId('colleague') },
  // The one that was sent has been withdrawn by now.
  'POST /api/email/look': { by: 'anonymous', ask: byToken, answers: 404 },
  'POST /api/email/confirm': { by: 'anonymous', ask: byToken, answers: 404 },
  'POST /api/email/revert': { by: 'anonymous', ask: byToken, answers: 404 },
  'GET /api/accounts/:id/addresses': { by: 'administrator', ask: byId('account') },
  'PUT /api/accounts/:id/addresses': { by: 'administrator', ask: to('account', LIST) },
  'GET /api/people/:id/addresses': { by: 'manager', ask: byId('colleague') },
  'PUT /api/people/:id/addresses': { by: 'manager', ask: to('colleague', LIST) },
}
