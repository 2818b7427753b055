// Chats that ring with several people at once: with everybody who is outside their queue, because
// nobody who serves it is there, or with all who serve it, because it asks for that. The first to take
// one has it. Unlike an offer a ring has no deadline; it ends when it is taken or
// somebody comes to serve, and on this page when I will not hear of it.
import { SvelteSet } from 'svelte/reactivity'
import type { Operator } from '#contract/presence.ts'
import type { Queue, QueueMember } from '#contract/queues.ts'
import { type Chat, routing } from '#contract/routing.ts'
import { call, Refused } from '#lib/api.ts'
import { live } from '#lib/live/live.svelte.ts'
import { mine } from './mine.svelte.ts'
import { LOST, offers } from './offers.svelte.ts'

interface Around {
  operator: Operator
  members: readonly QueueMember[]
  queue(id: string): Queue | undefined
}

/** Those of the chats that the operator may take, the longest waiting first. */
export function ringsFor(chats: readonly Chat[], { operator, members, queue }: Around): Chat[] {
  const { id, availability, connection, isNotAnswering } = operator
  if (availability !== 'available' || connection !== 'connected' || isNotAnswering) return []
  const own = members.filter((one) => one.userId === id)
  const notPaused = own.filter(({ pausedBy }) => pausedBy === null)
  const outside = new Set(notPaused.filter((one) => !one.participates).map((one) => one.queueId))
  const called = new Set(
    notPaused
      .filter((one) => one.participates && one.isJoined && !operator.wrapUp?.isPaused)
      .filter((one) => queue(one.queueId)?.strategy === 'ring_all')
      .map((one) => one.queueId),
  )
  const isForMe = ({ queueId, kind }: Chat) => {
    const isTest = queue(queueId)?.isTest ?? false
    const { used, limit } = operator[kind]
    return used < limit && (isTest ? operator.takesTests : operator.takesChats)
  }
  const rings = ({ queueId, state, rings: isForOutside }: Chat) =>
    isForOutside ? outside.has(queueId) : state === 'waiting' && called.has(queueId)
  return chats
    .filter((chat) => rings(chat) && isForMe(chat))
    .toSorted((a, b) => a.dueAt.localeCompare(b.dueAt))
}

class Ringing {
  readonly #silenced = new SvelteSet<string>()

  /** What rings for me now, but for what I have silenced here. */
  get open(): Chat[] {
    const { operator } = mine
    if (operator === undefined) return []
    const around = {
      operator,
      members: live.all('queue_member'),
      queue: (id: string) => live.get('queue', id),
    }
    return ringsFor(live.all('chat'), around).filter(({ id }) => !this.#silenced.has(id))
  }

  /** The queues that I am called for without serving them. */
  get queueIds(): string[] {
    const id = mine.operator?.id
    return live
      .all('queue_member')
      .filter(({ userId, participates }) => userId === id && !participates)
      .map(({ queueId }) => queueId)
  }

  /** Takes it; true when the chat is mine. Throws Unreachable, and Refused for any no but "too late". */
  async take(chat: Chat): Promise<boolean> {
    offers.taking = chat.id
    try {
      const { id } = chat
      await call(chat.rings ? routing.take : routing.pick, { params: { id } })
      return true
    } catch (error) {
      if (!(error instanceof Refused && LOST.has(error.code))) throw error
      offers.say({ chat, how: 'gone' })
      return false
    } finally {
      offers.taking = undefined
    }
  }

  /** It goes on ringing for the others. */
  silence(chatId: string): void {
    this.#silenced.add(chatId)
  }
}

export const ringing = new Ringing()
