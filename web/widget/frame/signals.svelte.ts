// What passes by itself: that the connection is lost, and that somebody is typing.

/** A lost connection is told after so long: most are back before anybody notices. */
const LOST_AFTER_MS = 2000
/** That the visitor types is told no oftener than this. */
const TELL_EVERY_MS = 3000

export class Signals {
  isLost = $state.raw(false)
  isTyping = $state.raw(false)
  #lost: ReturnType<typeof setTimeout> | undefined
  #typing: ReturnType<typeof setTimeout> | undefined

  #toldAt = 0

  down(): void {
    this.isTyping = false
    this.#lost ??= setTimeout(() => {
      this.isLost = true
    }, LOST_AFTER_MS)
  }

  up(): void {
    clearTimeout(this.#lost)
    this.#lost = undefined
    this.isLost = false
  }

  /** The operator types, for so many seconds unless it is renewed. */
  typing(seconds: number): void {
    clearTimeout(this.#typing)
    this.isTyping = seconds > 0
    this.#typing = setTimeout(() => {
      this.isTyping = false
    }, seconds * 1000)
  }

  /** Whether it is time to tell again that the visitor types. */
  mayTell(): boolean {
    if (Date.now() - this.#toldAt < TELL_EVERY_MS) return false
    this.#toldAt = Date.now()
    return true
  }

  /** What was typed is sent: the next stroke is told at once. */
  told(): void {
    this.#toldAt = 0
  }
}
