// One chat as the server tells it: its state and its messages, kept whole over every loss. A frame
// with a hole before it is never applied; what is missing is asked for again, at most once in a while.

import type { Message } from '#contract/chats.ts'
import type { Frame } from '#contract/frames.ts'
import { Replica } from '#contract/sync.ts'
import type { Visit } from '#contract/visitors.ts'
import { type Answer, call } from './call.ts'

export interface Parts {
  token: string
  watch: (scope: string, since: number) => void
  changed: () => void
  /** An answer that was a no. */
  refused: (answer: Answer<unknown>) => void
}

/** No scope is asked for again sooner than this. */
const CALM_MS = 5000

export class Thread {
  readonly chatId: string
  readonly visitScope: string
  readonly chatScope: string
  readonly #parts: Parts
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>()
  readonly #askedAt = new Map<string, number>()
  #replica = new Replica()
  #epoch: string | undefined
  #missed = false

  constructor(chatId: string, parts: Parts) {
    this.chatId = chatId
    this.visitScope = `visit:${chatId}`
    this.chatScope = `chat:${chatId}`
    this.#parts = parts
  }

  get visit(): Visit | undefined {
    return this.#replica.get('visit', this.chatId)
  }

  /** In the order they were written. */
  get messages(): Message[] {
    return this.#replica.all('message').sort((a, b) => a.seq - b.seq)
  }

  /** A connection stands: follow both scopes from where we are. A restored database begins anew. */
  follow(epoch: string): void {
    if (this.#epoch !== undefined && this.#epoch !== epoch) {
      this.#replica = new Replica()
      void this.refresh()
    }
    this.#epoch = epoch
    this.watch()
  }

  watch(): void {
    for (const scope of [this.visitScope, this.chatScope]) this.#watch(scope)
  }

  apply(frame: Frame): void {
    if (frame.s !== this.visitScope && frame.s !== this.chatScope) return
    const applied = this.#replica.apply(frame)
    if (applied === 'applied') this.#parts.changed()
    if (applied !== 'gap') return
    this.#missed = true
    this.#calmly(frame.s, () => this.#watch(frame.s))
  }

  /** The server's positions: one that is ahead of ours means that a last frame was lost. */
  beat(positions: Record<string, number>): void {
    for (const scope of [this.visitScope, this.chatScope]) {
      const theirs = positions[scope]
      if (theirs !== undefined && theirs > this.#replica.position(scope))
        this.#calmly(scope, () => this.#watch(scope))
    }
  }

  /** We stand too far back: fetch the scope whole. */
  snap(scope: string): void {
    if (scope === this.chatScope) this.#calmly(`whole ${scope}`, () => void this.#fetchMessages())
    if (scope === this.visitScope) this.#calmly(`whole ${scope}`, () => void this.#fetchVisit())
  }

  /** Fetches everything over HTTP; it works where no socket gets through. */
  async refresh(): Promise<void> {
    await Promise.all([this.#fetchVisit(), this.#fetchMessages()])
  }

  /** Takes a state that a call answered with. */
  take(visit: Visit): void {
    const at = this.#replica.position(this.visitScope)
    this.#replica.reset(this.visitScope, { t: at, r: [['visit', visit.id, at, visit]] })
    this.#parts.changed()
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer)
  }

  #watch(scope: string): void {
    this.#parts.watch(scope, this.#replica.position(scope))
  }

  async #fetchVisit(): Promise<void> {
    const before = this.#replica.position(this.visitScope)
    const answer = await call('chats', {}, this.#parts.token)
    if (!answer.ok) return this.#parts.refused(answer)
    const visit = answer.value.find(({ id }) => id === this.chatId)
    // A frame that came meanwhile is newer than this answer.
    if (visit && this.#replica.position(this.visitScope) === before) this.take(visit)
  }

  async #fetchMessages(): Promise<void> {
    this.#missed = false
    const answer = await call('messages', { params: { id: this.chatId } }, this.#parts.token)
    if (!answer.ok) return this.#parts.refused(answer)
    const t = Math.max(0, ...answer.value.map(({ seq }) => seq))
    if (t >= this.#replica.position(this.chatScope)) {
      this.#replica.reset(this.chatScope, {
        t,
        r: answer.value.map((message) => ['message', message.id, message.seq, message]),
      })
      this.#parts.changed()
    }
    if (this.#missed) this.#watch(this.chatScope)
  }

  /** Runs now, or as soon as the last time for this name is long enough ago; never twice. */
  #calmly(name: string, run: () => void): void {
    if (this.#timers.has(name)) return
    const wait = (this.#askedAt.get(name) ?? -CALM_MS) + CALM_MS - performance.now()
    const go = (): void => {
      this.#timers.delete(name)
      this.#askedAt.set(name, performance.now())
      run()
    }
    if (wait <= 0) go()
    else this.#timers.set(name, setTimeout(go, wait))
  }
}
