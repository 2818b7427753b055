// What I am writing in each chat and have not sent: kept over switches of chat, and over reloads.
import { SvelteMap } from 'svelte/reactivity'
import { kept, keptAs } from '#lib/kept.ts'

interface Draft {
  text: string
  /** Epoch milliseconds of the last change. */
  at: number
}

/** A draft that nobody came back to for so long is let go. */
const KEPT_MS = 7 * 86_400_000
/** A pause in typing after which it is kept. */
const PAUSE_MS = 300

function isDraft(value: unknown): value is Draft {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof Reflect.get(value, 'text') === 'string' &&
    typeof Reflect.get(value, 'at') === 'number'
  )
}

export class Drafts {
  readonly #texts = new SvelteMap<string, string>()
  readonly #unkept = new Map<string, ReturnType<typeof setTimeout>>()
  #prefix = ''
  /** Whether everything that was typed is kept. */
  isKept = $state(true)

  /** Takes up what this user was writing in this browser. */
  open(userId: string, now: number): void {
    const prefix = `draft:${userId}:`
    if (this.#prefix === prefix) return
    this.#prefix = prefix
    this.#texts.clear()
    for (const name of kept.names(prefix)) {
      const draft = keptAs(name, isDraft)
      if (!draft || now - draft.at > KEPT_MS) kept.set(name, undefined)
      else this.#texts.set(name.slice(prefix.length), draft.text)
    }
  }

  of(chatId: string): string {
    return this.#texts.get(chatId) ?? ''
  }

  write(chatId: string, text: string): void {
    this.#texts.set(chatId, text)
    clearTimeout(this.#unkept.get(chatId))
    this.isKept = false
    this.#unkept.set(
      chatId,
      setTimeout(() => this.#keep(chatId), PAUSE_MS),
    )
  }

  clear(chatId: string): void {
    this.#texts.delete(chatId)
    this.#keep(chatId)
  }

  /** Keeps at once what waits for a pause in typing: the page may be going away. */
  flush(): void {
    for (const chatId of [...this.#unkept.keys()]) this.#keep(chatId)
  }

  #keep(chatId: string): void {
    clearTimeout(this.#unkept.get(chatId))
    this.#unkept.delete(chatId)
    const text = this.of(chatId)
    const draft: Draft = { text, at: Date.now() }
    kept.set(this.#prefix + chatId, text === '' ? undefined : JSON.stringify(draft))
    this.isKept = this.#unkept.size === 0
  }
}

export const drafts = new Drafts()
