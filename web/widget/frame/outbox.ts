// What the visitor wrote and the server has not been heard to have: sent one after the other, in
// order, each under its own id, so that sending one again can never make two of it.

export interface Unsent {
  clientId: string
  body: string
  /** ISO 8601. */
  at: string
  state: 'queued' | 'sending' | 'sent' | 'failed'
  /** How often it was sent in vain. */
  tries: number
}

/** How the server took a message: it has it, it may later, or it will not. */
export type Taken = 'taken' | 'refused' | { later: number }

export interface Parts {
  write: (message: Unsent) => Promise<Taken>
  /** Keeps what must survive a reload. */
  keep: (before: readonly Unsent[], unsent: readonly Unsent[]) => void
  changed: (messages: readonly Unsent[]) => void
  isConnected: () => boolean
  /** Runs something after so many milliseconds. */
  after: (ms: number, run: () => void) => unknown
}

/** After so many tries while the connection stood, it is for the visitor to say: try again. */
const TRIES = 4

export class Outbox {
  readonly #parts: Parts
  #messages: readonly Unsent[]
  #isSending = false

  constructor(parts: Parts, kept: readonly Unsent[] = []) {
    this.#parts = parts
    this.#messages = kept.map((message) =>
      message.state === 'sending' ? { ...message, state: 'queued' } : message,
    )
  }

  get messages(): readonly Unsent[] {
    return this.#messages
  }

  add(message: Pick<Unsent, 'clientId' | 'body' | 'at'>): void {
    this.#set([...this.#messages, { ...message, state: 'queued', tries: 0 }])
    void this.send()
  }

  /** The visitor asks for one more try. */
  retry(clientId: string): void {
    this.#change(clientId, { state: 'queued', tries: 0 })
    void this.send()
  }

  /** The chat is put away: nothing more is sent or kept. */
  stop(): void {
    this.#set([])
  }

  /** Messages that were heard back: they are in the conversation now. */
  heard(clientIds: ReadonlySet<string>): void {
    if (this.#messages.some((message) => clientIds.has(message.clientId)))
      this.#set(this.#messages.filter((message) => !clientIds.has(message.clientId)))
  }

  /** Sends all that is queued, unless that is being done already. */
  async send(): Promise<void> {
    if (this.#isSending) return
    this.#isSending = true
    for (let next = this.#next(); next; next = this.#next()) {
      const wait = await this.#sendOne(next)
      if (wait === undefined) continue
      this.#parts.after(wait, () => void this.send())
      break
    }
    this.#isSending = false
  }

  #next(): Unsent | undefined {
    return this.#messages.find((message) => message.state === 'queued')
  }

  /** Sends one; the milliseconds to wait when it is to be sent again later. */
  async #sendOne(message: Unsent): Promise<number | undefined> {
    this.#change(message.clientId, { state: 'sending' })
    const taken = await this.#parts.write(message)
    if (taken === 'taken') this.#change(message.clientId, { state: 'sent' })
    else if (taken === 'refused') this.#change(message.clientId, { state: 'failed' })
    else return this.#putOff(message, taken.later)
    return undefined
  }

  #putOff(message: Unsent, later: number): number | undefined {
    const tries = message.tries + 1
    const isFailed = this.#parts.isConnected() && tries >= TRIES
    this.#change(message.clientId, { state: isFailed ? 'failed' : 'queued', tries })
    return isFailed ? undefined : later
  }

  #change(clientId: string, change: Partial<Unsent>): void {
    this.#set(
      this.#messages.map((message) =>
        message.clientId === clientId ? { ...message, ...change } : message,
      ),
    )
  }

  #set(messages: readonly Unsent[]): void {
    const before = this.#messages
    this.#messages = messages
    this.#parts.keep(
      before,
      messages.filter((message) => message.state !== 'sent'),
    )
    this.#parts.changed(messages)
  }
}
