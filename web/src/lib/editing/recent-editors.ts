// Who set a value that has just changed: a row does not say, but whoever is alone in a field does.
import type { Editor } from './editors.svelte.ts'

/** Whoever has left the field may be the one whose value arrives a moment later. */
const LINGER_MS = 4_000

export class RecentEditors {
  readonly #seen = new Map<string, { name: string; until: number }>()
  readonly #now: () => number

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Takes note of who is in the field from now on; hands back what takes note of their leaving. */
  see(editors: readonly Editor[]): () => void {
    for (const { id, name } of editors)
      this.#seen.set(id, { name, until: Number.POSITIVE_INFINITY })
    return () => {
      for (const { id, name } of editors)
        this.#seen.set(id, { name, until: this.#now() + LINGER_MS })
    }
  }

  /** The name of the one other person who is, or just was, in the field; undefined if none or several. */
  only(): string | undefined {
    const here = [...this.#seen.values()].filter(({ until }) => until > this.#now())
    return here.length === 1 ? here[0]?.name : undefined
  }
}
