// Tells the visitor that I am typing: a sign now and then, and one that I have stopped.
import { scope } from '#contract/scopes.ts'
import { live } from '#lib/live/live.svelte.ts'

/** A sign holds longer than this, so that steady typing never seems to stop. */
const AT_MOST_EVERY_MS = 4_000

export class Typing {
  readonly #chatId: string
  #signedAt = Number.NEGATIVE_INFINITY

  constructor(chatId: string) {
    this.#chatId = chatId
  }

  /** The text has changed. */
  typed(isEmpty: boolean): void {
    if (isEmpty) {
      this.stopped()
      return
    }
    if (performance.now() - this.#signedAt < AT_MOST_EVERY_MS) return
    this.#signedAt = performance.now()
    this.#sign('typing')
  }

  stopped(): void {
    if (this.#signedAt === Number.NEGATIVE_INFINITY) return
    this.#signedAt = Number.NEGATIVE_INFINITY
    this.#sign('ended')
  }

  #sign(kind: 'typing' | 'ended'): void {
    live.sign({ scope: scope.chat(this.#chatId), kind, subject: this.#chatId })
  }
}

/** Whether the visitor of the chat is typing now. */
export function isVisitorTyping(chatId: string): boolean {
  const of = scope.chat(chatId)
  for (const sign of live.signs.values())
    if (sign.scope === of && sign.kind === 'typing' && sign.by.id === 'visitor') return true
  return false
}
