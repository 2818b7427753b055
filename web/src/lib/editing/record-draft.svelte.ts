// One person's record while somebody here edits it: what stands, what is changed here and not yet
// saved, what others set meanwhile.
//
// The server's record comes in by `meet`, whenever a row brings it. A field that is changed here is
// never overwritten: a newer value beside it is a conflict, which only the person ends. Fields that
// nobody touches here follow the others as they save.
import { SvelteMap } from 'svelte/reactivity'
import { type FieldValue, fieldOf, type SectionName, sectionOf } from '#contract/fields.ts'
import { type PersonRecord, people } from '#contract/people.ts'
import { call, Refused } from '#lib/api.ts'
import { clock, epochMs } from '#lib/clock.svelte.ts'
import { type Trouble, troubleOf } from '#lib/trouble.ts'

interface Mine {
  value: FieldValue
  /** The version that was seen when the change began. */
  base: number
}

/** What somebody else set while the field was changed here. */
export interface Theirs {
  value: FieldValue
  /** Undefined where nobody can say. */
  by: string | undefined
  /** Epoch milliseconds. */
  at: number
  version: number
}

/** A change that was saved: what is needed to take it back. */
export interface SavedChange {
  section: SectionName
  before: Record<string, FieldValue>
  /** Each field's version after the change. */
  versions: Record<string, number>
}

export class RecordDraft {
  readonly id: string
  /** The record as the server has it; undefined until it has come. */
  record = $state.raw<PersonRecord>()
  readonly #mine = new SvelteMap<string, Mine>()
  readonly #theirs = new SvelteMap<string, Theirs>()
  /** Saved, and not yet come back as everybody's truth. */
  readonly #acked = new SvelteMap<string, Mine>()
  readonly #troubles = new SvelteMap<SectionName, Trouble>()
  readonly #saving = new SvelteMap<SectionName, true>()
  #saved = $state.raw<readonly SavedChange[]>([])

  constructor(id: string) {
    this.id = id
  }

