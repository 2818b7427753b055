// How often each thing was done, refused, or nobody knows: a storm that did nothing proves nothing.
const FAILED = 'failed 500'

export class Tally {
  readonly #counts = new Map<string, number>()

  /** `status`: the HTTP status, or that no answer came. */
  add(what: string, status: number | 'lost'): void {
    const word = typeof status === 'string' ? status : wordOf(status)
    const key = word === '' ? what : `${what} ${word}`
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
  }

  /** How often the server said that it had failed at what was asked: it never may. */
  get failures(): number {
    return [...this.#counts].reduce((sum, [key, n]) => (key.endsWith(FAILED) ? sum + n : sum), 0)
  }

  toJSON(): Record<string, number> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => a.localeCompare(b)))
  }
}

function wordOf(status: number): string {
  if (status === 200) return ''
  return status < 500 ? 'refused' : `failed ${status}`
}
