// A password that somebody chooses: what they have typed, and why it was not taken.
import type { PasswordContext, PasswordPolicy } from '#contract/password.ts'
import { problemsText, whyNotPassword } from './password-words.ts'

export class ChosenPassword {
  text = $state('')
  #tried = $state('')
  #why = $state<string>()

  /** Why the password as it stands was not taken; gone as soon as it is changed. */
  get error(): string | undefined {
    return this.text === this.#tried ? this.#why : undefined
  }

  /** Whether it is worth sending. */
  isSound(context: PasswordContext, policy?: PasswordPolicy): boolean {
    this.#refuse(whyNotPassword(this.text, context, policy))
    return this.#why === undefined
  }

  /** The server found more: an account's own policy. */
  refuse(problems: readonly string[]): void {
    this.#refuse(problemsText(problems))
  }

  #refuse(why: string | undefined): void {
    this.#tried = this.text
    this.#why = why
  }
}
