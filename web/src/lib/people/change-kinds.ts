// The changes that make sense for many people at once, as fields (contract/fields.ts) with their values.
import { type Fields, fieldKey } from '#contract/fields.ts'
import type { Language } from '#contract/shapes.ts'

export const CHANGE_KINDS = [
  'limit.live',
  'limit.deferred',
  'limit.units',
  'department.add',
  'department.remove',
  'queue.add',
  'queue.remove',
  'skill.add',
  'skill.remove',
  'group',
  'shift',
  'role.add',
  'role.remove',
  'language',
] as const
export type ChangeKind = (typeof CHANGE_KINDS)[number]

export interface Change {
  kind: ChangeKind
  /** The id of the department, queue, skill, group, shift or role; empty while none is chosen. */
  id: string
  /** The account at which a role is given or taken. */
  accountId: string
  limit: number | undefined
  level: number
  position: string
  language: Language
}

export const newChange = (kind: ChangeKind, accountId: string): Change => ({
  kind,
  id: '',
  accountId,
  limit: 3,
  level: 3,
  position: '',
  language: 'en',
})

/** The fields that a change sets; undefined while something is missing. */
export function fieldsOf(change: Change): Fields | undefined {
  const { kind, id, limit, language } = change
  if (kind === 'limit.live' || kind === 'limit.deferred')
    return limit === undefined ? undefined : { [kind]: limit }
  // Emptied, it is lifted.
  if (kind === 'limit.units') return { [kind]: limit ?? null }
  if (kind === 'language') return { language }
  if (id === '') return undefined
  return keyed[kind](change)
}

type Keyed = Exclude<ChangeKind, 'limit.live' | 'limit.deferred' | 'limit.units' | 'language'>

const keyed: Record<Keyed, (change: Change) => Fields> = {
  'department.add': ({ id, position }) => ({
    [fieldKey.department(id)]: { position: position.trim() || null },
  }),
  'department.remove': ({ id }) => ({ [fieldKey.department(id)]: null }),
  'queue.add': ({ id }) => ({ [fieldKey.queue(id)]: { participates: true, tier: 1 } }),
  'queue.remove': ({ id }) => ({ [fieldKey.queue(id)]: null }),
  'skill.add': ({ id, level }) => ({ [fieldKey.skill(id)]: { level } }),
  'skill.remove': ({ id }) => ({ [fieldKey.skill(id)]: null }),
  group: ({ id }) => ({ supervisorGroupId: id === 'none' ? null : id }),
  shift: ({ id }) => ({ shiftId: id === 'none' ? null : id }),
  'role.add': ({ id, accountId }) => ({
    [fieldKey.grant(id, { kind: 'account', id: accountId })]: true,
  }),
  'role.remove': ({ id, accountId }) => ({
    [fieldKey.grant(id, { kind: 'account', id: accountId })]: null,
  }),
}

/** All changes together; undefined while one of them is not whole. */
export function setOf(changes: readonly Change[]): Fields | undefined {
  const parts = changes.map(fieldsOf)
  return parts.length === 0 || parts.includes(undefined)
    ? undefined
    : Object.assign({}, ...parts.map((part) => part ?? {}))
}
