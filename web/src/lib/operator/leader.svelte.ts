// One tab of many does what only one may do, such as ringing: whoever holds the lock. When that tab
// goes, the next one holds it.

export class Leader {
  /** Whether this tab is the one; reactive. */
  isMe = $state(false)
  readonly #name: string
  #isStanding = false

  constructor(name: string) {
    this.#name = name
  }

  /** Stands for it, once and for as long as the page lives. */
  stand(): void {
    if (this.#isStanding) return
    this.#isStanding = true
    const win = () => {
      this.isMe = true
      return new Promise<never>(() => {})
    }
    // Without locks there is no telling: better two rings than none.
    if (!('locks' in navigator)) void win()
    else navigator.locks.request(this.#name, win).catch(() => undefined)
  }
}
