// What I wrote and the server has not been heard to have. Each message keeps the id it was written
// under, over reloads and lost connections, so that sending it again can never make two of it.
import { chats } from '#contract/chats.ts'
import type { RefusalBody } from '#contract/refusals.ts'
import { call, Refused, Unreachable } from '#lib/api.ts'
import { kept, keptAs } from '#lib/kept.ts'
import { live } from '#lib/live/live.svelte.ts'
import { pauseBefore } from '#lib/live/pause.ts'

type Reason = RefusalBody['error']['code'] | 'unreachable'

export interface Unsent {
  clientId: string
  chatId: string
  body: string
  /** ISO 8601. */
  at: string
  /** `sent`: the server has it; it leaves the outbox when it is heard back. */
  state: 'queued' | 'sending' | 'sent' | 'failed'
  /** How often it was sent in vain. */
  tries: number
  /** Why it failed. */
  because?: Reason
}

export interface OutboxParts {
  /** Throws Refused or Unreachable. */
  write: (message: Unsent) => Promise<unknown>
  isConnected: () => boolean
  after: (ms: number, run: () => void) => void
}

type Written = Pick<Unsent, 'clientId' | 'chatId' | 'body' | 'at'>

/** After so many tries while the connection stood, some 15 seconds, it is for the writer to say. */
const TRIES = 6
/** Refusals that pass: the message waits its turn. */
const PASSING = new Set(['busy', 'too_many', 'internal', 'unauthenticated'])

function isWritten(value: unknown): value is Written {
  if (typeof value !== 'object' || value === null) return false
  return ['clientId', 'chatId', 'body', 'at'].every(
    (name) => typeof Reflect.get(value, name) === 'string',
  )
}

export class Outbox {
  #messages = $state.raw<readonly Unsent[]>([])
  readonly #parts: OutboxParts
  readonly #sending = new Set<string>()
  #prefix = ''

  constructor(parts: OutboxParts) {
    this.#parts = parts
  }

  /** Takes up what this user left unsent in this browser, and sends it. */
  open(userId: string): void {
    const prefix = `unsent:${userId}:`
    if (this.#prefix === prefix) return
    this.#prefix = prefix
    this.#messages = kept
      .names(prefix)
      .map((name) => keptAs(name, isWritten))
      .filter((message) => message !== undefined)
      .map((message): Unsent => ({ ...message, state: 'queued', tries: 0 }))
      .toSorted((a, b) => a.at.localeCompare(b.at))
    this.send()
  }

  /** What is unsent in the chat, oldest first. */
  of(chatId: string): Unsent[] {
    return this.#messages.filter((message) => message.chatId === chatId)
  }

  add(chatId: string, body: string, at: string): void {
    const written: Written = { clientId: crypto.randomUUID(), chatId, body, at }
    kept.set(this.#prefix + written.clientId, JSON.stringify(written))
    this.#messages = [...this.#messages, { ...written, state: 'queued', tries: 0 }]
    this.send()
  }

  retry(clientId: string): void {
    this.#change(clientId, { state: 'queued', tries: 0 })
    this.send()
  }

  discard(clientId: string): void {
    kept.set(this.#prefix + clientId, undefined)
    this.#messages = this.#messages.filter((message) => message.clientId !== clientId)
  }

  /** Messages that came back from the server: they are in the conversation now. */
  heard(clientIds: ReadonlySet<string>): void {
    for (const { clientId } of this.#messages) if (clientIds.has(clientId)) this.discard(clientId)
  }

  /** The connection is back: sends what is queued, and what failed only because there was none. */
  again(): void {
    for (const { clientId, state, because } of this.#messages)
      if (state === 'failed' && because === 'unreachable')
        this.#change(clientId, { state: 'queued', tries: 0 })
    this.send()
  }

  /** Sends all that is queued, in each chat one after the other. */
  send(): void {
    const waiting = this.#messages.filter(({ state }) => state === 'queued')
    for (const chatId of new Set(waiting.map((message) => message.chatId))) void this.#empty(chatId)
  }

  async #empty(chatId: string): Promise<void> {
    if (this.#sending.has(chatId)) return
    this.#sending.add(chatId)
    let pause: number | undefined
    while (pause === undefined) {
      const next = this.of(chatId).find(({ state }) => state === 'queued')
      if (!next) break
      pause = await this.#sendOne(next)
    }
    this.#sending.delete(chatId)
    if (pause !== undefined) this.#parts.after(pause, () => void this.#empty(chatId))
  }

  /** Sends one; the milliseconds to wait when it is to be sent again later. */
  async #sendOne(message: Unsent): Promise<number | undefined> {
    this.#change(message.clientId, { state: 'sending' })
    try {
      await this.#parts.write(message)
      kept.set(this.#prefix + message.clientId, undefined)
      this.#change(message.clientId, { state: 'sent' })
      return undefined
    } catch (error) {
      return this.#putOff(message, error)
    }
  }

  #putOff({ clientId, tries: before }: Unsent, error: unknown): number | undefined {
    const tries = before + 1
    const isGivenUp = this.#parts.isConnected() && tries >= TRIES
    const because = reasonOf(error)
    if (!isPassing(error) || isGivenUp) {
      this.#change(clientId, { state: 'failed', tries, because })
      return undefined
    }
    this.#change(clientId, { state: 'queued', tries })
    const wanted = error instanceof Refused ? (error.retryAfter ?? 0) * 1000 : 0
    return Math.max(wanted, pauseBefore(before, Math.random))
  }

  #change(clientId: string, change: Partial<Unsent>): void {
    this.#messages = this.#messages.map((message) =>
      message.clientId === clientId ? { ...message, ...change } : message,
    )
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof Refused && PASSING.has(error.code))
}

function reasonOf(error: unknown): Reason {
  if (error instanceof Refused) return error.code
  return error instanceof Unreachable ? 'unreachable' : 'internal'
}

export const outbox = new Outbox({
  write: ({ chatId, clientId, body }) =>
    call(chats.write, { params: { id: chatId }, body: { clientId, body } }),
  isConnected: () => live.connection === 'live',
  after: (ms, run) => void window.setTimeout(run, ms),
})
