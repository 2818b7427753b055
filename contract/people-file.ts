// People as a file: what the list writes and an import reads. Whatever is read again unchanged comes
// to nothing (contract/imports.ts). What this does not know of a person, such as the nickname or the
// level of a skill, is not in the file, and so an import leaves it alone.
import { joinItems } from './csv.ts'
import {
  COLUMN_WORDS,
  type ImportColumn,
  type ImportState,
  keyOf,
  LANGUAGE_WORDS,
  ROLE_WORDS,
  roleText,
  STATE_WORDS,
  withDetail,
} from './import-columns.ts'
import type { Invitation } from './invitations.ts'
import type { Language } from './shapes.ts'
import type { Person } from './users.ts'

/** The names behind ids; what has no name that is known is written as its id. */
export interface FileNames {
  account: (id: string) => string | undefined
  department: (id: string) => string | undefined
  group: (id: string) => string | undefined
  queue: (id: string) => string | undefined
  hours: (id: string) => string | undefined
  skill: (id: string) => string | undefined
  site: (id: string) => string | undefined
}

const WRITTEN = [
  'firstName',
  'lastName',
  'displayName',
  'email',
  'login',
  'language',
  'account',
  'roles',
  'departments',
  'group',
  'queues',
  'shift',
  'skills',
  'live',
  'deferred',
  'units',
  'status',
] as const satisfies ImportColumn[]

type Written = Record<(typeof WRITTEN)[number], string>

/** The first line says what stands in each column. Those without an address yet are left out. */
export function peopleFile(
  rows: readonly (Person | Invitation)[],
  names: FileNames,
  language: Language,
): string[][] {
  const head = WRITTEN.map((column) => COLUMN_WORDS[language][column])
  const lines = rows
    .filter(({ email }) => email !== '')
    .map((row) => {
      const cells: Written = { ...commonOf(row, names, language), ...ownOf(row, language) }
      return WRITTEN.map((column) => cells[column])
    })
  return [head, ...lines]
}

type Own = 'login' | 'live' | 'deferred' | 'units' | 'status'

function ownOf(row: Person | Invitation, language: Language): Pick<Written, Own> {
  if ('login' in row) {
    const { login, live, deferred, units, status } = row
    // What is set, not what counts: read in again, the file changes nothing.
    const limits = {
      live: String(live?.own ?? ''),
      deferred: String(deferred?.own ?? ''),
      units: String(units?.own ?? ''),
    }
    return { login, ...limits, status: STATE_WORDS[language][status] }
  }
  const limit = (key: string) => String(row.set[key] ?? '')
  const state: ImportState = row.state
  return {
    ...{ login: '', live: limit('limit.live'), deferred: limit('limit.deferred') },
    units: limit('limit.units'),
    status: STATE_WORDS[language][state],
  }
}

function commonOf(
  row: Person | Invitation,
  names: FileNames,
  language: Language,
): Omit<Written, Own> {
  const { email, firstName, lastName, displayName, supervisorGroupId: group } = row
  const spoken = keyOf(LANGUAGE_WORDS, row.language) ?? 'en'
  const shift = 'login' in row ? row.shiftId : row.set['shiftId']
  const departments = row.departments.map(({ id, position }) =>
    withDetail(names.department(id) ?? id, position),
  )
  return {
    ...{ email, firstName: firstName ?? '', lastName: lastName ?? '' },
    displayName: displayName ?? '',
    language: LANGUAGE_WORDS[language][spoken],
    account: names.account(row.accountId) ?? row.accountId,
    roles: joinItems(row.roles.map((role) => roleOf(role, row.accountId, names, language))),
    departments: joinItems(departments),
    group: group === null ? '' : (names.group(group) ?? group),
    queues: joinItems(row.queues.map((id) => names.queue(id) ?? id)),
    shift: typeof shift === 'string' ? (names.hours(shift) ?? shift) : '',
    skills: joinItems(row.skills.map((id) => names.skill(id) ?? id)),
  }
}

function roleOf(
  { key, name, kind, at }: Omit<Person['roles'][number], 'accountId'>,
  accountId: string,
  names: FileNames,
  language: Language,
): string {
  const builtIn = keyOf(ROLE_WORDS, key)
  const said = builtIn === undefined ? name : ROLE_WORDS[language][builtIn]
  return roleText(said, at === accountId ? null : (names[kind](at) ?? at))
}
