// Who holds how many chats of which queue, kept true by what changes. No runes: see wall.svelte.ts.
import type { Operator } from '#contract/presence.ts'
import type { Queue } from '#contract/queues.ts'
import type { Chat } from '#contract/routing.ts'
import { leftByQueues } from '#contract/units.ts'

/** One person's chats, by queue. */
type Held = Map<string, number>

export class Holding {
  readonly #chats = new Map<string, Chat>()
  readonly #held = new Map<string, Held>()
  /** Live chats, by person. */
  readonly #live = new Map<string, number>()

  /** Takes in how chats are now; undefined: they are gone. Says for whom that changes something. */
  take(changes: ReadonlyMap<string, Chat | undefined>): Set<string> {
    const touched = new Set<string>()
    for (const [id, chat] of changes) {
      for (const one of this.#count(this.#chats.get(id), -1)) touched.add(one)
      for (const one of this.#count(chat, 1)) touched.add(one)
      if (chat) this.#chats.set(id, chat)
      else this.#chats.delete(id)
    }
    return touched
  }

  /**
   * How many more live chats the queues that somebody serves leave them. One that is out of sight
   * counts as without a limit. What takes a slot and is no chat any more, or none that is seen, may be
   * of any queue.
   */
  leftFor({ id, joined, live }: Operator, queueOf: (id: string) => Queue | undefined): number {
    const held = this.#held.get(id)
    const served = joined.map((queueId) => {
      const { kind = 'live', heldLimit = null } = queueOf(queueId) ?? {}
      return { kind, heldLimit, held: held?.get(queueId) ?? 0 }
    })
    return leftByQueues(served, 'live', Math.max(0, live.used - (this.#live.get(id) ?? 0)))
  }

  #count(chat: Chat | undefined, by: 1 | -1): string[] {
    if (!chat) return []
    const { kind, queueId, operatorId, offer, transfer } = chat
    // What is handed to another queue counts there for whoever it is put to.
    const isTo = operatorId !== null && transfer?.to.kind === 'queue'
    const holds: [string | undefined, string][] = [
      [operatorId ?? undefined, queueId],
      [offer?.operatorId, isTo ? transfer.to.id : queueId],
    ]
    return holds.flatMap(([userId, of]) => {
      if (userId === undefined) return []
      const held: Held = this.#held.get(userId) ?? new Map()
      this.#held.set(userId, held.set(of, (held.get(of) ?? 0) + by))
      if (kind === 'live') this.#live.set(userId, (this.#live.get(userId) ?? 0) + by)
      return [userId]
    })
  }
}
