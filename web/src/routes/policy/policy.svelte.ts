// The rules of one account as they are edited here.
import type { PasswordPolicy } from '#contract/password.ts'
import {
  accountSecurity as api,
  type PolicyAt,
  type PolicyEffect,
  type SessionLimits,
  type SessionLimitsAt,
} from '#contract/security.ts'
import { call } from '#lib/api.ts'
import { WholeDraft } from '#lib/editing/whole-draft.svelte.ts'

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
