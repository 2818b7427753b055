// Something that is set whole, on top of the version that was seen, while it is edited here: what
// stands, what is changed and not saved, and what somebody else set meanwhile.
import { Refused } from '#lib/api.ts'
import { withFresh } from '#lib/security/fresh.svelte.ts'
import { type Trouble, troubleOf } from '#lib/trouble.ts'

/** What somebody else set while it was changed here. */
export interface Theirs<T> {
  value: T
  by: string | undefined
}

/** It as the server has it. */
export interface Held<T> {
  own: T
  version: number
}

interface Doors<T, At extends Held<T>> {
  fetch: () => Promise<At>
  send: (value: T, version: number) => Promise<At>
}

/** One thing that is set whole, on top of the version that was seen. */
export class WholeDraft<T, At extends Held<T>> {
  at = $state.raw<At>()
  trouble = $state.raw<Trouble>()
  theirs = $state.raw<Theirs<T>>()
  isBusy = $state(false)
  #mine = $state.raw<{ value: T }>()
  readonly #doors: Doors<T, At>

  constructor(doors: Doors<T, At>) {
    this.#doors = doors
  }

  /** Fetches how it stands; what is changed here stays, beside what somebody else has set since. */
  async load(): Promise<void> {
    this.trouble = undefined
    try {
      this.#meet(await this.#doors.fetch())
    } catch (error) {
      this.trouble = troubleOf(error)
    }
  }

  #meet(at: At, by?: string): void {
    const isNews = this.at !== undefined && !isSame(at.own, this.at.own)
    if (this.#mine && isNews && !isSame(at.own, this.#mine.value))
      this.theirs = { value: at.own, by }
    this.at = at
  }

  /** What is shown: mine from the moment it is changed. */
  get value(): T | undefined {
    return this.#mine ? this.#mine.value : this.at?.own
  }

  get isDirty(): boolean {
    return this.#mine !== undefined
  }

  set(value: T): void {
    this.trouble = undefined
    this.#mine = isSame(value, this.at?.own) && !this.theirs ? undefined : { value }
  }

  /** Forgets what is changed here; what somebody else set meanwhile is what stands. */
  discard(): void {
    this.#mine = undefined
    this.theirs = undefined
    this.trouble = undefined
  }

  /** Ends a conflict: mine goes on top of theirs, knowing it, with the next save. */
  keepMine(): void {
    this.theirs = undefined
  }

  /** Whether it is saved. */
  async save(): Promise<boolean> {
    if (!this.at || !this.#mine || this.isBusy || this.theirs) return false
    this.isBusy = true
    this.trouble = undefined
    try {
      return await this.#send(this.#mine, this.at.version)
    } catch (error) {
      this.trouble = troubleOf(error)
      return false
    } finally {
      this.isBusy = false
    }
  }

  async #send(mine: { value: T }, version: number): Promise<boolean> {
    try {
      this.at = await withFresh(() => this.#doors.send(mine.value, version))
      if (this.#mine === mine) this.#mine = undefined
      return true
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== 'stale') throw error
      this.#meet(await this.#doors.fetch(), error.details.theirs?.by ?? undefined)
    }
    const { at } = this
    if (this.theirs || at === undefined || at.version === version) return false
    // Something else that shares the version was set; this was not.
    return this.#send(mine, at.version)
  }
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
