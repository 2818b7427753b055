// The queues that I am assigned to: what waits in each, and whether I serve it.
import { SvelteMap } from 'svelte/reactivity'
import { queues as api, type PausedBy, type Queue, type QueueMember } from '#contract/queues.ts'
import type { Chat } from '#contract/routing.ts'
import { call } from '#lib/api.ts'
import { live } from '#lib/live/live.svelte.ts'
import { session } from '#lib/session.svelte.ts'
import { compareNames } from '#lib/words.ts'

export interface MyQueue {
  id: string
  /** Undefined until the queue itself has come. */
  queue: Queue | undefined
  /** As I have chosen. */
  isJoined: boolean
  /** I leave by myself then, ISO 8601; null: I stay. */
  until: string | null
  /** What keeps its chats from me, whatever I have chosen. */
  pausedBy: PausedBy | null
  /** Otherwise I only stand by: I am called when nobody who serves it is there. */
  participates: boolean
  /** How many of its chats I hold or am offered. */
  held: number
  /** It lets me hold no more of its chats. */
  isFull: boolean
  waiting: number
  /** Since when the longest waits, ISO 8601. */
  since: string | undefined
}

function isMine({ state, operatorId, offer }: Chat): boolean {
  const me = session.me?.id
  return (state === 'active' && operatorId === me) || offer?.operatorId === me
}

/** To serve a queue or not, or for so many minutes. */
type Wish = boolean | number

/** A switch shows what was wanted for so long while the row has not come. */
const PATIENCE_MS = 4_000

class MyQueues {
  /** What I have just chosen and the server has not told yet. */
  readonly #wanted = new SvelteMap<string, Wish>()
  readonly #members = $derived(
    live.all('queue_member').filter(({ userId }) => userId === session.me?.id),
  )
  readonly #all = $derived(
    this.#members
      .map((member) => this.#see(member))
      .toSorted((a, b) => compareNames(a.queue?.name ?? '', b.queue?.name ?? '')),
  )

  get all(): readonly MyQueue[] {
    return this.#all
  }

  get ids(): string[] {
    return this.#members.map(({ queueId }) => queueId)
  }

  get joined(): readonly MyQueue[] {
    return this.#all.filter(({ isJoined, participates }) => isJoined && participates)
  }

  /** Those that I have joined and that nothing pauses. */
  get serving(): readonly MyQueue[] {
    return this.joined.filter(({ pausedBy }) => pausedBy === null)
  }

  /** Those that I stand by for. */
  get standBy(): readonly MyQueue[] {
    return this.#all.filter(({ participates }) => !participates)
  }

  /** Those of which a chat can come to me as things stand. */
  get open(): readonly MyQueue[] {
    return [...this.serving, ...this.standBy.filter(({ pausedBy }) => pausedBy === null)]
  }

  /** How many wait in the queues that I serve. */
  get waiting(): number {
    return this.serving.reduce((sum, { waiting }) => sum + waiting, 0)
  }

  /** Joins, for good or for so many minutes, or leaves. Throws Refused or Unreachable. */
  async serve(queueId: string, wish: Wish): Promise<void> {
    const params = { id: queueId }
    this.#wanted.set(queueId, wish)
    try {
      if (typeof wish === 'number') await call(api.joinFor, { params, body: { minutes: wish } })
      else await call(wish ? api.join : api.leave, { params })
      setTimeout(() => this.#letGo(queueId, wish), PATIENCE_MS)
    } catch (error) {
      this.#letGo(queueId, wish)
      throw error
    }
  }

  /** Joins or leaves them all. Throws Refused or Unreachable. */
  async serveAll(isJoined: boolean): Promise<void> {
    const others = this.#all.filter((queue) => queue.participates && queue.isJoined !== isJoined)
    await Promise.all(others.map(({ id }) => this.serve(id, isJoined)))
  }

  /** Lets go of what was wanted where the rows say the same. */
  settle(): void {
    for (const { queueId, isJoined } of this.#members) {
      const wish = this.#wanted.get(queueId)
      if (wish !== undefined && (wish !== false) === isJoined) this.#wanted.delete(queueId)
    }
  }

  #letGo(queueId: string, wish: Wish): void {
    if (this.#wanted.get(queueId) === wish) this.#wanted.delete(queueId)
  }

  #see({ queueId, isJoined, joinedUntil, pausedBy, participates }: QueueMember): MyQueue {
    const wish = this.#wanted.get(queueId)
    const queue = live.get('queue', queueId)
    const held = live.all('chat').filter((chat) => chat.queueId === queueId && isMine(chat)).length
    const chats = live
      .all('chat')
      .filter(
        ({ queueId: of, state }) => of === queueId && (state === 'waiting' || state === 'offered'),
      )
      .map(({ enqueuedAt }) => enqueuedAt)
      .toSorted()
    return {
      id: queueId,
      queue,
      isJoined: wish === undefined ? isJoined : wish !== false,
      until: joinedUntil,
      pausedBy,
      participates,
      held,
      isFull: held >= (queue?.heldLimit ?? Infinity),
      waiting: chats.length,
      since: chats[0],
    }
  }
}

export const myQueues = new MyQueues()
