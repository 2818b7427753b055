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
const MOST_UNDER_WAY = 24
/** Whoever has had no answer for so long asked a server that stands still, and holds up nobody. */
const STALLED_MS = 3_000
/** A visitor of a live chat writes only when it takes longer than nearly all do. */
const PATIENCE_MS = 15_000

export interface Visitors {
  asked: Asked[]
  /** Sends away those who still wait or write; resolves when they have gone. */
  sendAway(): Promise<void>
}

interface Place extends Pick<Scene, 'servers'> {
  db: Db
  floor: StormFloor
  tally: Tally
}

/** Now one chat and now several at once, by the rate, until it is over; resolves when every chat that
 * was begun is known to be there. Their visitors go on writing. */
export async function keepAsking(
  options: StormOptions,
  { db, servers, floor, tally }: Place,
  over: AbortSignal,
  ended: AbortSignal,
): Promise<Visitors> {
  const asked: Asked[] = []
  const asking = new Map<number, { since: number; done: Promise<void> }>()
  const staying = new Set<Promise<void>>()
  const gone = new AbortController()
  const stay = async (at: number, chat: Asked, isDeferred: boolean) => {
    if (Math.random() < LEAVES && (await leave(servers, at, chat, tally))) return
    // A live chat may be handed on to where it need not be answered at once, and be parked there.
    if (!isDeferred) await pauseUnless(gone.signal, PATIENCE_MS)
    await goOnWriting(servers, at, chat, {
      gone: gone.signal,
      tally,
      hasEnded: () => hasEnded(db, chat.chatId),
    })
  }
  const begin = (at: number) => {
    const isDeferred = Math.random() < DEFERRED
    const done = ask(servers, floor, at, ended, isDeferred)
      .then((chat) => {
        asked.push(chat)
        const stays = stay(at, chat, isDeferred).finally(() => staying.delete(stays))
        staying.add(stays)
      })
      .catch(() => undefined)
      .finally(() => asking.delete(at))
    asking.set(at, { since: performance.now(), done })
  }
  const open = lookedAtNowAndThen(() => openChats(db))
  const mayCome = async (count: number) => {
    const late = performance.now() - STALLED_MS
    const underWay = [...asking.values()].filter(({ since }) => since > late).length
    const isShort = (await open()) + asking.size < mostOpen(options)
    return isShort && underWay + count <= MOST_UNDER_WAY
  }
  for (let at = 0; !over.aborted; ) {
    const count = 1 + Math.floor(Math.random() * MOST_AT_ONCE)
    if (await mayCome(count)) for (let n = 0; n < count; n++) begin(at++)
    await pause((1_000 / options.rate) * count)
  }
  await Promise.all([...asking.values()].map(({ done }) => done))
  return {
    asked,
    async sendAway() {
      gone.abort()
      await Promise.all(staying)
    },
  }
}

function mostOpen({ operators, limit }: StormOptions): number {
  return operators * limit * OPEN_FOR_EACH_HELD
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
