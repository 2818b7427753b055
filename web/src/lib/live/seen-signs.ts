// Passing signs as they are seen here: each holds for its time unless it is renewed.
import { SvelteMap } from 'svelte/reactivity'
import type { SignSeen } from '#contract/frames.ts'

export class SeenSigns {
  /** By scope, subject, field and person. */
  readonly all = new SvelteMap<string, SignSeen>()
  readonly #endings = new Map<string, number>()

  see(sign: SignSeen): void {
    const key = [sign.scope, sign.subject, sign.field, sign.by.id].join(' ')
    window.clearTimeout(this.#endings.get(key))
    if (sign.holds === 0) {
      this.all.delete(key)
      return
    }
    this.all.set(key, sign)
    this.#endings.set(
      key,
      window.setTimeout(() => this.all.delete(key), sign.holds * 1000),
    )
  }
}
