// The live connection: keeps one socket to the visitor's namespace, and says what comes over it.
// Commands never go this way; the only thing sent is what to watch, and that somebody is typing.
import { Manager, type Socket } from 'socket.io-client'
import type { ClientEvents, Frame, Hello, ServerEvents, SignSeen } from '#contract/frames.ts'
import { delayBefore } from './backoff.ts'

export interface Heard {
  up: (hello: Hello) => void
  /** The connection is gone, or could not be made; another try follows by itself. */
  down: () => void
  /** What may be watched has changed. */
  scopes: () => void
  frame: (frame: Frame) => void
  snap: (scope: string) => void
  beat: (positions: Record<string, number>) => void
  sign: (sign: SignSeen) => void
  bye: () => void
}

type Link = Socket<ServerEvents, ClientEvents>

/** A connection that held for so long was a good one: the next loss begins from the shortest wait. */
const STEADY_MS = 30_000

export class Wire {
  readonly #token: string
  readonly #heard: Heard
  #link: Link | undefined
  /** The link that replaces the present one, while the server is being drained. */
  #next: Link | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #steady: ReturnType<typeof setTimeout> | undefined
  #failed = 0
  #isOver = false

  constructor(token: string, heard: Heard) {
    this.#token = token
    this.#heard = heard
    addEventListener('online', this.#hurry)
    document.addEventListener('visibilitychange', this.#hurry)
    this.#open()
  }

  get isUp(): boolean {
    return this.#link?.connected === true
  }

  watch(scope: string, since: number): void {
    this.#link?.emit('watch', { s: scope, since })
  }

  typing(scope: string, chatId: string): void {
    this.#link?.volatile.emit('sign', { scope, kind: 'typing', subject: chatId })
  }

  close(): void {
    this.#isOver = true
    removeEventListener('online', this.#hurry)
    document.removeEventListener('visibilitychange', this.#hurry)
    clearTimeout(this.#timer)
    clearTimeout(this.#steady)
    this.#link?.close()
    this.#next?.close()
  }

  #open(): void {
    if (this.#isOver) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#link?.close()
    this.#link = this.#dial()
  }

  #dial(): Link {
    const manager = new Manager(location.origin, {
      transports: ['websocket'],
      reconnection: false,
      timeout: 10_000,
    })
    const link: Link = manager.socket('/visitor', { auth: { token: this.#token } })
    link.on('hello', (hello) => this.#arrived(link, hello))
    link.on('connect_error', () => this.#lost(link))
    link.on('disconnect', () => this.#lost(link))
    const { frame, snap, beat, sign } = this.#heard
    link.on('scopes', () => this.#heard.scopes())
    link.on('frame', frame)
    link.on('snap', (message) => snap(message.s))
    link.on('beat', beat)
    link.on('sign', sign)
    link.on('bye', () => this.#heard.bye())
    link.on('drain', ({ windowMs }) => this.#move(windowMs))
    return link
  }

  #arrived(link: Link, hello: Hello): void {
    if (link === this.#next) {
      const old = this.#link
      this.#link = link
      this.#next = undefined
      old?.close()
    }
    clearTimeout(this.#steady)
    this.#steady = setTimeout(() => {
      this.#failed = 0
    }, STEADY_MS)
    this.#heard.up(hello)
  }

  #lost(link: Link): void {
    if (this.#isOver) return
    if (link === this.#next) {
      this.#next = undefined
      return
    }
    if (link !== this.#link || this.#timer !== undefined) return
    clearTimeout(this.#steady)
    this.#timer = setTimeout(() => this.#open(), delayBefore(this.#failed, Math.random()))
    this.#failed += 1
    this.#heard.down()
  }

  /** The server is going away: the new connection stands before the old one is let go. */
  #move(windowMs: number): void {
    setTimeout(() => {
      if (!this.#isOver && this.#next === undefined && this.isUp) this.#next = this.#dial()
    }, Math.random() * windowMs)
  }

  /** The network or the window is back: there is no use in waiting out a long delay. */
  readonly #hurry = (): void => {
    if (this.#timer === undefined || document.hidden) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#open(), Math.random() * 1000)
  }
}
