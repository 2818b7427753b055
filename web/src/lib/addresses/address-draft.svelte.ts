// A list of addresses as somebody changes it, and what stands in the way of keeping it.
import type { AddressList, NewAddressList } from '#contract/addresses.ts'
import { withFresh } from '#lib/security/fresh.svelte.ts'
import { type Trouble, troubleOf } from '#lib/trouble.ts'

export interface Row {
  key: number
  range: string
  note: string
}

/** What the server wants to hear once more. */
export type Question = 'would_lock_out' | 'too_wide'

export interface Door {
  fetch: () => Promise<AddressList>
  save: (list: NewAddressList) => Promise<AddressList>
}

export class AddressDraft {
  /** As it stands; undefined: not fetched yet. */
  list = $state.raw<AddressList>()
  rows = $state<Row[]>([])
  trouble = $state.raw<Trouble>()
  /** The row that cannot be kept, and why. */
  wrong = $state.raw<{ at: number; problem: string }>()
  question = $state<Question>()
  isStale = $state(false)
  isSaving = $state(false)
  #next = 0
  readonly #door: Door

  constructor(door: Door) {
    this.#door = door
  }

  readonly isChanged = $derived(
    JSON.stringify(this.#written()) !== JSON.stringify(this.list?.ranges ?? []),
  )

  /** The range that is too wide, or the first of them that is refused. */
  get questioned(): string {
    return this.rows[this.wrong?.at ?? 0]?.range ?? ''
  }

  async load(): Promise<void> {
    this.trouble = undefined
    try {
      this.#take(await this.#door.fetch())
    } catch (error) {
      this.trouble = troubleOf(error)
    }
  }

  /** Somebody has changed it: shown at once, unless something is being written here. */
  async hear(version: number): Promise<void> {
    if (!this.list || version <= this.list.version || this.isSaving) return
    if (this.isChanged) this.isStale = true
    else await this.load()
  }

  add(range = ''): void {
    this.#next += 1
    this.rows.push({ key: this.#next, range, note: '' })
  }

  remove(key: number): void {
    this.rows = this.rows.filter((row) => row.key !== key)
    this.wrong = undefined
  }

  discard(): void {
    if (this.list) this.#take(this.list)
  }

  /** True when it holds. What the server asks for once more is in `question`. */
  async save(sure: Partial<Record<Question, boolean>> = {}): Promise<boolean> {
    if (!this.list || this.isSaving) return false
    this.isSaving = true
    this.trouble = this.wrong = undefined
    const body = {
      ranges: this.#written(),
      version: this.list.version,
      confirm: sure.would_lock_out ?? false,
      confirmWide: sure.too_wide ?? false,
    }
    try {
      this.#take(await withFresh(() => this.#door.save(body)))
      return true
    } catch (error) {
      this.#refused(error)
      return false
    } finally {
      this.isSaving = false
    }
  }

  #refused(error: unknown): void {
    const trouble = troubleOf(error)
    const { code } = trouble
    this.wrong = this.#wrongOf(trouble)
    if (code === 'would_lock_out' || code === 'too_wide') this.question = code
    else if (code === 'stale') this.isStale = true
    else if (!this.wrong) this.trouble = trouble
  }

  /** Empty rows are not sent: the place that is refused is among the others. */
  #wrongOf({ field = '', problems }: Trouble): { at: number; problem: string } | undefined {
    const [, at, isNote] = /^ranges\.(\d+)(\.note)?$/.exec(field) ?? []
    const row = this.#filled()[Number(at)]
    if (at === undefined || !row) return undefined
    return { at: this.rows.indexOf(row), problem: isNote ? 'note' : (problems?.[0] ?? '') }
  }

  #filled(): Row[] {
    return this.rows.filter(({ range, note }) => range.trim() !== '' || note.trim() !== '')
  }

  #written(): AddressList['ranges'] {
    return this.#filled().map(({ range, note }) => ({
      range: range.trim(),
      note: note.trim() || null,
    }))
  }

  #take(list: AddressList): void {
    this.list = list
    this.isStale = false
    this.wrong = this.trouble = this.question = undefined
    this.rows = list.ranges.map(({ range, note }) => {
      this.#next += 1
      return { key: this.#next, range, note: note ?? '' }
    })
  }
}
