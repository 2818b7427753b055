// The chats that I hold, with all that was written in them.
import type { Message } from '#contract/chats.ts'
import type { Chat } from '#contract/routing.ts'
import { reading } from '#lib/chat/reading.svelte.ts'
import { compareNeed, type Standing, standingOf } from '#lib/chat/standing.ts'
import { live } from '#lib/live/live.svelte.ts'
import { session } from '#lib/session.svelte.ts'

export interface Held {
  chat: Chat
  standing: Standing
  acceptedAt: string | null
}

class HeldChats {
  readonly #chats = $derived(
    live
      .all('chat')
      .filter((chat) => chat.operatorId === session.me?.id && chat.state === 'active'),
  )
  readonly #messages = $derived(Map.groupBy(live.all('message'), ({ chatId }) => chatId))
  readonly #inOrder = $derived(
    this.#chats
      .map((chat): Held => {
        const { acceptedAt } = chat
        const standing = standingOf(this.messagesOf(chat.id), acceptedAt, reading.upTo(chat.id))
        return { chat, standing, acceptedAt }
      })
      .toSorted(compareNeed),
  )

  /** Mine, in no order. */
  get chats(): readonly Chat[] {
    return this.#chats
  }

  /** Mine, whoever needs me most first. */
  get inOrder(): readonly Held[] {
    return this.#inOrder
  }

  /** Messages that I have not seen, in all my chats. */
  get unread(): number {
    return this.#inOrder.reduce((sum, { standing }) => sum + standing.unread, 0)
  }

  messagesOf(chatId: string): readonly Message[] {
    return this.#messages.get(chatId) ?? []
  }

  isMine(chatId: string): boolean {
    return this.#chats.some(({ id }) => id === chatId)
  }
}

export const held = new HeldChats()
