// Who watches what here, and what each watched scope was last told. One frame is made per scope,
// however many sockets watch it.
import type { Frame, FrameRow, SignSeen } from '#contract/frames.ts'
import type { Batch, LogEvent, LogTailer } from './log.ts'
import { rowsOf, scopesOf } from './projection.ts'

/** A socket, as far as the hub needs to know it. */
export interface Watcher {
  id: string
  /** Those of one crowd are told together. */
  crowd: Crowd
  send(frame: Frame): void
  /** The watcher stands too far back: it has to fetch the scope's snapshot. */
  sendSnap(scope: string): void
  sendSign(sign: SignSeen): void
}

/** Sockets to which a frame is put into words once, however many of them it goes to. */
export interface Crowd {
  send(watcherIds: readonly string[], frame: Frame): void
}

interface Room {
  organisationId: string
  /** Up to where the room's watchers have been told. */
  at: number
  watchers: Map<string, Watcher>
  /** What they have not been told yet, and up to where it goes. */
  untold: (readonly LogEvent[])[]
  to: number
  toldAt: number
  telling: NodeJS.Timeout | undefined
}

/** More rows than this in one answer: fetching the snapshot costs less. */
const MOST_ROWS = 2_000
/** At least this long between two frames of a room with many watchers: what falls between is one. */
const TICK_MS = 50
/** And so long after what it tells of: whoever is offered a chat is told first, on every server. */
const MOMENT_MS = 10
/** A user's own scope has few watchers, who wait for what it says: an offer is one frame, at once. */
const AT_ONCE = /^user:/
/** How long an answer waits for this process to read as far as the watcher has read elsewhere. */
const BEHIND_MS = 3_000

export class Hub {
  readonly #rooms = new Map<string, Room>()
  /** The scopes that each watcher watches, by the watcher's id. */
  readonly #watched = new Map<string, Set<string>>()
  readonly #log: LogTailer

  constructor(log: LogTailer) {
    this.#log = log
  }

  /** Tells the rooms of a batch what concerns them. */
  tell(batch: Batch): void {
    for (const scope of scopesOf(batch.events)) {
      const room = this.#rooms.get(scope)
      if (room === undefined || room.organisationId !== batch.organisationId) continue
      room.untold.push(batch.events)
      room.to = batch.to
      this.#plan(room, scope)
    }
  }

  /**
   * Lets a watcher in at the position it knows (-1: none). It is in the room before its answer is
   * made, so nothing falls between; what comes twice is dropped by its position.
   */
  async watch(
    organisationId: string,
    scope: string,
    since: number,
    watcher: Watcher,
  ): Promise<void> {
    await this.#log.follow(organisationId)
    const room = this.#join(organisationId, scope, watcher)
    if (since < 0) return watcher.sendSnap(scope)
    if (since > this.#log.cursor(organisationId)) await this.#catchUp(organisationId, since)
    const at = this.#log.cursor(organisationId)
    const events = since > at ? undefined : this.#log.recent(organisationId, since)
    const rows = events && rowsOf(scope, events)
    if (rows === undefined || rows.length > MOST_ROWS) return watcher.sendSnap(scope)
    watcher.send({ s: scope, p: since, t: Math.max(at, room.at), r: rows })
  }

  leave(scope: string, watcher: Watcher): void {
    const room = this.#rooms.get(scope)
    if (room === undefined || !room.watchers.delete(watcher.id)) return
    tellGone(room, scope, watcher)
    const scopes = this.#watched.get(watcher.id)
    scopes?.delete(scope)
    if (scopes?.size === 0) this.#watched.delete(watcher.id)
    if (room.watchers.size > 0) return
    clearTimeout(room.telling)
    this.#rooms.delete(scope)
  }

  leaveAll(watcher: Watcher): void {
    for (const scope of this.scopesOf(watcher)) this.leave(scope, watcher)
  }

  scopesOf(watcher: Watcher): string[] {
    return [...(this.#watched.get(watcher.id) ?? [])]
  }

  watchersOf(scope: string): Watcher[] {
    return [...(this.#rooms.get(scope)?.watchers.values() ?? [])]
  }

  /** Where each scope that the watcher watches stands. */
  positions(watcher: Watcher): Record<string, number> {
    return Object.fromEntries(
      this.scopesOf(watcher).flatMap((scope) => {
        const room = this.#rooms.get(scope)
        return room === undefined ? [] : [[scope, room.at]]
      }),
    )
  }

  #plan(room: Room, scope: string): void {
    if (AT_ONCE.test(scope)) this.#send(room, scope)
    else {
      const waitMs = Math.max(MOMENT_MS, room.toldAt + TICK_MS - performance.now())
      room.telling ??= setTimeout(() => this.#send(room, scope), waitMs)
    }
  }

  #send(room: Room, scope: string): void {
    clearTimeout(room.telling)
    const rows: FrameRow[] = rowsOf(scope, room.untold.flat())
    const frame: Frame = { s: scope, p: room.at, t: room.to, r: rows }
    room.at = room.to
    room.untold = []
    room.toldAt = performance.now()
    room.telling = undefined
    tellAll(room.watchers.values(), frame)
  }

  #join(organisationId: string, scope: string, watcher: Watcher): Room {
    const scopes = this.#watched.get(watcher.id) ?? new Set()
    this.#watched.set(watcher.id, scopes.add(scope))
    const known = this.#rooms.get(scope)
    if (known) {
      known.watchers.set(watcher.id, watcher)
      return known
    }
    const at = this.#log.cursor(organisationId)
    const room: Room = {
      ...{ organisationId, at, to: at, watchers: new Map([[watcher.id, watcher]]) },
      ...{ untold: [], toldAt: 0, telling: undefined },
    }
    this.#rooms.set(scope, room)
    return room
  }

  /** Waits until this process has read as far: never answers from the past. */
  async #catchUp(organisationId: string, since: number): Promise<void> {
    const until = performance.now() + BEHIND_MS
    while (this.#log.cursor(organisationId) < since && performance.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Whoever leaves, or must, hears what is gone by then, lest it stay on the page; and nothing new. */
function tellGone(room: Room, scope: string, watcher: Watcher): void {
  const gone = rowsOf(scope, room.untold.flat()).filter(([, , , row]) => row === null)
  if (gone.length > 0) watcher.send({ s: scope, p: room.at, t: room.to, r: gone })
}

/** Tells a frame to everybody who watches. */
export function tellAll(watchers: Iterable<Watcher>, frame: Frame): void {
  for (const [crowd, those] of Map.groupBy(watchers, (watcher) => watcher.crowd)) {
    const [first, ...others] = those
    if (others.length === 0) first?.send(frame)
    else
      crowd.send(
        those.map(({ id }) => id),
        frame,
      )
  }
}
