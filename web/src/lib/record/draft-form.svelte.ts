// A draft of fields as what RecordField draws upon: the same manners as a person's record, for whatever
// else is edited field by field.
import type { FieldValue } from '#contract/fields.ts'
import { editorsOf, signEditing } from '#lib/editing/editors.svelte.ts'
import type { FieldDraft } from '#lib/editing/field-draft.svelte.ts'
import { live } from '#lib/live/live.svelte.ts'
import { t } from '#lib/words.ts'
import type { RecordForm } from './form.ts'

interface Of {
  draft: FieldDraft
  /** The account that the thing belongs to. */
  accountId: string
  /** The id of what is edited. */
  subject: string
  /** Whoever watches it sees who is in which field. */
  scope: string
  /** Why a field cannot be changed here, besides a lost connection. */
  lock?: (key: string) => string | undefined
}

export class DraftForm implements RecordForm {
  readonly draft: FieldDraft
  readonly accountId: string
  readonly #of: Of

  constructor(of: Of) {
    this.#of = of
    this.draft = of.draft
    this.accountId = of.accountId
  }

  get(key: string): FieldValue {
    return this.draft.get(key)
  }

  set(key: string, value: FieldValue): void {
    this.draft.set(key, value)
  }

  isDirty(key: string): boolean {
    return this.draft.isDirty(key)
  }

  conflict(key: string) {
    return this.draft.conflict(key)
  }

  useTheirs(key: string): void {
    this.draft.useTheirs(key)
  }

  keepMine(key: string): void {
    this.draft.keepMine(key)
  }

  lock(key: string): string | undefined {
    return (
      this.#of.lock?.(key) ?? (live.connection === 'lost' ? t('record.lock.offline') : undefined)
    )
  }

  error(key: string): string | undefined {
    const { trouble } = this.draft
    return trouble?.field === key ? trouble.text : undefined
  }

  editors(key: string) {
    return editorsOf(this.#of.subject, key)
  }

  enter(key: string): () => void {
    const { scope, subject } = this.#of
    return signEditing({ scopes: [scope], subject, field: key })
  }
}
