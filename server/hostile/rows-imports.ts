// How the doors of imports are rightly asked.
import { body, byId, type Row } from './row.ts'

// An import is its maker's alone: what is no import of theirs is not there.
const strange = byId('account')

export const IMPORT_ROWS: Record<string, Row> = {
  'POST /api/imports/preview': {
    by: 'manager',
    ask: body((ids) => ({
      accountId: ids.account,
      csv: 'E-mail,First name\nnobody@example.org,Bo\n',
      language: 'en',
    })),
  },
  'GET /api/imports/:id': { by: 'manager', ask: strange, answers: 404 },
  'GET /api/imports/:id/rows': { by: 'manager', ask: strange, answers: 404 },
  'POST /api/imports/:id/apply': { by: 'manager', ask: strange, answers: 404 },
  'POST /api/imports/:id/undo': { by: 'manager', ask: strange, answers: 404 },
}
