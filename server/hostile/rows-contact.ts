// How the doors of e-mails, mobile numbers, notification choices and address lists are rightly asked.
import type { Ids } from '../testing/worlds.ts'
import type { Row } from './rows.ts'

const byId = (key: keyof Ids) => (ids: Ids) => ({ params: { id: ids[key] } })
const to = (key: keyof Ids, of: object) => (ids: Ids) => ({ params: { id: ids[key] }, body: of })

/** Whoever asks is in it, and it binds nobody out. */
const LIST = { ranges: [{ range: '127.0.0.0/8', note: 'Here' }], version: 0 }

export const CONTACT_ROWS: Record<string, Row> = {
  'GET /api/accounts/:id/addresses': { by: 'administrator', ask: byId('account') },
  'PUT /api/accounts/:id/addresses': { by: 'administrator', ask: to('account', LIST) },
  'GET /api/people/:id/addresses': { by: 'manager', ask: byId('colleague') },
  'PUT /api/people/:id/addresses': { by: 'manager', ask: to('colleague', LIST) },
}
