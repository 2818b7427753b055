// The audit's own names in words: what was done, which field, what it was and is. Names that nobody
// has put in words are shown as they are.

import type { LiveKind } from '#contract/facts.ts'
import { fieldOf } from '#contract/fields.ts'
import { live } from '#lib/live/live.svelte.ts'
import { labelOf } from '#lib/record/labels.ts'
import { session } from '#lib/session.svelte.ts'
import { formatDateTime, formatList, named, t } from '#lib/words.ts'
import { sayValue } from './values.ts'

/** What was done: 'Changed a queue'. */
export function actionText(action: string): string {
  return named('audit', `do.${action}`) ?? action
}

/** What a field is called, of a person or of anything else; of a part, the whole's name before it. */
export function fieldText(field: string): string {
  if (field === '') return t('audit.field.whole')
  return fieldOf(field) ? partText(field) : field.split('.').map(partText).join(' · ')
}

function partText(part: string): string {
  const field = fieldOf(part)
  if (field === undefined) return named('audit', `field.${part}`) ?? nameOf(part) ?? part
  if (field.kind !== 'grant') return labelOf(part)
  return t('audit.field.grant', { place: nameOf(field.scope.id) ?? t('record.place.unseen') })
}

const KINDS = [
  ...(['account', 'department', 'group', 'queue'] as const),
  ...(['skill', 'status', 'site', 'role', 'hours'] as const),
] satisfies LiveKind[]
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** The name of the thing with the id, as far as this person sees it. */
export function nameOf(id: string): string | undefined {
  if (!UUID.test(id)) return undefined
  const account = session.me?.accounts.find((one) => one.id === id)
  if (account) return account.name
  for (const kind of KINDS) {
    const row = live.get(kind, id)
    if (row) return row.name
  }
  const person = live.all('person').find((one) => one.userId === id || one.id === id)
  return person && `${person.firstName} ${person.lastName}`
}

/** A value in words. */
export function auditValue(value: unknown): string {
  return sayValue(value, {
    nothing: t('record.value.none'),
    yes: t('record.value.yes'),
    no: t('record.value.no'),
    nameOf,
    labelOf: fieldText,
    instant: formatDateTime,
    list: formatList,
  })
}
