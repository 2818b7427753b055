// What the Desk knows beyond the rows: which chat is to take the focus, and chats that were mine
// until just now.
import { SvelteMap } from 'svelte/reactivity'
import type { Chat } from '#contract/routing.ts'
import { live } from '#lib/live/live.svelte.ts'
import { held } from '#lib/operator/held.svelte.ts'
import { parked } from '#lib/parking/parked.svelte.ts'
import { session } from '#lib/session.svelte.ts'

/** Where a chat that was mine is now: parked for me, over, waiting again, or with another. */
export type Whereabouts = 'mine' | 'parked' | 'ended' | 'waiting' | 'elsewhere'

class Desk {
  /** The chat whose composer takes the focus as soon as it is drawn. */
  focus = $state<string>()
  readonly #were = new SvelteMap<string, Chat>()

  /** A chat that is mine or parked for me, or was while this page was open; undefined for any other. */
  chat(chatId: string): Chat | undefined {
    const now = live.get('chat', chatId)
    return now && (held.isMine(chatId) || parked.of(chatId)) ? now : this.#were.get(chatId)
  }

  whereabouts(chatId: string): Whereabouts {
    if (held.isMine(chatId)) return 'mine'
    if (parked.of(chatId)) return 'parked'
    const chat = live.get('chat', chatId)
    if (chat === undefined) return 'ended'
    return chat.state === 'active' || chat.state === 'parked' ? 'elsewhere' : 'waiting'
  }

  /** Keeps the latest of what is mine, to show it once it is not. */
  remember(chats: readonly Chat[]): void {
    for (const chat of chats) this.#were.set(chat.id, chat)
  }

  forget(chatId: string): void {
    this.#were.delete(chatId)
  }

  /** The chat so many places after another in the list; the first when that one is not in it. */
  beside(chatId: string | undefined, step: 1 | -1): string | undefined {
    const ids = held.inOrder.map(({ chat }) => chat.id)
    const at = chatId === undefined ? -1 : ids.indexOf(chatId)
    if (at === -1) return ids[0]
    return ids[Math.min(ids.length - 1, Math.max(0, at + step))]
  }

  get myId(): string {
    return session.me?.id ?? ''
  }
}

export const desk = new Desk()
