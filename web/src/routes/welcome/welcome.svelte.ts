// The first organisation and its administrator: made once, with the link that the first start printed.
import { accounts as api } from '#contract/accounts.ts'
import type { PasswordContext } from '#contract/password.ts'
import { session as sessionApi } from '#contract/session.ts'
import { call } from '#lib/api.ts'
import { session } from '#lib/session.svelte.ts'
import { ChosenPassword } from '#lib/shell/chosen-password.svelte.ts'
import { dropToken } from '#lib/shell/link-token.ts'
import { type Trouble, troubleOf } from '#lib/trouble.ts'
import { locale } from '#lib/words.ts'

export const WELCOME_PATH = '/welcome'

export class Welcome {
  organisation = $state('')
  firstName = $state('')
  lastName = $state('')
  email = $state('')
  readonly password = new ChosenPassword()
  isBusy = $state(false)
  trouble = $state.raw<Trouble>()
  #isMade = false
  readonly #token: string

  constructor(token: string) {
    this.#token = token
  }

  /** What must not be in the password. */
  get context(): PasswordContext {
    const names = [this.firstName, this.lastName].filter((name) => name !== '')
    return { email: this.email, names, account: this.organisation }
  }

  /** Whether the organisation is there, and its administrator signed in. */
  async begin(): Promise<boolean> {
    if (this.isBusy) return false
    if (!this.password.isSound(this.context)) return false
    this.isBusy = true
    this.trouble = undefined
    try {
      await this.#make()
      const body = { login: this.email, password: this.password.text }
      session.begin(await call(sessionApi.signIn, { body }))
      return true
    } catch (error) {
      this.#note(troubleOf(error))
      return false
    } finally {
      this.isBusy = false
    }
  }

  // Signing in may fail by itself; a second try must not make a second organisation.
  async #make(): Promise<void> {
    if (this.#isMade) return
    const { organisation, firstName, lastName, email } = this
    const password = this.password.text
    const person = { firstName, lastName, email, password, language: locale() }
    await call(api.setUp, { body: { token: this.#token, organisation, ...person } })
    this.#isMade = true
    dropToken(WELCOME_PATH)
  }

  #note(trouble: Trouble): void {
    if (trouble.code === 'weak_password') this.password.refuse(trouble.problems ?? [])
    else this.trouble = trouble
  }
}
