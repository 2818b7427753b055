// Everything that the server tells, kept true for every page: one socket, the scopes that pages
// watch, and the rows seen through them.
//
//   $effect(() => live.watch(scope.floor(accountId)))     a page says what it looks at
//   const operators = $derived(live.all('operator'))      and draws from what is there
import type { io as Connect, Socket } from 'socket.io-client'
import { type SvelteMap, SvelteSet } from 'svelte/reactivity'
import type { LiveKind, LiveRow } from '#contract/facts.ts'
import type {
  ClientEvents,
  Frame,
  Hello,
  ServerEvents,
  Sign,
  SignSeen,
  Snapshot,
} from '#contract/frames.ts'
import { live as api } from '#contract/live.ts'
import { Replica } from '#contract/sync.ts'
import { call, Refused } from '#lib/api.ts'
import { clock } from '#lib/clock.svelte.ts'
import { pauseBefore } from './pause.ts'
import { emptyRows } from './rows.ts'
import { SeenSigns } from './seen-signs.ts'

export type Connection = 'idle' | 'connecting' | 'live' | 'lost'

/** A connection that held so long counts as stable: the next loss starts with short pauses. */
const STABLE_MS = 30_000

export class Live {
  /** What the socket is doing. */
  connection = $state<Connection>('idle')
  /** Since when nothing has come, epoch milliseconds; undefined while live. */
  lostAt = $state<number>()
  /** When anything came last, if only a sign of life (every 10 s); epoch milliseconds, not reactive. */
  heardAt = 0
  /** Every scope that may be watched. */
  scopes = $state.raw<readonly string[]>([])
  /** Scopes whose rows are all here. */
  readonly loaded = new SvelteSet<string>()
  readonly #seen = new SeenSigns()
  /** Who is typing, looking or editing now, by scope, subject, field and person. */
  readonly signs: ReadonlyMap<string, SignSeen> = this.#seen.all

  // Made before anybody looks: a derived does not follow what it has made itself.
  readonly #rows = emptyRows()
  #replica = new Replica((kind, id) => this.#show(kind, id))
  #socket: Socket<ServerEvents, ClientEvents> | undefined
  readonly #watched = new Map<string, number>()
  readonly #loading = new Set<string>()
  #epoch: string | undefined
  #attempt = 0
  #again: number | undefined
  #stable: number | undefined
  #ended: () => void = () => {}
  #regranted: () => void = () => {}
  readonly #hearers = new Map<LiveKind, Set<(id: string) => void>>()

