// How chats may be handed on, while it is changed: what stands, and what is typed.
import { type TransferRules, transfers } from '#contract/transfers.ts'
import { call } from '#lib/api.ts'
import { type Trouble, troubleOf } from '#lib/trouble.ts'

export class RulesDraft {
  #stands = $state.raw<TransferRules>()
  #typed = $state.raw<Partial<TransferRules>>({})
  isBusy = $state(false)
  trouble = $state.raw<Trouble>()

  /** What is shown; undefined: it has not been read. */
  get value(): TransferRules | undefined {
    return this.#stands && { ...this.#stands, ...this.#typed }
  }

  get isDirty(): boolean {
    const [now, was] = [this.value, this.#stands]
    return JSON.stringify(now) !== JSON.stringify(was)
  }

  set(change: Partial<TransferRules>): void {
    this.#typed = { ...this.#typed, ...change }
  }

  discard(): void {
    this.#typed = {}
    this.trouble = undefined
  }

  async load(): Promise<void> {
    this.trouble = undefined
    try {
      this.#stands = await call(transfers.rules, {})
    } catch (error) {
      this.trouble = troubleOf(error)
    }
  }

  /** Whether it was saved. */
  async save(): Promise<boolean> {
    const body = this.value
    if (body === undefined || this.isBusy) return false
    this.isBusy = true
    this.trouble = undefined
    try {
      this.#stands = await call(transfers.setRules, { body })
      this.#typed = {}
      return true
    } catch (error) {
      this.trouble = troubleOf(error)
      return false
    } finally {
      this.isBusy = false
    }
  }
}
