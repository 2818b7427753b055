// How far the visitor has read in one chat, over pages and reloads.
import type { Message } from '#contract/chats.ts'
import type { Kept } from './kept.ts'

export class Reading {
  readonly #kept: Kept
  readonly #name: string
  #seen: number

  constructor(kept: Kept, chatId: string) {
    this.#kept = kept
    this.#name = `seen:${chatId}`
    this.#seen = Number(kept.get(this.#name) ?? 0)
  }

  /** Reads everything when the window is open; answers how many answers are unread. */
  see(messages: readonly Message[], isOpen: boolean): number {
    const newest = messages.at(-1)?.seq ?? 0
    if (isOpen && newest > this.#seen) {
      this.#seen = newest
      this.#kept.set(this.#name, `${newest}`)
    }
    return messages.filter(({ seq, author }) => author === 'operator' && seq > this.#seen).length
  }

  forget(): void {
    this.#kept.set(this.#name, undefined)
  }
}
