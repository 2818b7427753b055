// What the frame keeps in the browser for one site: the visitor's token, and whatever was typed.
// Where storage is refused (private windows, third-party rules) it keeps it for this page alone.

export class Kept {
  readonly #prefix: string
  readonly #fallback = new Map<string, string>()

  constructor(siteKey: string) {
    this.#prefix = `switchboard:${siteKey}:`
  }

  get(name: string): string | undefined {
    try {
      return localStorage.getItem(this.#prefix + name) ?? undefined
    } catch {
      return this.#fallback.get(name)
    }
  }

  set(name: string, value: string | undefined): void {
    try {
      if (value === undefined || value === '') localStorage.removeItem(this.#prefix + name)
      else localStorage.setItem(this.#prefix + name, value)
    } catch {
      if (value === undefined) this.#fallback.delete(name)
      else this.#fallback.set(name, value)
    }
  }

  /** The names kept under a prefix. */
  names(prefix: string): string[] {
    const whole = this.#prefix + prefix
    try {
      return Object.keys(localStorage)
        .filter((key) => key.startsWith(whole))
        .map((key) => key.slice(this.#prefix.length))
    } catch {
      return [...this.#fallback.keys()].filter((name) => name.startsWith(prefix))
    }
  }

  /** Tells when another window of this site kept something else under a name. */
  onElsewhere(name: string, changed: () => void): void {
    addEventListener('storage', (event) => {
      if (event.key === this.#prefix + name) changed()
    })
  }
}
