// Simulated time against the machine's: what is planned is done when its time has come, some at once,
// and how late the machine is with it is measured.
import { Refusal } from '../../platform/refuse.ts'
import { Agenda } from './agenda.ts'

const TURN_MS = 10
/** Works at the same time: some more than there are connections, so that these are never idle. */
const MOST_AT_ONCE = 12

export class Pace<T> {
  readonly #speed: number
  readonly #happen: (what: T, at: number) => Promise<unknown>
  readonly #agenda = new Agenda<T>()
  readonly #atWork = new Set<Promise<void>>()
  readonly #startedAt = performance.now()
  readonly #timers: NodeJS.Timeout[]
  #isStopped = false
  #turnedAt = performance.now()
  #lagMs = 0
  #error: unknown

  /** `happen` is told what, and when it was to be. */
  constructor(speed: number, happen: (what: T, at: number) => Promise<unknown>) {
    this.#speed = speed
    this.#happen = happen
    this.#timers = [setInterval(() => this.#turn(), TURN_MS)]
  }

  /** Simulated seconds since the beginning. */
  get now(): number {
    return ((performance.now() - this.#startedAt) / 1000) * this.#speed
  }

  /** What went wrong first, if anything has. */
  get error(): unknown {
    return this.#error
  }

  planAt(at: number, what: T): void {
    this.#agenda.plan(at, what)
  }

  plan(inSeconds: number, what: T): void {
    this.planAt(this.now + inSeconds, what)
  }

  /** Does it about every `ms` of the machine's time, never twice at once. */
  every(ms: number, work: () => Promise<void>): void {
    let isAtIt = false
    const once = async () => {
      isAtIt = true
      await work().finally(() => {
        isAtIt = false
      })
    }
    this.#timers.push(setInterval(() => isAtIt || this.do(once), ms))
  }

  /** Begins a work; one that the database had no time for is passed over. */
  do(work: () => Promise<unknown>): void {
    if (this.#isStopped) return
    const done = work().then(
      () => undefined,
      (error: unknown) => {
        if (!(error instanceof Refusal)) this.#error ??= error
      },
    )
    this.#atWork.add(done)
    void done.finally(() => this.#atWork.delete(done))
  }

  /** How late the machine was at most since the last look, in its own time. */
  takeLagMs(): number {
    const behind = Math.max(0, this.now - (this.#agenda.first ?? Number.POSITIVE_INFINITY))
    const lag = Math.max(this.#lagMs, (behind / this.#speed) * 1000)
    this.#lagMs = 0
    return lag
  }

  /** Begins nothing more, and waits for what is under way. */
  async stop(): Promise<void> {
    this.#isStopped = true
    for (const timer of this.#timers) clearInterval(timer)
    while (this.#atWork.size > 0) await Promise.allSettled(this.#atWork)
  }

  #turn(): void {
    const at = performance.now()
    this.#lagMs = Math.max(this.#lagMs, at - this.#turnedAt - TURN_MS)
    this.#turnedAt = at
    while (this.#atWork.size < MOST_AT_ONCE) {
      const next = this.#agenda.nextBy(this.now)
      if (next === undefined) return
      this.do(() => this.#happen(next.what, next.at))
    }
  }
}
