// One import on the screen: the file, what it would come to, and what became of it.
import {
  IMPORT_CHARS_MAX,
  IMPORT_PAGE_MAX,
  type Import,
  type ImportRow,
  imports,
  type RowKind,
} from '#contract/imports.ts'
import { call, Refused } from '#lib/api.ts'
import { troubleOf } from '#lib/trouble.ts'
import { language } from '#lib/words/locale.svelte.ts'
import { t } from '#lib/words.ts'
import { decode } from './decode.ts'

export type Busy = 'looking' | 'applying' | 'undoing'
export type Shown = RowKind | 'all'

/** What is wrong with a file as a whole, by what the server calls it. */
const FILE_PROBLEMS: Readonly<Record<string, (line: number) => string>> = {
  no_key: () => t('imports.file.no_key'),
  no_rows: () => t('imports.file.no_rows'),
  open_quote: (n) => t('imports.file.open_quote', { n }),
  double_column: () => t('imports.file.double_column'),
}

export class Importing {
  csv = $state('')
  fileName = $state<string>()
  accountId = $state<string>()
  preview = $state.raw<Import>()
  shown = $state<Shown>('all')
  busy = $state<Busy>()
  /** When the work under way began. */
  since = $state(0)
  trouble = $state<string>()
  #pages = $state.raw<ReadonlyMap<number, readonly ImportRow[]>>(new Map())
  #asked = new Set<string>()

  constructor(accountId: string | undefined) {
    this.accountId = accountId
  }

  readonly step = $derived.by<'file' | 'preview' | 'done'>(() => {
    if (!this.preview) return 'file'
    return this.preview.done ? 'done' : 'preview'
  })
  /** How many rows the list has. */
  readonly count = $derived.by(() => {
    const counts = this.preview?.counts
    if (!counts) return 0
    if (this.shown !== 'all') return counts[this.shown]
    return Object.values(counts).reduce((sum, one) => sum + one, 0)
  })
  readonly todo = $derived((this.preview?.counts.add ?? 0) + (this.preview?.counts.change ?? 0))
  readonly leftOut = $derived(
    (this.preview?.counts.conflict ?? 0) + (this.preview?.counts.error ?? 0),
  )

  /** The row at a place; undefined until it has come. */
  row(at: number): ImportRow | undefined {
    return this.#pages.get(Math.floor(at / IMPORT_PAGE_MAX))?.[at % IMPORT_PAGE_MAX]
  }

  async take(file: File): Promise<void> {
    this.trouble = undefined
    if (file.size > 3 * IMPORT_CHARS_MAX) {
      this.trouble = t('imports.file.too-large')
      return
    }
    this.csv = decode(new Uint8Array(await file.arrayBuffer()))
    this.fileName = file.name
  }

  async look(): Promise<void> {
    const { csv, accountId } = this
    if (csv.trim() === '' || accountId === undefined) this.trouble = t('imports.file.none')
    else if (csv.length > IMPORT_CHARS_MAX) this.trouble = t('imports.file.too-large')
    else
      await this.#work('looking', async () => {
        const body = { accountId, csv, language: language.locale }
        this.#open(await call(imports.preview, { body }))
      })
  }

  /** Back to the file, which stays as it was. */
  startOver(): void {
    this.preview = undefined
    this.trouble = undefined
  }

  show(kind: Shown): void {
    this.shown = kind
    this.#forget()
  }

  /** Fetches the rows of the places that have not come yet. */
  fetch(from: number, to: number): void {
    if (!this.preview) return
    const last = Math.floor(Math.max(from, to - 1) / IMPORT_PAGE_MAX)
    for (let page = Math.floor(from / IMPORT_PAGE_MAX); page <= last; page++)
      void this.#fetchPage(this.preview.id, page)
  }

  async #fetchPage(id: string, page: number): Promise<void> {
    const { shown } = this
    const key = `${id} ${shown} ${page}`
    if (this.#asked.has(key)) return
    this.#asked.add(key)
    const kind = shown === 'all' ? {} : { kind: shown }
    const query = { ...kind, offset: String(page * IMPORT_PAGE_MAX) }
    try {
      const { rows } = await call(imports.rows, { params: { id }, query })
      if (this.#asked.has(key)) this.#pages = new Map([...this.#pages, [page, rows]])
    } catch (error) {
      this.#asked.delete(key)
      this.#fail(error)
    }
  }

  async apply(): Promise<void> {
    const id = this.preview?.id
    if (id === undefined) return
    await this.#work('applying', async () => {
      await call(imports.apply, { params: { id } })
      this.preview = await call(imports.get, { params: { id } })
    })
  }

  async undo(): Promise<void> {
    const id = this.preview?.id
    if (id === undefined) return
    await this.#work('undoing', async () => {
      await call(imports.undo, { params: { id } })
      this.preview = await call(imports.get, { params: { id } })
    })
  }

  #open(preview: Import): void {
    this.preview = preview
    this.show('all')
  }

  #forget(): void {
    this.#pages = new Map()
    this.#asked.clear()
  }

  async #work(what: Busy, work: () => Promise<void>): Promise<void> {
    if (this.busy) return
    this.busy = what
    this.since = Date.now()
    this.trouble = undefined
    try {
      await work()
    } catch (error) {
      if (error instanceof Refused && error.code === 'stale') await this.#lookAgain(error)
      else this.#fail(error)
    } finally {
      this.busy = undefined
    }
  }

  /** Rows have become conflicts: those are what is looked at next. */
  async #lookAgain({ details }: Refused): Promise<void> {
    const id = this.preview?.id ?? ''
    try {
      this.preview = await call(imports.get, { params: { id } })
      this.show('conflict')
      this.trouble = t('imports.stale', { n: details.count ?? 1 })
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    const { code, text, problems } = troubleOf(error)
    const line = error instanceof Refused ? (error.details.count ?? 0) : 0
    const said = FILE_PROBLEMS[problems?.[0] ?? '']
    if (said) this.trouble = said(line)
    else if (code === 'too_large') this.trouble = t('imports.file.too-large')
    else this.trouble = code === 'not_found' && this.preview ? t('imports.over') : text
  }
}
