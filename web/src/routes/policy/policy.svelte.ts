// The rules of one account as they are edited here: what holds, what is changed and not saved, and
// what somebody else set meanwhile.
import type { PasswordPolicy } from '#contract/password.ts'
import {
  accountSecurity as api,
  type PolicyAt,
  type PolicyEffect,
  type SessionLimits,
  type SessionLimitsAt,
} from '#contract/security.ts'
import { call, Refused } from '#lib/api.ts'
import { withFresh } from '#lib/security/fresh.svelte.ts'
import { type Trouble, troubleOf } from '#lib/trouble.ts'

/** What somebody else set while it was changed here. */
export interface Theirs<T> {
  value: T
  by: string | undefined
}

interface Held<T> {
  own: T
  version: number
}

interface Doors<T, At extends Held<T>> {
  fetch: () => Promise<At>
  send: (value: T, version: number) => Promise<At>
}

/** One thing that is set whole, on top of the version that was seen. */
class WholeDraft<T, At extends Held<T>> {
  at = $state.raw<At>()
  trouble = $state.raw<Trouble>()
  theirs = $state.raw<Theirs<T>>()
  isBusy = $state(false)
  #mine = $state.raw<{ value: T }>()
  readonly #doors: Doors<T, At>

  constructor(doors: Doors<T, At>) {
    this.#doors = doors
  }

  async load(): Promise<void> {
    this.trouble = undefined
    try {
      this.at = await this.#doors.fetch()
    } catch (error) {
      this.trouble = troubleOf(error)
    }
  }

  /** What is shown: mine from the moment it is changed. */
  get value(): T | undefined {
    return this.#mine ? this.#mine.value : this.at?.own
  }

  get isDirty(): boolean {
    return this.#mine !== undefined
  }

  set(value: T): void {
    this.trouble = undefined
    this.#mine = isSame(value, this.at?.own) && !this.theirs ? undefined : { value }
  }

  /** Forgets what is changed here; what somebody else set meanwhile is what stands. */
  discard(): void {
    const isOld = this.theirs !== undefined
    this.#mine = undefined
    this.theirs = undefined
    this.trouble = undefined
    if (isOld) void this.load()
  }

  /** Mine goes on top of theirs, knowing it, with the next save. */
  async keepMine(): Promise<void> {
    this.theirs = undefined
    await this.load()
  }

  /** Whether it is saved. */
  async save(): Promise<boolean> {
    const { at } = this
    const mine = this.#mine
    if (!at || !mine || this.isBusy || this.theirs) return false
    this.isBusy = true
    this.trouble = undefined
    try {
      this.at = await withFresh(() => this.#doors.send(mine.value, at.version))
      if (this.#mine === mine) this.#mine = undefined
      return true
    } catch (error) {
      await this.#refused(error)
      return false
    } finally {
      this.isBusy = false
    }
  }

  async #refused(error: unknown): Promise<void> {
    if (!(error instanceof Refused) || error.code !== 'stale') {
      this.trouble = troubleOf(error)
      return
    }
    const by = error.details.theirs?.by ?? undefined
    try {
      const at = await this.#doors.fetch()
      this.theirs = { value: at.own, by }
    } catch (late) {
      this.trouble = troubleOf(late)
    }
  }
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

export class SignInRules {
  readonly passwords: WholeDraft<PasswordPolicy | null, PolicyAt>
  readonly sessions: WholeDraft<SessionLimits, SessionLimitsAt>
  readonly #id: string

  constructor(id: string) {
    this.#id = id
    const params = { id }
    this.passwords = new WholeDraft({
      fetch: () => call(api.policy, { params }),
      send: (policy, version) => call(api.setPolicy, { params, body: { policy, version } }),
    })
    this.sessions = new WholeDraft({
      fetch: () => call(api.sessionLimits, { params }),
      send: (limits, version) =>
        call(api.setSessionLimits, { params, body: { ...limits, version } }),
    })
  }

  /** Whom the rules would reach as they are changed here. Throws Refused, Unreachable. */
  preview(): Promise<PolicyEffect> {
    const policy = this.passwords.value ?? null
    return call(api.previewPolicy, { params: { id: this.#id }, body: { policy } })
  }

  get unsaved(): number {
    return [this.passwords, this.sessions].filter(({ isDirty }) => isDirty).length
  }
}
