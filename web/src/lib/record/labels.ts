// What a field is called, for sentences that name it.
import { fieldOf, type PlainField } from '#contract/fields.ts'
import { live } from '#lib/live/live.svelte.ts'
import { type Key, t } from '#lib/words.ts'

const PLAIN = {
  firstName: 'record.first-name',
  lastName: 'record.last-name',
  gender: 'record.gender',
  mobile: 'record.mobile',
  language: 'record.language',
  displayName: 'record.display-name',
  alias: 'record.alias',
  description: 'record.description',
  showsPhoto: 'record.shows-photo',
  supervisorGroupId: 'record.group',
  shiftId: 'record.shift',
  'limit.live': 'record.limit.live',
  'limit.deferred': 'record.limit.deferred',
  'limit.units': 'record.limit.units',
} as const satisfies Record<PlainField, Key>

export function labelOf(key: string): string {
  const field = fieldOf(key)
  if (field === undefined) return key
  if (field.kind === 'plain') return t(PLAIN[field.name])
  if (field.kind === 'grant') return t('record.role.choose')
  return live.get(field.kind, field.id)?.name ?? key
}