  /** Takes in what the server has now. */
  meet(record: PersonRecord): void {
    this.record = record
    for (const [key, acked] of this.#acked)
      if (versionIn(record, key) >= acked.base) this.#acked.delete(key)
    for (const [key, mine] of this.#mine) this.#meetField(record, key, mine)
  }

  #meetField(record: PersonRecord, key: string, mine: Mine): void {
    const mark = record.marks[key]
    if (mark === undefined || mark.version <= (this.#theirs.get(key)?.version ?? mine.base)) return
    const value = record.fields[key] ?? null
    if (isSame(value, mine.value)) {
      this.discard(key)
      return
    }
    const at = mark.at === null ? clock.now() : epochMs(mark.at)
    this.#theirs.set(key, { value, by: mark.by ?? undefined, at, version: mark.version })
  }

  /** What the field shows: my own value from the moment it is typed. */
  get(key: string): FieldValue {
    return this.#mine.get(key)?.value ?? (this.#mine.has(key) ? null : this.standing(key))
  }

  /** What is saved. */
  standing(key: string): FieldValue {
    const acked = this.#acked.get(key)
    return acked ? acked.value : (this.record?.fields[key] ?? null)
  }

  /** Changes the field here; the value that stands ends the change. */
  set(key: string, value: FieldValue): void {
    const section = sectionOfKey(key)
    if (section) this.#troubles.delete(section)
    if (isSame(value, this.standing(key)) && !this.#theirs.has(key)) this.discard(key)
    else this.#mine.set(key, { value, base: this.#mine.get(key)?.base ?? this.#version(key) })
  }

  #version(key: string): number {
    return this.#acked.get(key)?.base ?? versionIn(this.record, key)
  }

  isDirty(key: string): boolean {
    return this.#mine.has(key)
  }

  /** The fields of a section that are changed here; of all sections without one. */
  changed(section?: SectionName): string[] {
    return [...this.#mine.keys()].filter(
      (key) => section === undefined || sectionOfKey(key) === section,
    )
  }

  conflict(key: string): Theirs | undefined {
    return this.#theirs.get(key)
  }

  /** Fields of a section that wait for a choice. */
  conflicts(section: SectionName): string[] {
    return [...this.#theirs.keys()].filter((key) => sectionOfKey(key) === section)
  }

  trouble(section: SectionName): Trouble | undefined {
    return this.#troubles.get(section)
  }

  isSaving(section: SectionName): boolean {
    return this.#saving.has(section)
  }

  /** Forgets what is changed of the field here. */
  discard(key: string): void {
    this.#mine.delete(key)
    this.#theirs.delete(key)
  }

  /** Forgets what is changed of the section here, or of everything. */
  discardAll(section?: SectionName): void {
    for (const key of this.changed(section)) this.discard(key)
    if (section) this.#troubles.delete(section)
    else this.#troubles.clear()
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

  /** Saves the section, all of it or nothing; true when nothing is left to save. */
  async save(section: SectionName): Promise<boolean> {
    const keys = this.changed(section)
    if (this.isSaving(section) || this.conflicts(section).length > 0) return false
    if (keys.length === 0) return true
    const before = Object.fromEntries(keys.map((key) => [key, this.standing(key)]))
    const done = await this.#send(section, new Map(keys.map((key) => [key, this.#mineOf(key)])))
    if (!done) return false
    const versions = Object.fromEntries(keys.map((key) => [key, versionIn(done, key)]))
    this.#saved = [...this.#saved, { section, before, versions }]
    return true
  }

  /** The newest of my own saved changes. */
  get lastSaved(): SavedChange | undefined {
    return this.#saved.at(-1)
  }

  /** Takes a saved change back; what somebody else has set since stays, as a conflict. */
  async undo(change: SavedChange): Promise<boolean> {
    const back = Object.entries(change.before).map(
      ([key, value]) => [key, { value, base: change.versions[key] ?? 0 }] as const,
    )
    const done = await this.#send(change.section, new Map(back))
    if (done) this.#saved = this.#saved.filter((one) => one !== change)
    return done !== undefined
  }

  #mineOf(key: string): Mine {
    return this.#mine.get(key) ?? { value: this.standing(key), base: this.#version(key) }
  }

  async #send(
    section: SectionName,
    changes: ReadonlyMap<string, Mine>,
  ): Promise<PersonRecord | undefined> {
    this.#saving.set(section, true)
    this.#troubles.delete(section)
    const set = Object.fromEntries([...changes].map(([key, { value }]) => [key, value]))
    const base = Object.fromEntries([...changes].map(([key, mine]) => [key, mine.base]))
    try {
      const record = await call(people.change, { params: { id: this.id }, body: { set, base } })
      this.#accept(record, changes)
      return record
    } catch (error) {
      if (!this.#clash(error, changes)) this.#troubles.set(section, troubleOf(error))
      return undefined
    } finally {
      this.#saving.delete(section)
    }
  }

  #accept(record: PersonRecord, changes: ReadonlyMap<string, Mine>): void {
    for (const [key, { value }] of changes) {
      // What was typed while the answer was on its way is the next change.
      const mine = this.#mine.get(key)
      const version = versionIn(record, key)
      if (mine && isSame(mine.value, value)) this.discard(key)
      else if (mine) this.#mine.set(key, { ...mine, base: version })
      if (versionIn(this.record, key) < version) this.#acked.set(key, { value, base: version })
    }
  }

  #clash(error: unknown, changes: ReadonlyMap<string, Mine>): boolean {
    const conflicts = error instanceof Refused ? error.details.conflicts : undefined
    if (conflicts === undefined) return false
    for (const [key, { value, by, at, version }] of Object.entries(conflicts)) {
      const mine = changes.get(key)
      if (mine && !this.#mine.has(key)) this.#mine.set(key, mine)
      this.#theirs.set(key, {
        value: value as FieldValue,
        by: by ?? undefined,
        at: epochMs(at),
        version,
      })
    }
    return true
  }
}

function versionIn(record: PersonRecord | undefined, key: string): number {
  return record?.marks[key]?.version ?? 0
}

function sectionOfKey(key: string): SectionName | undefined {
  const field = fieldOf(key)
  return field && sectionOf(field)
}

/** Whether two values of a field say the same. */
export function isSame(a: FieldValue, b: FieldValue): boolean {
  return canonical(a) === canonical(b)
}

function canonical(value: FieldValue): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  return JSON.stringify(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
