// How every door is rightly asked, and by whom. The matrix tries each with everybody else.
import type { Row } from './row.ts'
import { CHAT_ROWS } from './rows-chats.ts'
import { CONTACT_ROWS } from './rows-contact.ts'
import { IMPORT_ROWS } from './rows-imports.ts'
import { PEOPLE_ROWS } from './rows-people.ts'
import { SECURITY_ROWS } from './rows-security.ts'
import { SET_UP_ROWS } from './rows-set-up.ts'
import { SIMULATOR_ROWS } from './rows-simulator.ts'

/**
 * In this order the right ones go through, so that a row may stand on what an earlier one did. What
 * ends sessions comes last.
 */
export const ROWS: Record<string, Row> = {
  ...PEOPLE_ROWS,
  ...SET_UP_ROWS,
  ...CHAT_ROWS,
  ...CONTACT_ROWS,
  ...IMPORT_ROWS,
  ...SIMULATOR_ROWS,
  ...SECURITY_ROWS,
}
