// Which messages of visitors have just come, apart from those that were there when a chat was opened.
import type { Message } from '#contract/chats.ts'

export class MessageArrivals {
  readonly #upTo = new Map<string, number>()

  /**
   * The visitor's messages above those of the last call; a chat's first call only learns where it
   * stands. Chats that are left out are forgotten.
   */
  next(chats: ReadonlyMap<string, readonly Message[]>): Message[] {
    for (const chatId of this.#upTo.keys()) if (!chats.has(chatId)) this.#upTo.delete(chatId)
    const come: Message[] = []
    for (const [chatId, messages] of chats) {
      const known = this.#upTo.get(chatId)
      this.#upTo.set(chatId, Math.max(known ?? 0, ...messages.map(({ seq }) => seq)))
      if (known === undefined) continue
      come.push(...messages.filter(({ author, seq }) => author === 'visitor' && seq > known))
    }
    return come.toSorted((a, b) => a.at.localeCompare(b.at))
  }
}
