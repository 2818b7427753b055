// A stream of its own beside the organisation's log: each scope has rows numbered from 1 without a
// gap, such as the messages of a chat. Read again when woken, and once a second in any case.
import type { Frame, FrameRow } from '#contract/frames.ts'
import type { Bus } from '../bus.ts'
import { tellAll, type Watcher } from './hub.ts'

/** A scope and the position above which its rows are wanted. */
export interface Wanted {
  scope: string
  above: number
}

interface Room {
  at: number
  watchers: Map<string, Watcher>
}

const LOOK_MS = 1_000
/** Positions are PostgreSQL's int. */
const POSITION_MAX = 2_147_483_647

export class Stream {
  readonly #rooms = new Map<string, Room>()
  readonly #read: (wanted: readonly Wanted[]) => Promise<Map<string, FrameRow[]>>
  readonly #failed: (error: unknown) => void
  readonly #looking: NodeJS.Timeout
  readonly #dirty = new Set<string>()
  #isReading = false
  #reading: Promise<void> = Promise.resolve()

  constructor(
    bus: Bus,
    read: (wanted: readonly Wanted[]) => Promise<Map<string, FrameRow[]>>,
    failed: (error: unknown) => void,
  ) {
    this.#read = read
    this.#failed = failed
    bus.onWake((topics) => this.#look(topics.filter((topic) => this.#rooms.has(topic))))
    this.#looking = setInterval(() => this.#look([...this.#rooms.keys()]), LOOK_MS)
  }

  /** Sends what the watcher has missed and lets it in once nothing lies between. */
  async watch(scope: string, since: number, watcher: Watcher): Promise<void> {
    const missed = await this.#missed(scope, since)
    let at = tell(watcher, scope, missed.at, missed.rows)
    for (;;) {
      const room = this.#rooms.get(scope)
      if (room === undefined) {
        this.#rooms.set(scope, { at, watchers: new Map([[watcher.id, watcher]]) })
        return
      }
      if (room.at <= at) {
        room.watchers.set(watcher.id, watcher)
        return
      }
      at = tell(watcher, scope, at, await this.#above(scope, at))
    }
  }

  /**
   * The rows above the position. One that the scope has not come to is nobody's: whoever claims it
   * is told everything, for a room that stood there would be silent until it was reached.
   */
  async #missed(scope: string, since: number): Promise<{ at: number; rows: FrameRow[] }> {
    if (since <= 0) return { at: since, rows: await this.#above(scope, 0) }
    const rows = since > POSITION_MAX ? [] : await this.#above(scope, since - 1)
    if (rows[0]?.[2] === since) return { at: since, rows: rows.slice(1) }
    return { at: -1, rows: await this.#above(scope, 0) }
  }

  async #above(scope: string, above: number): Promise<FrameRow[]> {
    return (await this.#read([{ scope, above }])).get(scope) ?? []
  }

  leave(scope: string, watcher: Watcher): void {
    const room = this.#rooms.get(scope)
    if (room === undefined || !room.watchers.delete(watcher.id) || room.watchers.size > 0) return
    this.#rooms.delete(scope)
  }

  leaveAll(watcher: Watcher): void {
    for (const scope of [...this.#rooms.keys()]) this.leave(scope, watcher)
  }

  scopesOf(watcher: Watcher): string[] {
    return [...this.#rooms]
      .filter(([, room]) => room.watchers.has(watcher.id))
      .map(([scope]) => scope)
  }

  watchersOf(scope: string): Watcher[] {
    return [...(this.#rooms.get(scope)?.watchers.values() ?? [])]
  }

  positions(watcher: Watcher): Record<string, number> {
    return Object.fromEntries(
      this.scopesOf(watcher).map((scope) => [scope, this.#rooms.get(scope)?.at ?? 0]),
    )
  }

  /** Reads no more; resolves when what was being read is read. */
  async stop(): Promise<void> {
    clearInterval(this.#looking)
    this.#rooms.clear()
    await this.#reading
  }

  #look(scopes: readonly string[]): void {
    for (const scope of scopes) this.#dirty.add(scope)
    if (this.#isReading || this.#dirty.size === 0) return
    this.#isReading = true
    this.#reading = this.#readDirty()
      .catch(this.#failed)
      .finally(() => {
        this.#isReading = false
      })
  }

  async #readDirty(): Promise<void> {
    while (this.#dirty.size > 0) {
      const wanted = [...this.#dirty].flatMap((scope) => {
        const room = this.#rooms.get(scope)
        return room ? [{ scope, above: room.at }] : []
      })
      this.#dirty.clear()
      if (wanted.length === 0) return
      for (const [scope, rows] of await this.#read(wanted)) this.#send(scope, rows)
    }
  }

  #send(scope: string, rows: readonly FrameRow[]): void {
    const room = this.#rooms.get(scope)
    const news = rows.filter(([, , v]) => room !== undefined && v > room.at)
    const last = news.at(-1)
    if (room === undefined || last === undefined) return
    const frame: Frame = { s: scope, p: room.at, t: last[2], r: news }
    room.at = last[2]
    tellAll(room.watchers.values(), frame)
  }
}

/** Sends the rows above the position; answers where the watcher stands now. */
function tell(watcher: Watcher, scope: string, above: number, rows: FrameRow[]): number {
  const t = Math.max(rows.at(-1)?.[2] ?? 0, above, 0)
  watcher.send({ s: scope, p: above, t, r: rows })
  return t
}
