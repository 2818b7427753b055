// One limit while somebody here changes it: what stands, what is typed, what others did meanwhile.
//
// The server's value comes in by `meet`, whenever a row brings it. What is typed is never
// overwritten: a newer value beside a typed one is a conflict, which only the person ends.
import { type LimitSet, routing, type SetLimit } from '#contract/routing.ts'
import { LIMIT_MAX } from '#contract/shapes.ts'
import { call, Refused } from '#lib/api.ts'
import { clock, epochMs } from '#lib/clock.svelte.ts'
import { type Trouble, troubleOf } from '#lib/trouble.ts'

/** A limit as the server has it. */
export interface Standing {
  limit: number
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
  before: number
  limit: number
  version: number
}

export class LimitDraft {
  readonly userId: string
  readonly kind: SetLimit['kind']
  /** What stands in the field; undefined while it is empty. */
  value = $state<number>()
  /** Why the last attempt failed; gone with the next. */
  trouble = $state.raw<Trouble>()
  /** The number that was asked for cannot be a limit. */
  isOutOfRange = $state(false)
  #place = $state<string>()
  #base = $state.raw<Standing>()
  #theirs = $state.raw<Theirs>()
  #sent = $state.raw<{ limit: number; version: number | undefined }>()
  #met = 0

  constructor(userId: string, kind: SetLimit['kind']) {
    this.userId = userId
    this.kind = kind
  }

  /** Where on the page the field is open: the same person may be drawn twice. */
  get place(): string | undefined {
    return this.#place
  }

  get isDirty(): boolean {
    return this.#base !== undefined && this.value !== this.#base.limit
  }

  /** Sent, and not yet come back as everybody's truth. */
  get isSaving(): boolean {
    return this.#sent !== undefined
  }

  /** What another set meanwhile, while a different value is typed here. */
  get conflict(): Theirs | undefined {
    return this.#theirs && this.#theirs.limit !== this.value ? this.#theirs : undefined
  }

  /** What to show outside the field: my own value from the moment it is sent. */
  shown(limit: number): number {
    return this.#sent?.limit ?? limit
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
    if (this.isDirty && this.value !== standing.limit) {
      this.#theirs = { ...standing, by, at: clock.now() }
      return
    }
    this.#base = standing
    this.#theirs = undefined
    this.value = standing.limit
  }

  /** Sends what is typed. Gives what was changed, or undefined when nothing was. */
  async commit(): Promise<LimitChange | undefined> {
    const { value: limit } = this
    const base = this.#base
    if (!base || this.conflict) return undefined
    this.isOutOfRange = !isLimit(limit)
    if (!isLimit(limit)) return undefined
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

  async #send(base: Standing, limit: number): Promise<LimitChange | undefined> {
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

  #refused(error: unknown, place: string | undefined, base: Standing, limit: number): void {
    const theirs = theirsOf(error)
    if (theirs?.limit === limit) return
    const trouble = theirs ? undefined : troubleOf(error)
    this.#base = base
    this.#begin(place, limit)
    this.#theirs = theirs
    this.trouble = trouble
  }

  #begin(place: string | undefined, value: number): void {
    this.#place = place
    this.#theirs = undefined
    this.value = value
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
  kind: SetLimit['kind'],
  limit: number,
  version: number,
): Promise<LimitSet> {
  return call(routing.setLimit, { params: { id }, body: { kind, limit, version } })
}

/** What a refusal as stale says stands there now; undefined for any other error. */
export function theirsOf(error: unknown): Theirs | undefined {
  const theirs = error instanceof Refused ? error.details.theirs : undefined
  if (!theirs || typeof theirs.value !== 'number') return undefined
  const { value, version, by, at } = theirs
  return { limit: value, version, by: by ?? undefined, at: epochMs(at) }
}

function isLimit(value: number | undefined): value is number {
  return value !== undefined && Number.isInteger(value) && value >= 0 && value <= LIMIT_MAX
}

const drafts = new Map<string, LimitDraft>()

/** The one draft of a limit on this page, however often it is drawn. */
export function limitDraft(userId: string, kind: SetLimit['kind']): LimitDraft {
  const key = `${userId} ${kind}`
  const known = drafts.get(key) ?? new LimitDraft(userId, kind)
  drafts.set(key, known)
  return known
}
