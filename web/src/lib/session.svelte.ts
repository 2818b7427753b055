// Who is signed in, and what they may do: the page's answer to every "shall I offer this?".
import { type Grant, mayAnywhere, may as mayAt, type Permission } from '#contract/permissions.ts'
import type { scope } from '#contract/scopes.ts'
import { session as api, type Me } from '#contract/session.ts'
import { call, Refused } from '#lib/api.ts'
import { clock } from '#lib/clock.svelte.ts'
import { live } from '#lib/live/live.svelte.ts'

export class Session {
  /** Undefined: not asked yet. Null: nobody is signed in. */
  me = $state.raw<Me | null>()
  /** Whether nobody is signed in because they left on purpose, here. */
  hasLeft = false
  #isAsking = false
  #isAskedAgain = false

  /** Asks the server who this browser is. Throws Unreachable. */
  async load(): Promise<void> {
    const sentAt = Date.now()
    try {
      this.#take(await call(api.me, {}), sentAt)
    } catch (error) {
      const isOut =
        error instanceof Refused && (error.status === 401 || error.code === 'address_refused')
      if (!isOut) throw error
      this.me = null
    }
  }

  /** Takes over what signing in answered. */
  begin(me: Me, sentAt = Date.now()): void {
    this.#take(me, sentAt)
    tellTabs.postMessage('began')
  }

  /** Asks anew, after the server has signed this browser in by another way. Throws Unreachable. */
  async renew(): Promise<void> {
    await this.load()
    tellTabs.postMessage('began')
  }

  /** `hand_over`: chats go back to their queues. Throws Refused (`chats_open`) or Unreachable. */
  async signOut(chats?: 'hand_over'): Promise<void> {
    await call(api.signOut, { query: chats ? { chats } : {} })
    this.hasLeft = true
    this.#end()
    tellTabs.postMessage('ended')
  }

  /**
   * Works in another of the user's organisations from now on. Every tab begins anew, so that
   * nothing of the one stays on a page of the other.
   */
  async enter(organisationId: string): Promise<void> {
    await call(api.enter, { body: { organisationId } })
    tellTabs.postMessage('began')
    location.assign('/')
  }

  /** What has just changed about me, here and in the other tabs. */
  amend(change: Partial<Pick<Me, 'photo' | 'language'>>): void {
    if (!this.me) return
    this.me = { ...this.me, ...change }
    tellTabs.postMessage('amended')
  }

  /** Whether the permission is held anywhere. */
  may = (permission: Permission): boolean =>
    this.me != null && mayAnywhere(this.#grants(this.me), permission)

  /** Whether the permission is held at an account. */
  mayAt(permission: Permission, accountId: string): boolean {
    return this.me != null && mayAt(this.#grants(this.me), permission, this.#pathOf(accountId))
  }

  /** What I hold, and where. */
  get grants(): readonly Grant[] {
    return this.me ? this.#grants(this.me) : []
  }

  /** The scopes of a kind that may be watched, such as every `floor:`. */
  scopesOf(of: keyof typeof scope): string[] {
    return live.scopes.filter((one) => one.startsWith(`${of}:`))
  }

  /** Another tab has signed in or out, or is somebody else now: this one follows. */
  follow(): () => void {
    const hear = ({ data }: MessageEvent<string>) => {
      if (data === 'ended') this.#end()
      else this.#followLoad().catch(() => undefined)
    }
    tellTabs.addEventListener('message', hear)
    return () => tellTabs.removeEventListener('message', hear)
  }

  async #followLoad(): Promise<void> {
    const before = this.me
    await this.load()
    if (before && this.me && whoIs(before) !== whoIs(this.me)) location.assign('/')
  }

  #take(me: Me, sentAt: number): void {
    clock.learn(me.now, sentAt, Date.now())
    // What the one saw must not stay for the other.
    if (this.me && whoIs(this.me) !== whoIs(me)) live.disconnect()
    this.me = me
    this.hasLeft = false
    // Until the password is changed the server tells nothing.
    if (me.mustChangePassword) return
    live.connect(
      () => this.#end(),
      () => this.#regrant(),
    )
  }

  // Told at once; what is told again while the answer is on its way is asked for once more after it.
  #regrant(): void {
    if (this.#isAsking) {
      this.#isAskedAgain = true
      return
    }
    this.#isAsking = true
    this.#isAskedAgain = false
    this.#followLoad()
      .catch(() => undefined)
      .finally(() => {
        this.#isAsking = false
        if (this.#isAskedAgain) this.#regrant()
      })
  }

  #end(): void {
    live.disconnect()
    this.me = null
  }

  #grants(me: Me) {
    return me.grants as readonly Grant[]
  }

  #pathOf(accountId: string): string[] {
    const path: string[] = []
    const parents = new Map(this.me?.accounts.map((account) => [account.id, account.parentId]))
    for (let at: string | null | undefined = accountId; at; at = parents.get(at)) path.push(at)
    return path
  }
}

const whoIs = (me: Me): string => `${me.id} ${me.organisationId}`

const tellTabs = new BroadcastChannel('switchboard.session')

export const session = new Session()
