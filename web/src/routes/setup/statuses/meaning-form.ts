// What a status means as one field of its form, over the two that the server knows: who changes it sets
// both, and what others set of either is one choice between theirs and mine.
import type { FieldValue } from '#contract/fields.ts'
import type { FieldDraft } from '#lib/editing/field-draft.svelte.ts'
import type { Theirs } from '#lib/editing/record-draft.svelte.ts'
import type { RecordForm } from '#lib/record/form.ts'
import { MEANINGS, MEANT, type Meaning, meaningIn, wordsText } from './status-form.ts'

const PARTS = ['availability', 'accepts'] as const
type Part = (typeof PARTS)[number]

export class MeaningForm implements RecordForm {
  readonly accountId: string
  readonly #form: RecordForm
  readonly #draft: FieldDraft

  constructor(form: RecordForm, draft: FieldDraft) {
    this.accountId = form.accountId
    this.#form = form
    this.#draft = draft
  }

  /** As it is chosen here, also while somebody else has set the other part. */
  get meaning(): Meaning {
    const accepts = this.#draft.get('accepts')
    const isChosen = this.#draft.isDirty('accepts') && accepts !== null
    return meaningIn(isChosen ? 'available' : this.#draft.get('availability'), accepts)
  }

  get(): FieldValue {
    return this.meaning
  }

  set(_: string, value: FieldValue): void {
    const meaning = MEANINGS.find((one) => one === value)
    if (meaning === undefined) return
    const { availability, accepts } = MEANT[meaning]
    this.#draft.set('availability', availability)
    this.#draft.set('accepts', wordsText(accepts))
  }

  isDirty(): boolean {
    return PARTS.some((part) => this.#draft.isDirty(part))
  }

  conflict(): Theirs | undefined {
    const set = PARTS.flatMap((part) => this.#draft.conflict(part) ?? [])
    const [first] = set
    if (!first) return undefined
    const last = set.reduce((one, other) => (other.at > one.at ? other : one), first)
    return { ...last, value: meaningIn(this.#theirs('availability'), this.#theirs('accepts')) }
  }

  #theirs(part: Part): FieldValue {
    const theirs = this.#draft.conflict(part)
    return theirs ? theirs.value : this.#draft.saved(part)
  }

  useTheirs(): void {
    for (const part of PARTS) this.#draft.discard(part)
  }

  keepMine(): void {
    const mine = this.meaning
    for (const part of PARTS) this.#draft.keepMine(part)
    this.set('', mine)
  }

  lock(): string | undefined {
    return this.#form.lock('availability')
  }

  error(): string | undefined {
    return this.#form.error('availability') ?? this.#form.error('accepts')
  }

  editors() {
    return this.#form.editors('availability')
  }

  enter(): () => void {
    return this.#form.enter('availability')
  }
}
