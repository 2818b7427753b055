// One line of the People list: a person, or an invitation that may become one.
import type { Invitation } from '#contract/invitations.ts'
import type { Person } from '#contract/users.ts'
import { compareNames } from '#lib/words.ts'

export const LINE_STATES = [
  'active',
  'invited',
  'queued',
  'sent',
  'opened',
  'bounced',
  'expired',
  'blocked',
  'archived',
  'accepted',
  'revoked',
  'draft',
] as const
export type LineState = (typeof LINE_STATES)[number]

/** Invitations whose link still works, or could. */
const OPEN = ['queued', 'sent', 'opened', 'bounced'] as const satisfies LineState[]

interface Common {
  id: string
  /** Both names, or the address of somebody whose name is not known yet. */
  name: string
  email: string
  /** Empty for an invitation: there is none yet. */
  login: string
  createdAt: string
  accountId: string
  account: string
  roles: readonly { key: string; name: string }[]
  departments: readonly { id: string; name: string; position: string | undefined }[]
  queues: readonly string[]
  state: LineState
  /**
   * What searching looks through, without accents, in small letters: the names and what stands
   * before the @. What follows it is the same for nearly everybody.
   */
  text: string
}

export interface PersonLine extends Common {
  kind: 'person'
  person: Person
}
export interface InvitationLine extends Common {
  kind: 'invitation'
  invitation: Invitation
}
export type Line = PersonLine | InvitationLine

/** The names behind the ids that rows carry; undefined for what this person may not see. */
export interface Names {
  account: (id: string) => string | undefined
  department: (id: string) => string | undefined
  queue: (id: string) => string | undefined
}

export function lineOfPerson(person: Person, names: Names): PersonLine {
  const name = `${person.firstName} ${person.lastName}`
  return withPlaces(
    {
      kind: 'person' as const,
      person,
      id: person.id,
      accountId: person.accountId,
      name,
      email: person.email,
      login: person.login,
      createdAt: person.createdAt,
      roles: uniqueRoles(person.roles),
      state: person.status,
      text: searchable(
        `${name} ${person.displayName ?? ''} ${localOf(person.email)} ${localOf(person.login)}`,
      ),
    },
    person,
    names,
  )
}

export function lineOfInvitation(invitation: Invitation, names: Names): InvitationLine {
  const { email, firstName, lastName, displayName } = invitation
  const name = [firstName, lastName].filter((part) => part !== null).join(' ') || email
  return withPlaces(
    {
      kind: 'invitation' as const,
      invitation,
      id: invitation.id,
      accountId: invitation.accountId,
      name,
      email,
      login: '',
      createdAt: invitation.createdAt,
      roles: uniqueRoles(invitation.roles),
      state: invitation.state,
      text: searchable(`${localOf(name)} ${displayName ?? ''} ${localOf(email)}`),
    },
    invitation,
    names,
  )
}

type Placed = Pick<Common, 'account' | 'departments' | 'queues'>

/** Names are looked up when they are drawn: a new name of a department touches no line. */
function withPlaces<L extends object>(line: L, row: Person | Invitation, names: Names): L & Placed {
  const nowhere: Placed = { account: '', departments: [], queues: [] }
  return Object.defineProperties(Object.assign(line, nowhere), {
    account: { enumerable: true, get: () => names.account(row.accountId) ?? '' },
    departments: {
      enumerable: true,
      get: () =>
        row.departments.flatMap(({ id, position }) => {
          const name = names.department(id)
          return name === undefined ? [] : [{ id, name, position: position ?? undefined }]
        }),
    },
    queues: {
      enumerable: true,
      get: () =>
        row.queues
          .map(names.queue)
          .filter((name) => name !== undefined)
          .toSorted(compareNames),
    },
  })
}

// The same role, held at several accounts, is said once.
function uniqueRoles(roles: readonly { key: string; name: string }[]) {
  return [...new Map(roles.map(({ key, name }) => [key, { key, name }])).values()]
}

function localOf(address: string): string {
  return address.replace(/@.*/, '')
}

/** The text as searching compares it. */
export function searchable(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}

export function isOpen(state: LineState): boolean {
  return OPEN.some((open) => open === state)
}

/** Whether a new link can be sent: while it is open, and when it has run out. */
export function mayResend(state: LineState): boolean {
  return isOpen(state) || state === 'expired'
}
