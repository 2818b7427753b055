// Follows the event log: one tailer per process, for the organisations that somebody here watches.
//
// The log is the only truth of what is delivered. A wake makes it quick; the look at every log's
// head, once a second, makes it certain.
import { sql } from 'kysely'
import type { Bus } from '../bus.ts'
import type { Db } from '../database.ts'

/** One line of the log. */
export interface LogEvent {
  seq: number
  kind: string
  entityId: string
  scopes: string[]
  leftScopes: string[]
  row: unknown
}

export interface Batch {
  organisationId: string
  /** The batch covers the log's lines above `from`, up to and with `to`. */
  from: number
  to: number
  events: readonly LogEvent[]
}

/** Lines read in one go. */
const MOST = 2_000
/** Lines kept in memory, at the least, for those who come back. */
const KEPT = 10_000
const LOOK_MS = 1_000
/** At least this long between two batches of one organisation. How often pages hear is the hub's. */
const TICK_MS = 5

interface Followed {
  cursor: number
  recent: LogEvent[]
  isReading: boolean
  isDirty: boolean
  lastReadAt: number
}

export class LogTailer {
  readonly #db: Db
  readonly #followed = new Map<string, Followed>()
  readonly #starting = new Map<string, Promise<void>>()
  readonly #hear: (batch: Batch) => void
  readonly #failed: (error: unknown) => void
  readonly #looking: NodeJS.Timeout
  /** Questions to the database that are under way. */
  readonly #reading = new Set<Promise<void>>()

  constructor(db: Db, bus: Bus, hear: (batch: Batch) => void, failed: (error: unknown) => void) {
    this.#db = db
    this.#hear = hear
    this.#failed = failed
    bus.onWake((topics) => {
      for (const topic of topics) this.#wake(topic)
    })
    this.#looking = setInterval(() => {
      const looking = this.#look()
        .catch(failed)
        .finally(() => this.#reading.delete(looking))
      this.#reading.add(looking)
    }, LOOK_MS)
  }

  /** Begins to follow an organisation's log at its head, if it is not followed yet. */
  async follow(organisationId: string): Promise<void> {
    if (this.#followed.has(organisationId)) return
    const starting = this.#starting.get(organisationId) ?? this.#start(organisationId)
    this.#starting.set(organisationId, starting)
    await starting.finally(() => this.#starting.delete(organisationId))
  }

  /** Up to where this process has read; -1 when it does not follow the organisation. */
  cursor(organisationId: string): number {
    return this.#followed.get(organisationId)?.cursor ?? -1
  }

  /** The lines above `since` when they are all in memory, else undefined. */
  recent(organisationId: string, since: number): readonly LogEvent[] | undefined {
    const followed = this.#followed.get(organisationId)
    if (followed === undefined) return undefined
    if (since >= followed.cursor) return []
    const first = followed.recent[0]
    if (first === undefined || first.seq > since + 1) return undefined
    return followed.recent.filter((event) => event.seq > since)
  }

  /** Reads no more; resolves when what was being read is read. */
  async stop(): Promise<void> {
    clearInterval(this.#looking)
    this.#followed.clear()
    await Promise.allSettled(this.#reading)
  }

  async #start(organisationId: string): Promise<void> {
    const heads = await headsOf(this.#db, [organisationId])
    this.#followed.set(organisationId, {
      cursor: heads.get(organisationId) ?? 0,
      recent: [],
      isReading: false,
      isDirty: false,
      lastReadAt: 0,
    })
  }

  async #look(): Promise<void> {
    const ids = [...this.#followed.keys()]
    if (ids.length === 0) return
    for (const [id, seq] of await headsOf(this.#db, ids)) if (seq > this.cursor(id)) this.#wake(id)
  }

  #wake(organisationId: string): void {
    const followed = this.#followed.get(organisationId)
    if (followed === undefined) return
    followed.isDirty = true
    if (followed.isReading) return
    followed.isReading = true
    const reading = this.#readOn(organisationId, followed)
      .catch(this.#failed)
      .finally(() => {
        followed.isReading = false
        this.#reading.delete(reading)
      })
    this.#reading.add(reading)
  }

  async #readOn(organisationId: string, followed: Followed): Promise<void> {
    while (followed.isDirty && this.#followed.get(organisationId) === followed) {
      const pauseMs = followed.lastReadAt + TICK_MS - performance.now()
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
      if (this.#followed.get(organisationId) !== followed) return
      followed.isDirty = false
      followed.lastReadAt = performance.now()
      const events = await this.#read(organisationId, followed.cursor)
      const last = events.at(-1)
      if (last === undefined) continue
      if (events.length === MOST) followed.isDirty = true
      const from = followed.cursor
      followed.cursor = last.seq
      remember(followed, events)
      this.#hear({ organisationId, from, to: last.seq, events })
    }
  }

  async #read(organisationId: string, above: number): Promise<LogEvent[]> {
    return this.#db
      .selectFrom('eventLog')
      .select(['seq', 'kind', 'entityId', 'scopes', 'leftScopes', 'row'])
      .where('organisationId', '=', organisationId)
      .where('seq', '>', above)
      .orderBy('seq')
      .limit(MOST)
      .execute()
  }
}

/** Cut back only when twice too long, so that a line costs the same however many are kept. */
function remember(followed: Followed, events: readonly LogEvent[]): void {
  followed.recent.push(...events)
  if (followed.recent.length > 2 * KEPT) followed.recent = followed.recent.slice(-KEPT)
}

/** The highest seq of each organisation's log; 0 for an empty one. */
async function headsOf(db: Db, ids: readonly string[]): Promise<Map<string, number>> {
  const found = await sql<{ id: string; seq: number }>`
    select o.id, coalesce((
             select seq from event_log where organisation_id = o.id order by seq desc limit 1
           ), 0) as seq
      from unnest(${ids}::uuid[]) as o (id)`.execute(db)
  return new Map(found.rows.map((row) => [row.id, row.seq]))
}

/** The highest seq of an organisation's log; 0 for an empty one. */
export async function headOf(db: Db, organisationId: string): Promise<number> {
  return (await headsOf(db, [organisationId])).get(organisationId) ?? 0
}

/** Forgets what was logged a day ago and longer; how many lines went. Called once
 * a minute it keeps up with 300 lines a second of each organisation. */
export async function forgetEvents(db: Db): Promise<number> {
  const { rows } = await sql<{ lines: number }>`select forget_events() as lines`.execute(db)
  return rows.at(0)?.lines ?? 0
}
