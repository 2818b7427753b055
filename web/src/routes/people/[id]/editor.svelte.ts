// One person's record, open in the editor: the draft, what is locked and why, and who else is in it.
import { createContext } from 'svelte'
import { type FieldValue, fieldOf, type SectionName, sectionOf } from '#contract/fields.ts'
import { people as api } from '#contract/people.ts'
import { whyLocked } from '#contract/people-rules.ts'
import { scope } from '#contract/scopes.ts'
import type { Role } from '#contract/users.ts'
import { users } from '#contract/users.ts'
import { call } from '#lib/api.ts'
import { editorsOf, signEditing } from '#lib/editing/editors.svelte.ts'
import { RecordDraft, type SavedChange } from '#lib/editing/record-draft.svelte.ts'
import { live } from '#lib/live/live.svelte.ts'
import { pathOf } from '#lib/people/account-tree.ts'
import { isBlank, type RecordForm } from '#lib/record/form.ts'
import { session } from '#lib/session.svelte.ts'
import { type Trouble, troubleOf } from '#lib/trouble.ts'
import { t } from '#lib/words.ts'

/** What cannot be left empty. */
const REQUIRED = ['firstName', 'lastName', 'limit.live', 'limit.deferred'] as const

export class PersonEditor implements RecordForm {
  readonly id: string
  readonly draft: RecordDraft
  /** Why there is nothing to show. */
  trouble = $state.raw<Trouble>()
  /** The organisation's roles; empty until they have come. */
  roles = $state.raw<readonly Role[]>([])

  constructor(id: string) {
    this.id = id
    this.draft = new RecordDraft(id)
  }

  /** Fetches the record at once; the live row keeps it true afterwards. */
  async load(): Promise<void> {
    this.trouble = undefined
    try {
      const record = await call(api.record, { params: { id: this.id } })
      if (live.get('record', this.id) === undefined) this.draft.meet(record)
      this.roles = await call(users.roles, {})
    } catch (error) {
      this.trouble = troubleOf(error)
    }
  }

  readonly record = $derived.by(() => this.draft.record)

  get accountId(): string {
    return this.record?.accountId ?? ''
  }

  readonly name = $derived.by(() => {
    const { firstName, lastName } = this.record?.fields ?? {}
    return [firstName, lastName].filter((one) => typeof one === 'string').join(' ')
  })

  /** The keys of all roles that stand or are changed here. */
  readonly grantKeys = $derived.by(() =>
    [...new Set([...Object.keys(this.record?.fields ?? {}), ...this.draft.changed()])]
      .filter((key) => fieldOf(key)?.kind === 'grant')
      .toSorted(),
  )

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
    const { record } = this
    const { me } = session
    if (!record || !me) return undefined
    if (record.status === 'archived') return t('record.lock.archived')
    if (live.connection === 'lost') return t('record.lock.offline')
    const viewer = {
      userId: me.id,
      grants: session.grants,
      pathOf: (accountId: string) => pathOf(me.accounts, accountId),
    }
    const why = whyLocked(viewer, record, key)
    return why && t(`record.lock.${why}`)
  }

  error(key: string): string | undefined {
    const field = fieldOf(key)
    const trouble = field && this.draft.trouble(sectionOf(field))
    return trouble?.field === key ? trouble.text : undefined
  }

  /** What must be filled in before the section can be saved. */
  missing(section: SectionName): string[] {
    return this.draft
      .changed(section)
      .filter((key) => REQUIRED.some((one) => one === key) && isBlank(this.get(key)))
  }

  editors(key: string) {
    return editorsOf(this.id, key)
  }

  enter(key: string): () => void {
    return signEditing({ scopes: [scope.record(this.id)], subject: this.id, field: key })
  }

  /** The last change saved here, of this section. */
  lastSaved(section: SectionName): SavedChange | undefined {
    const last = this.draft.lastSaved
    return last?.section === section ? last : undefined
  }
}

export const [personEditor, providePersonEditor] = createContext<PersonEditor>()
