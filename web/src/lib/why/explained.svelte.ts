// The answer to one question, kept true: asked again when what it looks at changes, and when the
// moment comes at which something changes by itself; at most once a second.
import { untrack } from 'svelte'
import { type WhyChat, type WhyOperator, why } from '#contract/why.ts'
import { call } from '#lib/api.ts'
import { clock, epochMs } from '#lib/clock.svelte.ts'
import { live } from '#lib/live/live.svelte.ts'
import { type Trouble, troubleOf } from '#lib/trouble.ts'
import type { Asked } from './asked.ts'

export type Answer = { of: 'chat'; chat: WhyChat } | { of: 'operator'; operator: WhyOperator }

const PAUSE_MS = 1_000
const UNREACHABLE_MS = 5_000
/** What changes by itself is done by the server within a second of its moment. */
const SETTLED_MS = 1_100

export class Explained {
  answer = $state.raw<Answer>()
  trouble = $state.raw<Trouble>()
  readonly asked: Asked
  readonly #control = new AbortController()
  #askedAt = 0
  #isAsking = false
  #again: ReturnType<typeof setTimeout> | undefined
  #turn: ReturnType<typeof setTimeout> | undefined

  constructor(asked: Asked) {
    this.asked = asked
  }

  /** Asks, and goes on asking until the function that comes back is called. */
  follow(): () => void {
    untrack(() => void this.ask())
    const stops = [
      live.follow('chat', (id) => this.#heard(id === this.asked.id || this.#isOfQueue(id))),
      live.follow('operator', (id) => this.#heard(this.#isLookedAt(id))),
      live.follow('queue_member', (id) => this.#heard(this.#isMember(id))),
      live.follow('queue', (id) => this.#heard(this.#queueIds.includes(id))),
    ]
    return () => {
      for (const stop of stops) stop()
      clearTimeout(this.#again)
      clearTimeout(this.#turn)
      this.#control.abort()
    }
  }

  /** Asks now, or as soon as a second has passed since it was asked last. */
  async ask(): Promise<void> {
    clearTimeout(this.#again)
    const rest = this.#askedAt + PAUSE_MS - performance.now()
    if (this.#isAsking || (this.#askedAt > 0 && rest > 0)) {
      this.#again = setTimeout(() => void this.ask(), Math.max(rest, 50))
      return
    }
    this.#askedAt = performance.now()
    this.#isAsking = true
    const { signal } = this.#control
    try {
      const answer = await this.#fetch(signal)
      if (signal.aborted) return
      this.answer = answer
      this.trouble = undefined
      this.#waitForTurn()
    } catch (error) {
      if (!signal.aborted) this.#failed(troubleOf(error))
    } finally {
      this.#isAsking = false
    }
  }

  async #fetch(signal: AbortSignal): Promise<Answer> {
    const { of, id } = this.asked
    const params = { id }
    return of === 'chat'
      ? { of, chat: await call(why.chat, { params }, { signal }) }
      : { of, operator: await call(why.operator, { params }, { signal }) }
  }

  /** What did not get through is tried again; a no stays a no until something changes. */
  #failed(trouble: Trouble): void {
    this.trouble = trouble
    if (trouble.code === 'unreachable')
      this.#again = setTimeout(() => void this.ask(), UNREACHABLE_MS)
  }

  #heard(concerns: boolean): void {
    if (concerns) void this.ask()
  }

  /** When the next thing changes by itself, it is asked again. */
  #waitForTurn(): void {
    clearTimeout(this.#turn)
    const now = clock.now()
    const next = Math.min(...momentsOf(this.answer).filter((at) => at > now - PAUSE_MS))
    // Further ahead than a day nobody stands and looks.
    if (next - now < 86_400_000)
      this.#turn = setTimeout(() => void this.ask(), next - now + SETTLED_MS)
  }

  get #queueIds(): readonly string[] {
    const { answer } = this
    if (answer?.of === 'operator') return answer.operator.queues.map(({ id }) => id)
    return answer?.chat.queue ? [answer.chat.queue.id] : []
  }

  /** A chat that has just gone from the page may have been of the queue. */
  #isOfQueue(id: string): boolean {
    const chat = live.get('chat', id)
    return chat === undefined || this.#queueIds.includes(chat.queueId)
  }

  #isLookedAt(id: string): boolean {
    const { answer } = this
    if (answer?.of !== 'chat') return id === this.asked.id
    return answer.chat.operators.some(({ userId }) => userId === id)
  }

  #isMember(id: string): boolean {
    return this.#queueIds.some((queueId) => id.startsWith(`${queueId}:`)) || this.#isMine(id)
  }

  #isMine(id: string): boolean {
    return this.asked.of === 'operator' && id.endsWith(`:${this.asked.id}`)
  }
}

/** The moments at which something of the answer changes by itself, epoch milliseconds. */
function momentsOf(answer: Answer | undefined): number[] {
  if (answer === undefined) return []
  const looked =
    answer.of === 'chat'
      ? answer.chat.operators
      : answer.operator.queues.flatMap(({ first }) => first?.operator ?? [])
  const own = answer.of === 'chat' ? [answer.chat.offer?.endsAt, answer.chat.overflow?.at] : []
  return [...looked.flatMap(({ fails }) => fails.map(({ changesAt }) => changesAt)), ...own]
    .filter((at) => at != null)
    .map(epochMs)
}
