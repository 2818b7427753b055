// A status of the catalogue as its form has it: departments as one text of ids, nothing for everybody.
import type { Fields, FieldValue } from '#contract/fields.ts'
import type { Status, StatusChanges } from '#contract/statuses.ts'
import { fits } from '../thing-editor.svelte.ts'

export const MEANINGS = ['away', 'busy'] as const

/** What a new one looks like until somebody says otherwise. */
export const NEW_LOOK = {
  away: { icon: 'pause', colour: 'amber', isPaid: false, maxMinutes: null, departmentIds: null },
  busy: { icon: 'desk', colour: 'violet', isPaid: true, maxMinutes: null, departmentIds: null },
} as const

export function fieldsOf(status: Status): Fields {
  const { name, availability, icon, colour, isPaid, maxMinutes, departmentIds } = status
  return {
    name,
    availability,
    icon,
    colour,
    isPaid,
    maxMinutes,
    departmentIds: idsText(departmentIds),
  }
}

export function idsText(ids: unknown): string | null {
  return Array.isArray(ids) ? ids.join(' ') : null
}

export function idsIn(value: FieldValue): string[] | null {
  return typeof value === 'string' ? value.split(' ').filter((id) => id !== '') : null
}

const KINDS = {
  ...({ name: 'string', availability: 'string', icon: 'string', colour: 'string' } as const),
  ...({ isPaid: 'boolean', maxMinutes: 'number?' } as const),
}

/** What the call takes; throws on what is no field of a status. */
export function changesIn({ departmentIds, ...rest }: Fields): StatusChanges['set'] {
  if (!fits<Omit<StatusChanges['set'], 'departmentIds'>>(rest, KINDS))
    throw new Error('Not fields of a status')
  return departmentIds === undefined ? rest : { ...rest, departmentIds: idsIn(departmentIds) }
}
