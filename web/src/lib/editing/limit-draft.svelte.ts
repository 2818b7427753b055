// One limit while somebody here changes it: what stands, what is typed, what others did meanwhile.
//
// The server's value comes in by `meet`, whenever a row brings it. What is typed is never
// overwritten: a newer value beside a typed one is a conflict, which only the person ends.
import { routing, type SetLimit } from '#contract/routing.ts'
import { LIMIT_MAX } from '#contract/shapes.ts'
import { UNITS_MAX, units } from '#contract/units.ts'
import { call, Refused } from '#lib/api.ts'
import { clock, epochMs } from '#lib/clock.svelte.ts'
import { type Trouble, troubleOf } from '#lib/trouble.ts'

/** Of chats of a kind, or of units over both kinds together; of these there may be none. */
export type LimitKind = SetLimit['kind'] | 'units'

/** The greatest that may be set. */
export const MOST: Readonly<Record<LimitKind, number>> = {
  live: LIMIT_MAX,
  deferred: LIMIT_MAX,
  units: UNITS_MAX,
}

/** A limit as the server has it; null: there is none. */
export interface Standing {
  limit: number | null
  version: number
}

/** What somebody else set while a different value was typed here. */
export interface Theirs extends Standing {
  /** Undefined where nobody can say. */
  by: string | undefined
  /** Epoch milliseconds. */
  at: number
}

/** A change that was made: what is needed to take it back. */
export interface LimitChange {
  before: number | null
  limit: number | null
  version: number
}

export class LimitDraft {
  readonly userId: string
  readonly kind: LimitKind
  /** What stands in the field; undefined while it is empty, which is no limit where that may be. */
  value = $state<number>()
  /** Why the last attempt failed; gone with the next. */
  trouble = $state.raw<Trouble>()
  /** The number that was asked for cannot be a limit. */
  isOutOfRange = $state(false)
  #place = $state<string>()
  #base = $state.raw<Standing>()
  #theirs = $state.raw<Theirs>()
  #sent = $state.raw<{ limit: number | null; version: number | undefined }>()
  #met = 0

  constructor(userId: string, kind: LimitKind) {
    this.userId = userId
    this.kind = kind
  }

  /** Where on the page the field is open: the same person may be drawn twice. */
  get place(): string | undefined {
    return this.#place
  }

  /** What the field says; undefined for nothing that could be a limit. */
  get typed(): number | null | undefined {
    return this.kind === 'units' && this.value === undefined ? null : this.value
  }

  get isDirty(): boolean {
    return this.#base !== undefined && this.typed !== this.#base.limit
  }

  /** Sent, and not yet come back as everybody's truth. */
  get isSaving(): boolean {
    return this.#sent !== undefined
  }

  /** What another set meanwhile, while a different value is typed here. */
  get conflict(): Theirs | undefined {
    return this.#theirs && this.#theirs.limit !== this.typed ? this.#theirs : undefined
  }

  /** What to show outside the field: my own value from the moment it is sent. */
  shown(limit: number | null): number | null {
    return this.#sent ? this.#sent.limit : limit
  }

  open(place: string, standing: Standing): void {
    const sent = this.#sent
    // The answer to the last change is not here: there is nothing yet to change further.
    if (sent && sent.version === undefined) return
    this.#base = sent?.version ? { limit: sent.limit, version: sent.version } : standing
    this.#begin(place, this.#base.limit)
  }

  /** Leaves the field as if it had never been opened. */
  close(): void {
    this.#place = undefined
    this.#base = undefined
    this.#theirs = undefined
    this.trouble = undefined
    this.isOutOfRange = false
  }

  /** Takes in what the server has now; `by`: who set it, if anybody here can tell. */
  meet(standing: Standing, by?: string): void {
    this.#met = Math.max(this.#met, standing.version)
    this.#settle()
    const base = this.#base
    if (!base || standing.version <= (this.#theirs ?? base).version) return
    if (this.isDirty && this.typed !== standing.limit) {
      this.#theirs = { ...standing, by, at: clock.now() }
      return
    }
    this.#base = standing
    this.#theirs = undefined
    this.value = standing.limit ?? undefined
  }

  /** Sends what is typed. Gives what was changed, or undefined when nothing was. */
  async commit(): Promise<LimitChange | undefined> {
    const { typed: limit } = this
    const base = this.#base
    if (!base || this.conflict) return undefined
    this.isOutOfRange = !isLimit(limit, this.kind)
    if (!isLimit(limit, this.kind)) return undefined
    const standing = this.#theirs ?? base
    if (limit !== standing.limit) return this.#send(standing, limit)
    this.close()
    return undefined
  }

  /** Ends a conflict: theirs stays. */
  useTheirs(): void {
    this.close()
  }

  /** Ends a conflict: mine is set, on top of theirs and knowing it. */
  keepMine(): Promise<LimitChange | undefined> {
    if (this.#theirs) this.#base = this.#theirs
    this.#theirs = undefined
    return this.commit()
  }

  async #send(base: Standing, limit: number | null): Promise<LimitChange | undefined> {
    const place = this.#place
    this.#sent = { limit, version: undefined }
    this.close()
    try {
      const { version } = await setLimit(this.userId, this.kind, limit, base.version)
      this.#sent = { limit, version }
      this.#settle()
      return { before: base.limit, limit, version }
    } catch (error) {
      this.#sent = undefined
      this.#refused(error, place, base, limit)
      return undefined
    }
  }

  #refused(error: unknown, place: string | undefined, base: Standing, limit: number | null): void {
    const theirs = theirsOf(error)
    if (theirs && theirs.limit === limit) return
    const trouble = theirs ? undefined : troubleOf(error)
    this.#base = base
    this.#begin(place, limit)
    this.#theirs = theirs
    this.trouble = trouble
  }

  #begin(place: string | undefined, limit: number | null): void {
    this.#place = place
    this.#theirs = undefined
    this.value = limit ?? undefined
    this.trouble = undefined
    this.isOutOfRange = false
  }

  // Held until the row itself has come, so that the old value does not flash in between.
  #settle(): void {
    if (this.#sent?.version !== undefined && this.#met >= this.#sent.version) this.#sent = undefined
  }
}

/** Sets a limit on top of the version that was seen. Throws Refused or Unreachable. */
export function setLimit(
  id: string,
  kind: LimitKind,
  limit: number | null,
  version: number,
): Promise<{ version: number }> {
  const params = { id }
  if (kind === 'units') return call(units.set, { params, body: { limit, version } })
  return call(routing.setLimit, { params, body: { kind, limit: limit ?? 0, version } })
}

/** What a refusal as stale says stands there now; undefined for any other error. */
export function theirsOf(error: unknown): Theirs | undefined {
  const theirs = error instanceof Refused ? error.details.theirs : undefined
  if (!theirs || (typeof theirs.value !== 'number' && theirs.value !== null)) return undefined
  const { value, version, by, at } = theirs
  return { limit: value, version, by: by ?? undefined, at: epochMs(at) }
}

function isLimit(value: number | null | undefined, kind: LimitKind): value is number | null {
  if (value === null) return kind === 'units'
  return value !== undefined && Number.isInteger(value) && value >= 0 && value <= MOST[kind]
}

const drafts = new Map<string, LimitDraft>()

/** The one draft of a limit on this page, however often it is drawn. */
export function limitDraft(userId: string, kind: LimitKind): LimitDraft {
  const key = `${userId} ${kind}`
  const known = drafts.get(key) ?? new LimitDraft(userId, kind)
  drafts.set(key, known)
  return known
}
