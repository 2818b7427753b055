// The visitors of a long storm: they come by the rate for as long as it rages, and each stays until
// their chat has ended.
import { setTimeout as pause } from 'node:timers/promises'
import type { Db } from '../../server/platform/database.ts'
import type { StormFloor } from './floor.ts'
import type { StormOptions } from './options.ts'
import { type Asked, ask, goOnWriting, leave, pauseUnless } from './people.ts'
import type { Scene } from './scene.ts'
import { hasEnded, openChats } from './tables.ts'
import type { Tally } from './tally.ts'

/** So many chats come at the same moment, at most. */
const MOST_AT_ONCE = 8
/** So many visitors do not stay. */
const LEAVES = 0.05
/** So many need not be answered at once, and write again. */
const DEFERRED = 0.2
/** With so many chats open for each that can be held, nobody comes: the line is long enough, and if it
 * grew without an end it would be a storm of waiting, not of chats. */
const OPEN_FOR_EACH_HELD = 3
const CROWD_LOOKED_AT_MS = 200

/** So many ask at once, at most: those beyond would hold up the operators' own commands. */
const MOST_UNDER_WAY = 64
/** Whoever has had no answer for so long asked a server that stands still, and holds up nobody. */
const STALLED_MS = 3_000
/** A visitor of a live chat writes only when it takes longer than nearly all do. */
const PATIENCE_MS = 20_000

/** So many of those whose chat has ended come back with another, when there are any. */
const RETURNS = 0.8

interface Place extends Pick<Scene, 'servers' | 'ended'> {
  db: Db
  floor: StormFloor
  options: StormOptions
  tally: Tally
}

/** Visitors come, now one and now several at once, by the rate, until it is over. Resolves when every
 * chat that was begun is known to be there; whose it is goes on writing. */
export async function keepAsking(place: Place, over: AbortSignal): Promise<Visitors> {
  const visitors = new Visitors(place)
  while (!over.aborted) {
    const count = 1 + Math.floor(Math.random() * MOST_AT_ONCE)
    if (await visitors.mayCome(count)) visitors.come(count)
    await pause((1_000 / place.options.rate) * count)
  }
  await visitors.untilAllHaveAsked()
  return visitors
}

export class Visitors {
  readonly asked: Asked[] = []
  readonly #place: Place
  readonly #asking = new Map<number, { since: number; done: Promise<void> }>()
  readonly #staying = new Set<Promise<void>>()
  readonly #gone = new AbortController()
  /** Who may come back, by whether they need not be answered at once. */
  readonly #back: Record<'live' | 'deferred', string[]> = { live: [], deferred: [] }
  readonly #open: () => Promise<number>
  #next = 0

  constructor(place: Place) {
    this.#place = place
    this.#open = lookedAtNowAndThen(() => openChats(place.db))
  }

  /** Whether the line is short enough, and not too many are asking already. */
  async mayCome(count: number): Promise<boolean> {
    const { operators, limit } = this.#place.options
    const late = performance.now() - STALLED_MS
    const underWay = [...this.#asking.values()].filter(({ since }) => since > late).length
    const open = (await this.#open()) + this.#asking.size
    return open < operators * limit * OPEN_FOR_EACH_HELD && underWay + count <= MOST_UNDER_WAY
  }

  come(count: number): void {
    for (let n = 0; n < count; n++) this.#begin(this.#next++)
  }

  async untilAllHaveAsked(): Promise<void> {
    await Promise.all([...this.#asking.values()].map(({ done }) => done))
  }

  /** Sends away those who still wait or write; resolves when they have gone. */
  async sendAway(): Promise<void> {
    this.#gone.abort()
    await Promise.all(this.#staying)
  }

  #begin(at: number): void {
    const { servers, floor, ended } = this.#place
    const kind = Math.random() < DEFERRED ? 'deferred' : 'live'
    const token = Math.random() < RETURNS ? this.#back[kind].shift() : undefined
    const done = ask(servers, floor, at, ended, { isDeferred: kind === 'deferred', token })
      .then((chat) => {
        this.asked.push(chat)
        const stays = this.#stay(at, chat, kind).finally(() => this.#staying.delete(stays))
        this.#staying.add(stays)
      })
      .catch(() => undefined)
      .finally(() => this.#asking.delete(at))
    this.#asking.set(at, { since: performance.now(), done })
  }

  /** Until the chat has ended, or it is all over. */
  async #stay(at: number, chat: Asked, kind: 'live' | 'deferred'): Promise<void> {
    const { db, servers, tally } = this.#place
    if (Math.random() < LEAVES && (await leave(servers, at, chat, tally))) return
    const gone = this.#gone.signal
    // A live chat may be handed on to where it need not be answered at once, and be parked there.
    if (kind === 'live') await pauseUnless(gone, PATIENCE_MS)
    await goOnWriting(servers, at, chat, {
      gone,
      tally,
      hasEnded: () => hasEnded(db, chat.chatId).catch(() => false),
    })
    if (!gone.aborted) this.#back[kind].push(chat.token)
  }
}

/** What was seen a moment ago is near enough, and to look costs the database something. */
function lookedAtNowAndThen(look: () => Promise<number>): () => Promise<number> {
  let seen = 0
  let next = 0
  return async () => {
    if (performance.now() >= next) {
      seen = await look()
      next = performance.now() + CROWD_LOOKED_AT_MS
    }
    return seen
  }
}
