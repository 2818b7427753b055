// One queue, site, department or skill while it is edited: its draft, and the form that draws it.
import type { Versions } from '#contract/changes.ts'
import type { Fields } from '#contract/fields.ts'
import { scope } from '#contract/scopes.ts'
import { FieldDraft, type Standing } from '#lib/editing/field-draft.svelte.ts'
import { DraftForm } from '#lib/record/draft-form.svelte.ts'
import { session } from '#lib/session.svelte.ts'
import { t } from '#lib/words.ts'
import { inWords } from './making.svelte.ts'

interface Row {
  id: string
  accountId: string
  version: number
  versions: Versions
}

interface Of<R extends Row> {
  id: string
  accountId: string
  fieldsOf: (row: R) => Fields
  send: (set: Fields, base: Record<string, number>) => Promise<R>
}

export class ThingEditor<R extends Row> {
  readonly draft: FieldDraft
  readonly form: DraftForm
  readonly #fieldsOf: (row: R) => Fields

  constructor({ id, accountId, fieldsOf, send }: Of<R>) {
    this.#fieldsOf = fieldsOf
    this.draft = new FieldDraft(async (set, base) => this.#standing(await send(set, base)))
    const of = { draft: this.draft, accountId, subject: id, scope: scope.setup(accountId) }
    const mayShape = () => session.mayAt('setup.manage', accountId)
    this.form = new ThingForm({
      ...of,
      lock: () => (mayShape() ? undefined : t('setup.edit.locked')),
    })
  }

  /** Takes in what the server has now. */
  meet(row: R): void {
    this.draft.meet(this.#standing(row))
  }

  // A row does not say who set what; a refusal does.
  #standing(row: R): Standing {
    const marks = Object.entries(row.versions).map(
      ([key, version]) => [key, { version, by: null, at: null }] as const,
    )
    const { version } = row
    return { fields: this.#fieldsOf(row), marks: Object.fromEntries(marks), version }
  }

  /** What is still to be filled in, in words. */
  get missing(): string | undefined {
    const { draft } = this
    const name = draft.get('name')
    if (typeof name !== 'string' || name.trim() === '') return t('setup.edit.name-missing')
    const isEmptied = draft.changed.some((key) => draft.get(key) === null && !MAY_BE_NONE.has(key))
    return isEmptied ? t('setup.edit.number-missing') : undefined
  }
}

const MAY_BE_NONE: ReadonlySet<string> = new Set([
  ...['maxWaiting', 'overflowQueueId', 'overflowAfterSeconds'],
  ...['welcome', 'allowedOrigins', 'hoursId', 'messageQueueId'],
  ...['maxMinutes', 'departmentIds', 'accepts'],
])

class ThingForm extends DraftForm {
  override error(key: string): string | undefined {
    const trouble = this.draft.trouble && inWords(this.draft.trouble)
    return trouble?.field === key ? trouble.text : undefined
  }
}

type Kind = 'string' | 'number' | 'boolean'

/** Whether the values are what a call takes of them: each of its kind, or null where that may be. */
export function fits<T extends Fields>(
  set: Fields,
  kinds: Readonly<Record<keyof T & string, Kind | `${Kind}?`>>,
): set is T {
  const known: Readonly<Record<string, string>> = kinds
  return Object.entries(set).every(([key, value]) => {
    const kind = known[key]
    return value === null ? kind?.endsWith('?') === true : kind?.replace('?', '') === typeof value
  })
}
