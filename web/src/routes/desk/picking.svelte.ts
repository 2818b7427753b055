// Chats of queues that are picked by hand, and of those that ring with all who serve them: those that
// wait where I serve, and taking one.
import { isByHand } from '#contract/queues.ts'
import { type Chat, routing } from '#contract/routing.ts'
import { call, Refused } from '#lib/api.ts'
import { live } from '#lib/live/live.svelte.ts'
import { LOST, offers } from '#lib/operator/offers.svelte.ts'
import { type Trouble, troubleOf } from '#lib/trouble.ts'
import { myQueues } from './queues.svelte.ts'

class Picking {
  /** The chat that is being taken. */
  taking = $state<string>()
  trouble = $state.raw<Trouble>()

  readonly #queueIds = $derived(
    new Set(
      myQueues.serving.flatMap(({ id, queue }) => (queue && isByHand(queue.strategy) ? [id] : [])),
    ),
  )

  /** Whether I serve such a queue at all. */
  get isShown(): boolean {
    return this.#queueIds.size > 0
  }

  /** Whether I serve only queues that I pick from: then nothing will ring. */
  get isAll(): boolean {
    return (
      myQueues.serving.every(({ queue }) => queue?.strategy === 'manual_pick') &&
      myQueues.standBy.length === 0
    )
  }

  /** What waits there, the one that has waited the longest first. */
  readonly waiting = $derived(
    live
      .all('chat')
      .filter(({ queueId, state }) => state === 'waiting' && this.#queueIds.has(queueId))
      .toSorted((a, b) => a.dueAt.localeCompare(b.dueAt) || a.id.localeCompare(b.id)),
  )

  /** Takes it; whether it is mine. */
  async take(chat: Chat): Promise<boolean> {
    if (this.taking !== undefined) return false
    this.taking = chat.id
    this.trouble = undefined
    try {
      await call(routing.pick, { params: { id: chat.id } })
      return true
    } catch (error) {
      if (error instanceof Refused && LOST.has(error.code)) offers.say({ chat, how: 'gone' })
      else this.trouble = troubleOf(error)
      return false
    } finally {
      this.taking = undefined
    }
  }
}

export const picking = new Picking()
