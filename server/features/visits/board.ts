// The visit board: each visitor who waits sees their place and expected wait move, and who answers.
// The source of every `visit:<chat>`, whose positions are milliseconds of the database's clock.
//
// A chat's own change is shown at once. What moves for all who wait in a queue (one goes, an
// operator comes) is worked out once a second for the whole line, and only what now reads
// differently is sent.
import type { FrameRow } from '#contract/frames.ts'
import { partsOf, scope } from '#contract/scopes.ts'
import type { Db } from '../../platform/database.ts'
import { tellAll, type Watcher } from '../../platform/live/hub.ts'
import type { Batch, LogEvent } from '../../platform/live/log.ts'
import { frameRow } from '../../platform/live/projection.ts'
import type { Source } from '../../platform/live/watching.ts'
import { Refusal } from '../../platform/refuse.ts'
import * as estimates from '../estimates/queries.ts'
import * as visits from './queries.ts'

export interface BoardParts {
  db: Db
  failed(error: unknown): void
  /** Begins to hear the organisation's log. */
  follow(organisationId: string): Promise<void>
}

export interface VisitBoard extends Source {
  /** Hears what has happened, from the log. */
  hear(batch: Batch): void
  stop(): void
}

interface Room {
  seen: visits.Seen
  /** The position of what was shown last, and what it was. */
  t: number
  shown: string
  /** The range that its visitor was told last. */
  told: string | undefined
  watchers: Map<string, Watcher>
}

const MOMENT_MS = 60_000
const LINES_MS = 1_000
/** An expected wait grows old by itself, though nothing happens. */
const AGES_MS = 15_000
/** How often is counted what became of what was told. */
const COUNTS_MS = 5_000

export function openVisitBoard(parts: BoardParts): VisitBoard {
  return new Board(parts)
}

class Board implements VisitBoard {
  readonly #parts: BoardParts
  /** By the chat's id. */
  readonly #rooms = new Map<string, Room>()
  readonly #changedChats = new Set<string>()
  readonly #movedQueues = new Set<string>()
  /** What visitors have been told and is not kept yet, by the chat. */
  readonly #told = new Map<string, estimates.Told>()
  readonly #timers: NodeJS.Timeout[]
  #isLooking = false
  #isStopped = false

