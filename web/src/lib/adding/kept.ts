// What has been filled in of somebody who is yet to be added: kept on this device, so that a reload,
// a closed tab or a way back loses nothing.
import { type Fields, type FieldValue, fieldOf, schemaOf } from '#contract/fields.ts'

export interface Filled {
  /** Undefined: the first account at which one may add. */
  accountId: string | undefined
  /** Addresses as typed: one, or several with anything between them. */
  emails: string
  login: string
  /** Everything else, by field key. */
  fields: Fields
  /** Hours that the link works; undefined: as the account says. */
  hours: number | undefined
  mustChangePassword: boolean
  /** Where the wizard stands, from 0. */
  step: number
  /** The same until somebody was added: a second press adds nobody twice. */
  requestId: string
  /** The draft on the server that this is. */
  draft: { id: string; version: number } | undefined
  /** Of one person: a small JPEG, as an address that holds all of it. */
  photo: string | undefined
}

export const nothingFilled = (): Filled => ({
  accountId: undefined,
  emails: '',
  login: '',
  fields: {},
  hours: undefined,
  mustChangePassword: true,
  step: 0,
  requestId: crypto.randomUUID(),
  draft: undefined,
  photo: undefined,
})

/** What is one person's own. */
const OWN = ['firstName', 'lastName', 'displayName', 'alias', 'description', 'mobile', 'gender']

/** The same choices for the next person: who they are is asked anew. */
export function forNext(filled: Filled): Filled {
  const fields = Object.fromEntries(
    Object.entries(filled.fields).filter(([key]) => !OWN.includes(key)),
  )
  return { ...nothingFilled(), accountId: filled.accountId, hours: filled.hours, fields }
}

/** Whether nothing is filled in of anybody: choices that stand for the next one are nobody's. */
export function isEmpty({ emails, login, fields, photo }: Filled): boolean {
  if (photo !== undefined) return false
  return emails === '' && login === '' && !OWN.some((key) => Object.hasOwn(fields, key))
}

/** The addresses in a text: between commas, semicolons, blanks and ends of lines; each once. */
export function addressesIn(text: string): string[] {
  const found = text.split(/[\s,;<>]+/).filter((one) => one !== '' && one !== '.')
  const seen = new Map(found.map((one) => [one.toLowerCase(), one]))
  return [...seen.values()]
}

/** What was kept, as far as it is sound; empty when it is not. */
export function readKept(text: string | null): Filled {
  const kept = parse(text)
  const word = (name: string) => {
    const value = kept[name]
    return typeof value === 'string' ? value : ''
  }
  const whole = (name: string) => {
    const value = kept[name]
    return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined
  }
  const empty = nothingFilled()
  return {
    ...empty,
    accountId: word('accountId') || undefined,
    emails: word('emails'),
    login: word('login'),
    fields: fieldsIn(kept['fields']),
    hours: whole('hours'),
    mustChangePassword: kept['mustChangePassword'] !== false,
    step: whole('step') ?? 0,
    requestId: word('requestId') || empty.requestId,
    draft: draftIn(kept['draft']),
    photo: word('photo').startsWith('data:image/jpeg;base64,') ? word('photo') : undefined,
  }
}

function draftIn(value: unknown): Filled['draft'] {
  const { id, version } = entriesOf(value)
  return typeof id === 'string' && typeof version === 'number' ? { id, version } : undefined
}

// What is no field any more is dropped; what a value must be, the server says.
function fieldsIn(value: unknown): Fields {
  const known = Object.entries(entriesOf(value)).filter(([key]) => fieldOf(key) !== undefined)
  return Object.fromEntries(known.filter(isField))
}

function isField(entry: [string, unknown]): entry is [string, FieldValue] {
  const field = fieldOf(entry[0])
  return field !== undefined && schemaOf(field) !== undefined && entry[1] !== undefined
}

function parse(text: string | null): Record<string, unknown> {
  try {
    return entriesOf(JSON.parse(text ?? '{}'))
  } catch {
    return {}
  }
}

function entriesOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value))
    : {}
}

/** What this device has kept under the key; null where it keeps nothing. */
export function stored(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}
