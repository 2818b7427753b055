// What is shown of History: a page of the list at a time, and the chat that is open.
import {
  history as api,
  type EndedChat,
  type HistoryPlaces,
  type HistoryQuery,
  type Thread,
} from '#contract/history.ts'
import { call } from '#lib/api.ts'
import { type Trouble, troubleOf } from '#lib/trouble.ts'
import { t } from '#lib/words.ts'

/** What was fetched: the last that was asked for, and nothing of an earlier question. */
class Fetched<T> {
  value = $state.raw<T>()
  trouble = $state.raw<Trouble>()
  isBusy = $state(false)
  #control: AbortController | undefined

  /** Keeps what is there until the answer has come. */
  async fetch(ask: (signal: AbortSignal) => Promise<T>): Promise<void> {
    this.#control?.abort()
    const control = new AbortController()
    this.#control = control
    this.isBusy = true
    this.trouble = undefined
    try {
      const value = await ask(control.signal)
      if (!control.signal.aborted) this.value = value
    } catch (error) {
      if (!control.signal.aborted) this.trouble = troubleOf(error)
    } finally {
      if (this.#control === control) this.isBusy = false
    }
  }

  forget(): void {
    this.#control?.abort()
    this.value = undefined
    this.trouble = undefined
  }
}

interface Listed {
  chats: readonly EndedChat[]
  next: string | null
}

export class History {
  readonly list = new Fetched<Listed>()
  readonly thread = new Fetched<Thread>()
  readonly places = new Fetched<HistoryPlaces>()
  #query: HistoryQuery = {}

  look(query: HistoryQuery): void {
    this.#query = query
    void this.list.fetch((signal) => call(api.list, { query }, { signal }))
  }

  again(): void {
    this.look(this.#query)
  }

  /** The page after those that are here. */
  more(): void {
    const { chats, next } = this.list.value ?? { chats: [], next: null }
    if (next === null) return
    const query = { ...this.#query, after: next }
    void this.list.fetch(async (signal) => {
      const page = await call(api.list, { query }, { signal })
      return { ...page, chats: [...chats, ...page.chats] }
    })
  }

  findPlaces(): void {
    void this.places.fetch((signal) => call(api.places, {}, { signal }))
  }

  open(id: string): void {
    if (this.thread.value?.chat.id !== id) this.thread.forget()
    void this.thread.fetch((signal) => call(api.read, { params: { id } }, { signal }))
  }

  /** It has begun again. */
  drop(id: string): void {
    const { value } = this.list
    if (value) this.list.value = { ...value, chats: value.chats.filter((chat) => chat.id !== id) }
  }
}

/** What a colleague is called, though they may be gone. */
export function nameOf(name: string | null): string {
  return name ?? t('history.former')
}
