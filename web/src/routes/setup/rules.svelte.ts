// Rules of the whole organisation while they are changed: what stands, and what is typed.
import type { Change } from '#contract/shapes.ts'
import { Refused } from '#lib/api.ts'
import { type Trouble, troubleOf } from '#lib/trouble.ts'

interface Ways<T> {
  read: () => Promise<T>
  /** Refused with `stale` where somebody has set the same meanwhile. */
  write: (change: Change<T>) => Promise<T>
}

export class RulesDraft<T extends object> {
  readonly #ways: Ways<T>
  #stands = $state.raw<T>()
  #typed = $state.raw<Partial<T>>({})
  isBusy = $state(false)
  trouble = $state.raw<Trouble>()
  /** Somebody else has set what is typed here too: what stands now is shown, and nothing is sent. */
  isOvertaken = $state(false)

  constructor(ways: Ways<T>) {
    this.#ways = ways
  }

  /** What is shown; undefined: it has not been read. */
  get value(): T | undefined {
    return this.#stands && { ...this.#stands, ...this.#typed }
  }

  /** What is typed and differs from what stands. */
  get changed(): (keyof T)[] {
    const [stands, typed] = [this.#stands, this.#typed]
    if (stands === undefined) return []
    return keysOf(stands).filter((key) => key in typed && typed[key] !== stands[key])
  }

  set(change: Partial<T>): void {
    this.#typed = { ...this.#typed, ...change }
  }

  discard(): void {
    this.#typed = {}
    this.trouble = undefined
    this.isOvertaken = false
  }

  async load(): Promise<void> {
    await this.#try(async () => {
      this.#stands = await this.#ways.read()
    })
  }

  /** Whether it was saved. What others have set besides stays. */
  async save(): Promise<boolean> {
    if (this.isBusy) return false
    this.isBusy = true
    const isSaved = await this.#try(() => this.#write())
    this.isBusy = false
    return isSaved === true
  }

  async #write(): Promise<boolean> {
    const base = this.#stands ?? {}
    this.isOvertaken = false
    try {
      this.#stands = await this.#ways.write({ set: this.#typed, base })
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== 'stale') throw error
      this.#stands = await this.#ways.read()
      this.isOvertaken = true
      return false
    }
    this.#typed = {}
    return true
  }

  async #try<R>(work: () => Promise<R>): Promise<R | undefined> {
    this.trouble = undefined
    try {
      return await work()
    } catch (error) {
      this.trouble = troubleOf(error)
      return undefined
    }
  }
}

function keysOf<T extends object>(rules: T): (keyof T)[] {
  const keys: (keyof T)[] = []
  for (const key in rules) keys.push(key)
  return keys
}
