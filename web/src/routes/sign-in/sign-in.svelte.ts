// One try after another to sign in, and how long to wait between them when there were too many.
import { session as api } from '#contract/session.ts'
import { call } from '#lib/api.ts'
import { clock } from '#lib/clock.svelte.ts'
import { session } from '#lib/session.svelte.ts'
import { type Trouble, troubleOf } from '#lib/trouble.ts'

export class SignIn {
  login = $state('')
  password = $state('')
  isBusy = $state(false)
  #trouble = $state.raw<Trouble>()
  #again = $state<number>()

  /** When it is worth trying again, epoch milliseconds; undefined: now. Ticks. */
  get againAt(): number | undefined {
    return this.#again !== undefined && clock.until(this.#again) > 0 ? this.#again : undefined
  }

  /** Seconds until it is worth trying again. Ticks. */
  get waitSeconds(): number {
    return this.#again === undefined ? 0 : Math.ceil(clock.until(this.#again) / 1000)
  }

  /** What is wrong, unless it was only a matter of waiting. */
  get trouble(): Trouble | undefined {
    return this.#trouble?.code === 'too_many' && this.waitSeconds === 0 ? undefined : this.#trouble
  }

  /** Whether this browser is signed in now. */
  async submit(): Promise<boolean> {
    if (this.isBusy || this.waitSeconds > 0) return false
    this.isBusy = true
    this.#trouble = undefined
    const sentAt = Date.now()
    try {
      const body = { login: this.login.trim(), password: this.password }
      session.begin(await call(api.signIn, { body }), sentAt)
      return true
    } catch (error) {
      this.#note(troubleOf(error))
      return false
    } finally {
      this.isBusy = false
    }
  }

  #note(trouble: Trouble): void {
    this.#trouble = trouble
    const { code, retryAfter = 0 } = trouble
    this.#again = code === 'too_many' ? clock.now() + retryAfter * 1000 : undefined
  }
}
