// A changing set of scopes that are watched together: what stays in the set is never let go between.
import { live } from './live.svelte.ts'

type Watch = (scope: string) => () => void

export class Watches {
  readonly #stops = new Map<string, () => void>()
  readonly #watch: Watch

  constructor(watch: Watch = (scope) => live.watch(scope)) {
    this.#watch = watch
  }

  /** Watches these scopes from now on, and no others. */
  keep(scopes: readonly string[]): void {
    for (const [scope, stop] of this.#stops) {
      if (scopes.includes(scope)) continue
      stop()
      this.#stops.delete(scope)
    }
    for (const scope of scopes)
      if (!this.#stops.has(scope)) this.#stops.set(scope, this.#watch(scope))
  }

  stop(): void {
    this.keep([])
  }
}