  constructor(parts: BoardParts) {
    this.#parts = parts
    this.#timers = [
      setInterval(() => this.#lookAtLines(), LINES_MS),
      setInterval(() => this.#moveAll(), AGES_MS),
      setInterval(() => this.#count(), COUNTS_MS),
    ]
  }

  async watch(of: string, since: number, watcher: Watcher): Promise<void> {
    const chatId = partsOf(of).id
    const [first] = await visits.listVisits(this.#parts.db, [chatId])
    if (first === undefined) throw new Refusal('not_found')
    await this.#parts.follow(first.organisationId)
    const room = this.#rooms.get(chatId) ?? roomOf(first)
    this.#rooms.set(chatId, room)
    room.watchers.set(watcher.id, watcher)
    // A page may come from another server, whose last frame was made a moment later.
    room.t = Math.max(room.t, Math.min(since + 1, room.t + MOMENT_MS))
    watcher.send(frameOf(chatId, room))
    this.#noteTold(room)
    // What was read may be older than what the log has told since: look once more.
    this.#changedChats.add(chatId)
    this.#look()
  }

  leave(of: string, watcher: Watcher): void {
    const chatId = partsOf(of).id
    const room = this.#rooms.get(chatId)
    if (room === undefined || !room.watchers.delete(watcher.id) || room.watchers.size > 0) return
    this.#rooms.delete(chatId)
  }

  leaveAll(watcher: Watcher): void {
    for (const of of this.scopesOf(watcher)) this.leave(of, watcher)
  }

  scopesOf(watcher: Watcher): string[] {
    return [...this.#rooms].flatMap(([id, { watchers }]) =>
      watchers.has(watcher.id) ? [scope.visit(id)] : [],
    )
  }

  watchersOf(of: string): Watcher[] {
    return [...(this.#rooms.get(partsOf(of).id)?.watchers.values() ?? [])]
  }

  positions(watcher: Watcher): Record<string, number> {
    return Object.fromEntries(
      this.scopesOf(watcher).map((of) => [of, this.#rooms.get(partsOf(of).id)?.t ?? 0]),
    )
  }

  hear({ organisationId, events }: Batch): void {
    for (const event of events) this.#hearOne(organisationId, event)
    this.#look()
  }

  stop(): void {
    this.#isStopped = true
    for (const timer of this.#timers) clearInterval(timer)
    this.#rooms.clear()
  }

  #hearOne(organisationId: string, { kind, entityId, scopes, leftScopes }: LogEvent): void {
    if (kind === 'chat') this.#hearOfChat(entityId, [...scopes, ...leftScopes])
    if (kind === 'operator') this.#lookAtFaceOf(entityId)
    if (kind === 'site') this.#lookAtAll(organisationId)
    if (kind === 'operator' || kind === 'queue_member') this.#moveAll(organisationId)
    if (kind === 'site') this.#lookAtFaces(organisationId)
  }

  #hearOfChat(chatId: string, scopes: readonly string[]): void {
    if (this.#rooms.has(chatId)) this.#changedChats.add(chatId)
    for (const { of, id } of scopes.map(partsOf)) if (of === 'queue') this.#movedQueues.add(id)
  }

  /** Their name or photo may be another now. */
  #lookAtFaceOf(userId: string): void {
    for (const [chatId, { seen }] of this.#rooms)
      if (seen.heldBy === userId) this.#changedChats.add(chatId)
  }

  /** What their site shows of whoever answers may be another now. */
  #lookAtAll(organisationId: string): void {
    for (const [chatId, { seen }] of this.#rooms)
      if (seen.organisationId === organisationId) this.#changedChats.add(chatId)
  }

  /** A site may show its operators from now on, or no longer. */
  #lookAtFaces(organisationId: string): void {
    for (const [chatId, { seen }] of this.#rooms)
      if (seen.heldBy !== null && seen.organisationId === organisationId)
        this.#changedChats.add(chatId)
  }

  #moveAll(organisationId?: string): void {
    for (const { seen } of this.#rooms.values())
      if (seen.waitsIn !== null && (organisationId ?? seen.organisationId) === seen.organisationId)
        this.#movedQueues.add(seen.waitsIn)
  }

  #lookAtLines(): void {
    for (const [chatId, { seen }] of this.#rooms)
      if (seen.waitsIn !== null && this.#movedQueues.has(seen.waitsIn))
        this.#changedChats.add(chatId)
    this.#movedQueues.clear()
    this.#look()
  }

  #look(): void {
    if (this.#isLooking || this.#changedChats.size === 0) return
    this.#isLooking = true
    this.#lookAtChanged()
      .catch((error: unknown) => {
        if (!this.#isStopped) this.#parts.failed(error)
      })
      .finally(() => {
        this.#isLooking = false
      })
  }

  async #lookAtChanged(): Promise<void> {
    while (this.#changedChats.size > 0 && !this.#isStopped) {
      const chatIds = [...this.#changedChats].filter((id) => this.#rooms.has(id))
      this.#changedChats.clear()
      try {
        for (const seen of await visits.listVisits(this.#parts.db, chatIds)) this.#show(seen)
        await this.#keepTold()
      } catch (error) {
        // The next look, at most a second later, finds them again.
        for (const id of chatIds) this.#changedChats.add(id)
        throw error
      }
    }
  }

  #noteTold(room: Room): void {
    const { organisationId, chatId, waitsIn, visit } = room.seen
    if (waitsIn === null || visit.wait === null) return
    const { fromSeconds: from, toSeconds: to } = visit.wait
    if (room.told === `${from}-${to}`) return
    room.told = `${from}-${to}`
    this.#told.set(chatId, { organisationId, chatId, queueId: waitsIn, from, to })
  }

  async #keepTold(): Promise<void> {
    const told = [...this.#told.values()]
    this.#told.clear()
    await estimates.keepTold(this.#parts.db, told)
  }

  #count(): void {
    estimates.count(this.#parts.db).catch((error: unknown) => {
      if (!this.#isStopped) this.#parts.failed(error)
    })
  }

  #show(seen: visits.Seen): void {
    const room = this.#rooms.get(seen.chatId)
    if (room === undefined) return
    room.seen = seen
    const now = JSON.stringify(seen.visit)
    if (now === room.shown) return
    room.shown = now
    room.t = Math.max(seen.t, room.t + 1)
    const frame = frameOf(seen.chatId, room)
    tellAll(room.watchers.values(), frame)
    this.#noteTold(room)
  }
}

function roomOf(seen: visits.Seen): Room {
  return {
    seen,
    t: seen.t,
    shown: JSON.stringify(seen.visit),
    told: undefined,
    watchers: new Map(),
  }
}

/** Whoever hears it knows the whole state, whatever they knew before. */
function frameOf(chatId: string, { seen, t }: Room) {
  const row: FrameRow = frameRow('visit', chatId, t, seen.visit)
  return { s: scope.visit(chatId), p: -1, t, r: [row] }
}
