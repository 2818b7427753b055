// The columns of the People list: what each is called, how wide it is, and what it says in a file.
import { formatDateTime, formatList, t } from '#lib/words.ts'
import type { Line } from './line.ts'
import type { Sort } from './people-filter.ts'
import { roleName, stateWord } from './wording.ts'

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

/** What a cell says, as text. */
export function textOf(column: Column, line: Line, names: MoreNames): string {
  return texts[column](line, names)
}

const person = (line: Line) => (line.kind === 'person' ? line.person : undefined)
const groupOf = (line: Line) =>
  line.kind === 'person' ? line.person.supervisorGroupId : line.invitation.supervisorGroupId

const texts: Record<Column, (line: Line, names: MoreNames) => string> = {
  name: ({ name }) => name,
  email: ({ email }) => email,
  login: ({ login }) => login,
  account: ({ account }) => account,
  roles: (line) => formatList(line.roles.map(roleName)),
  departments: ({ departments }) =>
    departments.map(({ name, position }) => (position ? `${name} (${position})` : name)).join(', '),
  group: (line, names) => names.group(groupOf(line) ?? '') ?? '',
  queues: ({ queues }) => queues.join(', '),
  live: (line) => String(person(line)?.live?.limit ?? ''),
  deferred: (line) => String(person(line)?.deferred?.limit ?? ''),
  status: ({ state }) => stateWord(state),
  created: ({ createdAt }) => formatDateTime(createdAt),
}
