// A status of the catalogue as its form has it: departments, and the kinds of chats that it accepts, each as
// one text; nothing for everybody, and for one that is not available.
import type { Fields, FieldValue } from '#contract/fields.ts'
import type { ChatKind } from '#contract/shapes.ts'
import type { Status, StatusAvailability, StatusChanges } from '#contract/statuses.ts'
import { fits } from '../thing-editor.svelte.ts'

/** What a status means: one choice on the screen, two fields that go together. */
export const MEANINGS = ['away', 'busy', 'live', 'deferred', 'handed'] as const
export type Meaning = (typeof MEANINGS)[number]

interface Meant {
  availability: StatusAvailability
  accepts: ChatKind[] | null
}

export const MEANT: Readonly<Record<Meaning, Meant>> = {
  away: { availability: 'away', accepts: null },
  busy: { availability: 'busy', accepts: null },
  live: { availability: 'available', accepts: ['live'] },
  deferred: { availability: 'available', accepts: ['deferred'] },
  handed: { availability: 'available', accepts: [] },
}

export function meaningOf({ availability, accepts }: Meant): Meaning {
  if (availability !== 'available') return availability
  return accepts?.[0] ?? 'handed'
}

/** What a new one looks like until somebody says otherwise. */
export function newLook(meaning: Meaning) {
  const all = { ...MEANT[meaning], maxMinutes: null, departmentIds: null } as const
  if (meaning === 'away') return { ...all, icon: 'pause', colour: 'amber', isPaid: false } as const
  const colour = meaning === 'busy' ? 'violet' : 'green'
  return { ...all, icon: 'desk', colour, isPaid: true } as const
}

export function fieldsOf(status: Status): Fields {
  const { name, availability, icon, colour, isPaid, maxMinutes } = status
  const accepts = wordsText(status.accepts)
  const departmentIds = wordsText(status.departmentIds)
  return { name, availability, accepts, icon, colour, isPaid, maxMinutes, departmentIds }
}

/** Several ids or words as the one text that a form has. */
export function wordsText(words: unknown): string | null {
  return Array.isArray(words) ? words.join(' ') : null
}

export function wordsIn(value: FieldValue): string[] | null {
  return typeof value === 'string' ? value.split(' ').filter((word) => word !== '') : null
}

/** The meaning that the form's two fields come to. */
export function meaningIn(availability: FieldValue, accepts: FieldValue): Meaning {
  const meant = MEANINGS.find((one) => MEANT[one].availability === availability) ?? 'away'
  return MEANT[meant].availability === 'available'
    ? (MEANINGS.find((one) => one === kindsIn(accepts)?.[0]) ?? 'handed')
    : meant
}

function kindsIn(value: FieldValue): ChatKind[] | null {
  const kinds = ['live', 'deferred'] as const
  return wordsIn(value)?.flatMap((word) => kinds.find((kind) => kind === word) ?? []) ?? null
}

const KINDS = {
  ...({ name: 'string', availability: 'string', icon: 'string', colour: 'string' } as const),
  ...({ isPaid: 'boolean', maxMinutes: 'number?' } as const),
}

/** What the call takes; throws on what is no field of a status. */
export function changesIn({ departmentIds, accepts, ...rest }: Fields): StatusChanges['set'] {
  if (!fits<Omit<StatusChanges['set'], 'departmentIds' | 'accepts'>>(rest, KINDS))
    throw new Error('Not fields of a status')
  return {
    ...rest,
    ...(accepts !== undefined && { accepts: kindsIn(accepts) }),
    ...(departmentIds !== undefined && { departmentIds: wordsIn(departmentIds) }),
  }
}
