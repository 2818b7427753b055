// The chats that are parked for me: setting one aside, and taking it back.
import { type Chat, routing } from '#contract/routing.ts'
import { call } from '#lib/api.ts'
import { live } from '#lib/live/live.svelte.ts'
import { held } from '#lib/operator/held.svelte.ts'
import { mine } from '#lib/operator/mine.svelte.ts'
import { session } from '#lib/session.svelte.ts'

type Parked = Chat & { parked: NonNullable<Chat['parked']> }

const isParkedFor = (chat: Chat, userId: string | undefined): chat is Parked =>
  chat.parked !== null && chat.parked.operatorId === userId

class ParkedChats {
  /** Those to whom I owe an answer first, then the ones that were parked last. */
  readonly chats: readonly Parked[] = $derived(
    live
      .all('chat')
      .filter((chat) => isParkedFor(chat, session.me?.id))
      .toSorted(
        (a, b) =>
          Number(b.parked.isOwed) - Number(a.parked.isOwed) ||
          b.parked.at.localeCompare(a.parked.at) ||
          a.id.localeCompare(b.id),
      ),
  )

  of(chatId: string): Parked | undefined {
    return this.chats.find(({ id }) => id === chatId)
  }

  /** Whether there is room for one more deferred chat. */
  get hasRoom(): boolean {
    const load = mine.operator?.deferred
    return load !== undefined && load.used < load.limit
  }

  /** Throws Refused or Unreachable; what I have not read is not set aside. */
  async park(chatId: string): Promise<void> {
    const seen = held.messagesOf(chatId).reduce((most, { seq }) => Math.max(most, seq), 0)
    await call(routing.park, { params: { id: chatId }, body: { seen } })
  }

  /** Throws Refused or Unreachable. */
  async takeBack(chatId: string): Promise<void> {
    await call(routing.takeBack, { params: { id: chatId } })
  }
}

export const parked = new ParkedChats()