  /**
   * Connects and stays connected until `disconnect`. `ended` hears that the session is over,
   * `regranted` that what this person may do or see has changed.
   */
  connect(ended: () => void, regranted: () => void = () => {}): void {
    this.#ended = ended
    this.#regranted = regranted
    if (this.connection !== 'idle') return
    this.connection = 'connecting'
    window.addEventListener('online', this.#soon)
    document.addEventListener('visibilitychange', this.#soon)
    this.#open()
  }

  /** Opens the socket, whose program is fetched only once somebody is signed in. */
  #open(): void {
    import('socket.io-client').then(
      ({ io }) => this.#openWith(io),
      () => this.#lost(),
    )
  }

  #openWith(io: typeof Connect): void {
    if (this.connection === 'idle' || this.#socket) return
    const socket: Socket<ServerEvents, ClientEvents> = io('/team', {
      transports: ['websocket'],
      reconnection: false,
      autoConnect: false,
    })
    this.#socket = socket
    socket.onAny(this.#heard)
    socket.io.on('ping', this.#heard)
    socket.on('hello', (hello) => this.#greet(hello))
    socket.on('frame', (frame) => this.#hear(frame))
    socket.on('snap', ({ s }) => void this.#load(s))
    socket.on('beat', (positions) => this.#beat(positions))
    socket.on('scopes', (scopes) => {
      this.#narrow(scopes)
      this.#regranted()
    })
    socket.on('sign', (sign) => this.#seen.see(sign))
    socket.on('disconnect', () => this.#lost())
    socket.on('connect_error', (error) => this.#failed(error))
    socket.connect()
  }

  /** Tries at once, for whoever will not wait for the next attempt. */
  retry(): void {
    if (this.connection === 'lost') this.#connectAfter(0)
  }

  /** Ends the connection and forgets everything. */
  disconnect(): void {
    window.clearTimeout(this.#again)
    window.clearTimeout(this.#stable)
    window.removeEventListener('online', this.#soon)
    document.removeEventListener('visibilitychange', this.#soon)
    this.#socket?.off()
    this.#socket?.disconnect()
    this.#socket = undefined
    this.connection = 'idle'
    this.#forgetAll()
    this.scopes = []
  }

  /** Watches a scope until the function that comes back is called. Watchers share. */
  watch(scope: string): () => void {
    const count = this.#watched.get(scope) ?? 0
    this.#watched.set(scope, count + 1)
    if (count === 0) this.#ask(scope)
    return () => {
      const left = (this.#watched.get(scope) ?? 1) - 1
      if (left > 0) this.#watched.set(scope, left)
      else this.#leave(scope)
    }
  }

  get<K extends LiveKind>(kind: K, id: string): LiveRow[K] | undefined {
    return this.#of(kind).get(id)
  }

  all<K extends LiveKind>(kind: K): LiveRow[K][] {
    return [...this.#of(kind).values()]
  }

  /** Hears which rows of a kind come, change and go, for those who keep an index of them. */
  follow(kind: LiveKind, hear: (id: string) => void): () => void {
    const hearers = this.#hearers.get(kind) ?? new Set()
    this.#hearers.set(kind, hearers.add(hear))
    return () => hearers.delete(hear)
  }

  /** Passes a sign on to everybody who watches the scope. It ends by itself. */
  sign(sign: Sign): void {
    this.#socket?.volatile.emit('sign', sign)
  }

  /** Says that the person has just done something: keeps the session from ending. */
  active(): void {
    this.#socket?.volatile.emit('active', {})
  }

  #of<K extends LiveKind>(kind: K): SvelteMap<string, LiveRow[K]> {
    return this.#rows[kind]
  }

  #show(kind: LiveKind, id: string): void {
    const row = this.#replica.get(kind, id)
    if (row === undefined) this.#of(kind).delete(id)
    else this.#of(kind).set(id, row)
    for (const hear of this.#hearers.get(kind) ?? []) hear(id)
  }

  #greet(hello: Hello): void {
    if (this.#epoch !== undefined && this.#epoch !== hello.epoch) this.#forgetAll()
    this.#epoch = hello.epoch
    const now = Date.now()
    clock.learn(hello.now, now, now)
    this.connection = 'live'
    this.lostAt = undefined
    this.#stable = window.setTimeout(() => {
      this.#attempt = 0
    }, STABLE_MS)
    this.#narrow(hello.scopes)
    for (const scope of this.#watched.keys()) this.#ask(scope)
  }

  #narrow(scopes: readonly string[]): void {
    for (const scope of this.scopes) if (!scopes.includes(scope)) this.#forget(scope)
    const isNew = scopes.filter((scope) => !this.scopes.includes(scope))
    this.scopes = scopes
    for (const scope of isNew) if (this.#watched.has(scope)) this.#ask(scope)
  }

  #ask(scope: string): void {
    if (!this.#socket?.connected) return
    this.#socket.emit('watch', { s: scope, since: this.#replica.position(scope) })
  }

  #hear(frame: Frame): void {
    if (!this.#watched.has(frame.s)) return
    if (this.#replica.apply(frame) === 'gap') this.#ask(frame.s)
    else this.loaded.add(frame.s)
  }

  async #load(scope: string): Promise<void> {
    if (this.#loading.has(scope)) return
    this.#loading.add(scope)
    try {
      const snapshot = (await call(api.snapshot, { params: { scope } })) as Snapshot
      if (!this.#watched.has(scope)) return
      this.#replica.reset(scope, snapshot)
      // Whoever keeps an index of the rows has it ready before anybody is told that all are here.
      await Promise.resolve()
      if (!this.#watched.has(scope)) return
      this.loaded.add(scope)
      this.#ask(scope)
    } catch (error) {
      // A scope that is no longer ours has been, or will be, taken from `scopes`.
      if (error instanceof Refused && error.status === 404) return
      window.setTimeout(() => this.#ask(scope), pauseBefore(1, Math.random))
    } finally {
      this.#loading.delete(scope)
    }
  }

  #beat(positions: Record<string, number>): void {
    for (const [scope, position] of Object.entries(positions))
      if (this.#watched.has(scope) && position > this.#replica.position(scope)) this.#ask(scope)
  }

  #leave(scope: string): void {
    this.#watched.delete(scope)
    this.#forget(scope)
    if (this.#socket?.connected) this.#socket.emit('unwatch', { s: scope })
  }

  #forget(scope: string): void {
    this.#replica.forget(scope)
    this.loaded.delete(scope)
  }

  #forgetAll(): void {
    for (const scope of [...this.loaded]) this.#forget(scope)
    for (const rows of Object.values(this.#rows)) rows.clear()
    this.#replica = new Replica((kind, id) => this.#show(kind, id))
  }

  readonly #heard = () => {
    this.heardAt = clock.now()
  }

  readonly #soon = () => {
    if (document.hidden || !this.#socket || this.#socket.connected) return
    this.#connectAfter(Math.random() * 1000)
  }

  #failed(error: Error): void {
    if (error.message === 'unauthenticated' || error.message === 'address_refused') {
      this.disconnect()
      this.#ended()
    } else this.#lost()
  }

  #lost(): void {
    window.clearTimeout(this.#stable)
    this.connection = 'lost'
    this.lostAt ??= clock.now()
    this.#connectAfter(pauseBefore(this.#attempt, Math.random))
    this.#attempt += 1
  }

  #connectAfter(ms: number): void {
    window.clearTimeout(this.#again)
    this.#again = window.setTimeout(
      () => (this.#socket ? this.#socket.connect() : this.#open()),
      ms,
    )
  }
}

export const live = new Live()
