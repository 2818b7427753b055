// What the fields of a record are drawn upon: one person's live record in the editor, or a person who
// is yet to be made in the wizard. The same fields, the same words, the same rules.
import { createContext } from 'svelte'
import type { FieldValue } from '#contract/fields.ts'
import type { Editor } from '#lib/editing/editors.svelte.ts'
import type { Theirs } from '#lib/editing/record-draft.svelte.ts'

export interface RecordForm {
  /** The account that the person belongs to: what may be chosen lies in its branch. */
  accountId: string
  get(key: string): FieldValue
  set(key: string, value: FieldValue): void
  isDirty(key: string): boolean
  /** What somebody else set meanwhile. */
  conflict(key: string): Theirs | undefined
  useTheirs(key: string): void
  keepMine(key: string): void
  /** Why the field cannot be changed here, in words; undefined while it can. */
  lock(key: string): string | undefined
  /** What is wrong with the value, in words. */
  error(key: string): string | undefined
  /** Everybody else who is in the field now. */
  editors(key: string): readonly Editor[]
  /** Says that I am in the field until the function that comes back is called. */
  enter(key: string): () => void
}

export const [recordForm, provideRecordForm] = createContext<RecordForm>()

/** The value as text: what a text field shows. */
export function textOf(value: FieldValue): string {
  return typeof value === 'string' ? value : ''
}

/** What a text field's value is to be: nothing typed is nothing. */
export function orNone(text: string): string | null {
  return text.trim() === '' ? null : text
}

/** Whether nothing is filled in. */
export function isBlank(value: FieldValue): boolean {
  return value === null || (typeof value === 'string' && value.trim() === '')
}
