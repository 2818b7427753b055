// The columns of a file of people: the list writes them, an import reads them, in English or Dutch.
import type { BuiltInRole } from './permissions.ts'
import type { Language } from './shapes.ts'

export const IMPORT_COLUMNS = [
  'email',
  'login',
  'firstName',
  'lastName',
  'displayName',
  'alias',
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
] as const
export type ImportColumn = (typeof IMPORT_COLUMNS)[number]

type Words<Key extends string> = Readonly<Record<Language, Readonly<Record<Key, string>>>>

/** What the file's first line says, as it is written. */
export const COLUMN_WORDS: Words<ImportColumn> = {
  en: {
    email: 'E-mail',
    login: 'Login',
    firstName: 'First name',
    lastName: 'Last name',
    displayName: 'Display name',
    alias: 'Nickname',
    language: 'Language',
    account: 'Account',
    roles: 'Roles',
    departments: 'Departments',
    group: 'Group',
    queues: 'Queues',
    shift: 'Shift',
    skills: 'Skills',
    live: 'Live limit',
    deferred: 'Deferred limit',
    units: 'Unit limit',
    status: 'Status',
  },
  nl: {
    email: 'E-mail',
    login: 'Login',
    firstName: 'Voornaam',
    lastName: 'Achternaam',
    displayName: 'Weergavenaam',
    alias: 'Bijnaam',
    language: 'Taal',
    account: 'Account',
    roles: 'Rollen',
    departments: 'Afdelingen',
    group: 'Groep',
    queues: 'Wachtrijen',
    shift: 'Dienst',
    skills: 'Vaardigheden',
    live: 'Limiet live',
    deferred: 'Limiet uitgesteld',
    units: 'Limiet eenheden',
    status: 'Status',
  },
}

/** What others write for the same. */
const ALSO: Readonly<Partial<Record<ImportColumn, readonly string[]>>> = {
  email: ['email', 'email address', 'e-mail address', 'e-mailadres', 'emailadres', 'mail'],
  login: ['user name', 'username', 'gebruikersnaam'],
  firstName: ['first', 'given name', 'roepnaam'],
  lastName: ['last', 'surname', 'family name'],
  alias: ['alias', 'nick'],
  roles: ['role', 'rol'],
  departments: ['department', 'afdeling'],
  group: ["supervisor's group", 'supervisor group', 'team'],
  queues: ['queue', 'wachtrij'],
  shift: ['schedule', 'working hours', 'rooster'],
  skills: ['skill', 'vaardigheid'],
  live: ['limit', 'limiet', 'chat limit', 'chatlimiet'],
}

/** The column that a heading names; undefined for one that says nothing of a person here. */
export function columnOf(heading: string): ImportColumn | undefined {
  return BY_HEADING.get(folded(heading))
}

export const ROLE_WORDS: Words<BuiltInRole> = {
  en: {
    administrator: 'Administrator',
    manager: 'Manager',
    supervisor: 'Supervisor',
    agent: 'Agent',
    tester: 'Tester',
    viewer: 'Viewer',
    site_administrator: 'Site administrator',
    correspondence: 'Correspondence report',
    history_transfer: 'Thread transfer',
    people_manager: 'People of own group',
    session_manager: 'Sessions of own group',
  },
  nl: {
    administrator: 'Beheerder',
    manager: 'Manager',
    supervisor: 'Supervisor',
    agent: 'Medewerker',
    tester: 'Tester',
    viewer: 'Meekijker',
    site_administrator: 'Beheerder van de site',
    correspondence: 'Correspondentierapport',
    history_transfer: 'Chats overdragen',
    people_manager: 'Mensen van eigen groep',
    session_manager: 'Sessies van eigen groep',
  },
}

export const LANGUAGE_WORDS: Words<Language> = {
  en: { en: 'English', nl: 'Dutch' },
  nl: { en: 'Engels', nl: 'Nederlands' },
}

/** Of people and of invitations. */
export type ImportState =
  | 'active'
  | 'blocked'
  | 'archived'
  | 'invited'
  | 'draft'
  | 'queued'
  | 'sent'
  | 'opened'
  | 'bounced'
  | 'expired'
  | 'accepted'
  | 'revoked'

export const STATE_WORDS: Words<ImportState> = {
  en: {
    active: 'Active',
    blocked: 'Blocked',
    archived: 'Archived',
    invited: 'Invited',
    draft: 'Draft',
    queued: 'Sending',
    sent: 'Invitation sent',
    opened: 'Invitation opened',
    bounced: 'Not delivered',
    expired: 'Invitation expired',
    accepted: 'Accepted',
    revoked: 'Revoked',
  },
  nl: {
    active: 'Actief',
    blocked: 'Geblokkeerd',
    archived: 'Gearchiveerd',
    invited: 'Uitgenodigd',
    draft: 'Concept',
    queued: 'Wordt verzonden',
    sent: 'Uitnodiging verzonden',
    opened: 'Uitnodiging geopend',
    bounced: 'Niet bezorgd',
    expired: 'Uitnodiging verlopen',
    accepted: 'Aangenomen',
    revoked: 'Ingetrokken',
  },
}

/** How a role is written in a file: where it is held stands behind it, unless that is the person's account. */
export function roleText(role: string, at: string | null): string {
  return at === null ? role : `${role} @ ${at}`
}

/** A department with what somebody is there, or a skill with its level: `Sales (Lead)`. */
export function withDetail(name: string, detail: string | number | null): string {
  return detail === null ? name : `${name} (${detail})`
}

/** The key whose word this is, in whichever language; the key itself is one too. */
export function keyOf<Key extends string>(words: Words<Key>, text: string): Key | undefined {
  let known = KEYS.get(words)
  if (known === undefined) {
    known = new Map()
    for (const one of Object.values(words))
      for (const key in one) known.set(folded(one[key]), key).set(folded(key), key)
    KEYS.set(words, known)
  }
  const key = known.get(folded(text))
  return Object.keys(words.en).find((one): one is Key => one === key)
}

const KEYS = new WeakMap<object, Map<string, string>>()

/** Case, spaces around and accents do not count. */
export function folded(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').trim().toLowerCase()
}

const BY_HEADING: ReadonlyMap<string, ImportColumn> = new Map(
  IMPORT_COLUMNS.flatMap((column) => [
    ...[COLUMN_WORDS.nl[column], COLUMN_WORDS.en[column], column, ...(ALSO[column] ?? [])].map(
      (heading) => [folded(heading), column] as const,
    ),
  ]),
)
