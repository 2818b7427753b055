// Choosing a new password of one's own: what it must be, and what the server said.
import { mySecurity, type PolicyForTyping } from '#contract/security.ts'
import { call, Refused } from '#lib/api.ts'
import { session } from '#lib/session.svelte.ts'
import { ChosenPassword } from '#lib/shell/chosen-password.svelte.ts'
import { type Trouble, troubleOf } from '#lib/trouble.ts'

export class PasswordChange {
  current = $state('')
  readonly chosen = new ChosenPassword()
  endOthers = $state(true)
  /** What the password must be; undefined until it has come. */
  typing = $state.raw<PolicyForTyping>()
  trouble = $state.raw<Trouble>()
  isBusy = $state(false)

  async load(): Promise<void> {
    this.trouble = undefined
    try {
      this.typing = await call(mySecurity.policy, {})
    } catch (error) {
      this.trouble = troubleOf(error)
    }
  }

  /** Why the current password was not taken. */
  get currentError(): string | undefined {
    return this.trouble?.code === 'wrong_credentials' ? this.trouble.text : undefined
  }

  /** Whether the new password holds now. */
  async save(): Promise<boolean> {
    const { typing, chosen, current, endOthers } = this
    if (this.isBusy || !typing || !chosen.isSound(typing.context, typing.policy)) return false
    this.isBusy = true
    this.trouble = undefined
    try {
      const body = { current, password: chosen.text, endOthers }
      session.begin(await call(mySecurity.changePassword, { body }))
      this.current = ''
      chosen.text = ''
      return true
    } catch (error) {
      const problems = error instanceof Refused ? error.details.problems : undefined
      if (problems) chosen.refuse(problems)
      else this.trouble = troubleOf(error)
      return false
    } finally {
      this.isBusy = false
    }
  }
}
