// The invitation behind a link: what it offers, and taking it.
import type { Gender } from '#contract/fields.ts'
import { type Accepted, invitations as api, type InvitationCard } from '#contract/invitations.ts'
import type { PasswordContext } from '#contract/password.ts'
import { call } from '#lib/api.ts'
import { session } from '#lib/session.svelte.ts'
import { ChosenPassword } from '#lib/shell/chosen-password.svelte.ts'
import { dropToken } from '#lib/shell/link-token.ts'
import { type Trouble, troubleOf } from '#lib/trouble.ts'

export const INVITATION_PATH = '/invitation'

export class Invitation {
  card = $state.raw<InvitationCard>()
  firstName = $state('')
  lastName = $state('')
  gender = $state<Gender>()
  readonly password = new ChosenPassword()
  isBusy = $state(false)
  /** Why there is nothing to show. */
  gone = $state.raw<Trouble>()
  /** What came of it, once it was taken. */
  accepted = $state.raw<Accepted>()
  /** Why it could not be taken. */
  trouble = $state.raw<Trouble>()
  readonly #token: string

  constructor(token: string) {
    this.#token = token
  }

  /** Asks what the link offers, and who is here. */
  async look(): Promise<void> {
    this.gone = undefined
    try {
      const card = await call(api.look, { body: { token: this.#token } })
      if (session.me === undefined) await session.load()
      this.firstName = card.firstName ?? ''
      this.lastName = card.lastName ?? ''
      this.card = card
    } catch (error) {
      this.gone = troubleOf(error)
    }
  }

  /** What must not be in the password. */
  get context(): PasswordContext {
    const names = [this.firstName, this.lastName].filter((name) => name !== '')
    return { email: this.card?.email ?? '', names, account: this.card?.accountName ?? '' }
  }

  /** Whether the password is theirs to choose. */
  get isChosen(): boolean {
    return this.card?.password !== 'assigned'
  }

  /** Whether they belong now; signed in, unless the password comes by mail. */
  async accept(): Promise<boolean> {
    const { firstName, lastName, gender, isChosen } = this
    if (isChosen && !this.password.isSound(this.context, this.card?.policy)) return false
    const who = { token: this.#token, firstName, lastName, ...(gender && { gender }) }
    const body = isChosen ? { ...who, password: this.password.text } : who
    return this.#take(() => call(api.accept, { body }))
  }

  /** Whether they belong now, with the login that they had. */
  join(): Promise<boolean> {
    return this.#take(() => call(api.join, { body: { token: this.#token } }))
  }

  async #take(how: () => Promise<Accepted>): Promise<boolean> {
    if (this.isBusy) return false
    this.isBusy = true
    this.trouble = undefined
    try {
      const accepted = await how()
      dropToken(INVITATION_PATH)
      if (accepted.isSignedIn) await session.renew()
      this.accepted = accepted
      return true
    } catch (error) {
      this.#note(troubleOf(error))
      return false
    } finally {
      this.isBusy = false
    }
  }

  #note(trouble: Trouble): void {
    if (trouble.code === 'weak_password') this.password.refuse(trouble.problems ?? [])
    else if (isOver(trouble)) this.gone = trouble
    else this.trouble = trouble
  }
}

/** Whether the invitation itself has come to an end: trying again is of no use. */
export function isOver({ code }: Trouble): boolean {
  return code === 'not_found' || code.startsWith('invitation_')
}
