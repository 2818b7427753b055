// What is changed here of anything that has fields with versions, and not yet saved; and what others
// set meanwhile. A field that is changed here is never overwritten: a newer value beside it is a
// conflict, which only the person ends. Fields that nobody touches here follow the others.
import { SvelteMap } from 'svelte/reactivity'
import type { FieldValue, Mark } from '#contract/fields.ts'
import { Refused } from '#lib/api.ts'
import { clock, epochMs } from '#lib/clock.svelte.ts'
import { withFresh } from '#lib/security/fresh.svelte.ts'
import { type Trouble, troubleOf } from '#lib/trouble.ts'
import { isSame, type Theirs } from './record-draft.svelte.ts'

/** The thing as the server has it. */
export interface Standing {
  fields: Readonly<Record<string, FieldValue>>
  marks: Readonly<Record<string, Mark>>
  version: number
}

interface Mine {
  value: FieldValue
  /** The version that was seen when the change began. */
  base: number
}

type Send = (
  set: Record<string, FieldValue>,
  base: Record<string, number>,
) => Promise<Standing | undefined>

export class FieldDraft {
  /** Undefined until it has come. */
  standing = $state.raw<Standing>()
  /** Why the last save was refused. */
  trouble = $state.raw<Trouble>()
  isSaving = $state(false)
  readonly #mine = new SvelteMap<string, Mine>()
  readonly #theirs = new SvelteMap<string, Theirs>()
  readonly #send: Send

  /** `send` saves, and answers how the thing stands then; undefined where a live row will say so. */
  constructor(send: Send) {
    this.#send = send
  }

  /** Takes in what the server has now; what is older than that comes too late. */
  meet(standing: Standing): void {
    if (this.standing && standing.version < this.standing.version) return
    this.standing = standing
    for (const [key, mine] of this.#mine) this.#meetField(standing, key, mine)
  }

  #meetField({ fields, marks }: Standing, key: string, mine: Mine): void {
    const mark = marks[key]
    if (mark === undefined || mark.version <= (this.#theirs.get(key)?.version ?? mine.base)) return
    const value = fields[key] ?? null
    if (isSame(value, mine.value)) {
      this.discard(key)
      return
    }
    const at = mark.at === null ? clock.now() : epochMs(mark.at)
    this.#theirs.set(key, { value, by: mark.by ?? undefined, at, version: mark.version })
  }

  /** What the field shows: my own value from the moment it is typed. */
  get(key: string): FieldValue {
    const mine = this.#mine.get(key)
    return mine ? mine.value : this.saved(key)
  }

  saved(key: string): FieldValue {
    return this.standing?.fields[key] ?? null
  }

  /** Changes the field here; the value that stands ends the change. */
  set(key: string, value: FieldValue): void {
    this.trouble = undefined
    if (isSame(value, this.saved(key)) && !this.#theirs.has(key)) this.discard(key)
    else this.#mine.set(key, { value, base: this.#mine.get(key)?.base ?? this.#version(key) })
  }

  #version(key: string): number {
    return this.standing?.marks[key]?.version ?? 0
  }

  isDirty(key: string): boolean {
    return this.#mine.has(key)
  }

  get changed(): string[] {
    return [...this.#mine.keys()]
  }

  conflict(key: string): Theirs | undefined {
    return this.#theirs.get(key)
  }

  /** Fields that wait for a choice. */
  get conflicts(): string[] {
    return [...this.#theirs.keys()]
  }

  discard(key: string): void {
    this.#mine.delete(key)
    this.#theirs.delete(key)
  }

  discardAll(): void {
    for (const key of this.changed) this.discard(key)
    this.trouble = undefined
  }

  /** Ends a conflict: theirs stays. */
  useTheirs(key: string): void {
    this.discard(key)
  }

  /** Ends a conflict: mine goes on top of theirs, knowing it, with the next save. */
  keepMine(key: string): void {
    const theirs = this.#theirs.get(key)
    const mine = this.#mine.get(key)
    if (!theirs || !mine) return
    this.#theirs.delete(key)
    this.#mine.set(key, { value: mine.value, base: theirs.version })
  }

  /** Saves all that is changed, or nothing; true when nothing is left to save. */
  async save(): Promise<boolean> {
    const sent = new Map(this.#mine)
    if (this.isSaving || this.#theirs.size > 0) return false
    if (sent.size === 0) return true
    this.isSaving = true
    this.trouble = undefined
    const set = Object.fromEntries([...sent].map(([key, { value }]) => [key, value]))
    const base = Object.fromEntries([...sent].map(([key, mine]) => [key, mine.base]))
    try {
      const now = await withFresh(() => this.#send(set, base))
      this.#accept(sent, now)
      return true
    } catch (error) {
      if (!this.#clash(error)) this.trouble = troubleOf(error)
      return false
    } finally {
      this.isSaving = false
    }
  }

  #accept(sent: ReadonlyMap<string, Mine>, now: Standing | undefined): void {
    for (const [key, { value }] of sent) this.#acceptField(key, value, now?.marks[key]?.version)
    if (now) this.meet(now)
  }

  #acceptField(key: string, value: FieldValue, version: number | undefined): void {
    const mine = this.#mine.get(key)
    // My own change may have come back before its answer.
    const theirs = this.#theirs.get(key)
    if (theirs && isSame(theirs.value, value)) this.#theirs.delete(key)
    // What was typed while the answer was on its way is the next change.
    if (mine && isSame(mine.value, value)) this.discard(key)
    else if (mine) this.#mine.set(key, { ...mine, base: version ?? mine.base })
  }

  #clash(error: unknown): boolean {
    const conflicts = error instanceof Refused ? error.details.conflicts : undefined
    if (conflicts === undefined) return false
    for (const [key, { value, by, at, version }] of Object.entries(conflicts)) {
      const when = at === '' ? clock.now() : epochMs(at)
      this.#theirs.set(key, { value: readable(value), by: by ?? undefined, at: when, version })
    }
    return true
  }
}

/** A refusal carries any value; the things that are drafted here have these. */
function readable(value: unknown): FieldValue {
  const isPlain = typeof value === 'string' || typeof value === 'number'
  return isPlain || typeof value === 'boolean' ? value : null
}
