// The columns of the People list: what each is called, and how it is ordered.
import { t } from '#lib/words.ts'
import type { Sort } from './people-filter.ts'

export const COLUMNS = [
  'name',
  'status',
  'email',
  'login',
  'account',
  'roles',
  'departments',
  'group',
  'queues',
  'live',
  'deferred',
  'created',
] as const
export type Column = (typeof COLUMNS)[number]

/** Shown until somebody chooses otherwise. */
export const USUAL: readonly Column[] = [
  'name',
  'status',
  'login',
  'account',
  'roles',
  'departments',
  'live',
]

export const sortOf: Record<Column, Sort> = {
  name: 'name',
  email: 'email',
  login: 'login',
  account: 'account',
  roles: 'role',
  departments: 'department',
  group: 'group',
  queues: 'queue',
  live: 'limit',
  deferred: 'deferred',
  status: 'status',
  created: 'created',
}

export function columnName(column: Column): string {
  return t(`people.column.${column}`)
}

/** The columns named in an address, in their own order; the name is always among them. */
export function columnsOf(named: readonly string[], hasAccounts: boolean): Column[] {
  const chosen = named.length > 0 ? ['name', ...named] : USUAL
  return COLUMNS.filter((one) => chosen.includes(one) && (hasAccounts || one !== 'account'))
}

/** What names the list does not carry itself. */
export interface MoreNames {
  group: (id: string) => string | undefined
  account: (id: string) => string | undefined
  department: (id: string) => string | undefined
}
