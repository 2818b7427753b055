// Inviting one person: what has been filled in, what may be given, and what the server said.
import { emailKey, emailProblem } from '#contract/email.ts'
import { type Invitation, invitations } from '#contract/invitations.ts'
import { mayGive, PERMISSIONS, type Permission } from '#contract/permissions.ts'
import { nameProblem } from '#contract/text.ts'
import { type Person, type Role, users } from '#contract/users.ts'
import { call } from '#lib/api.ts'
import { live } from '#lib/live/live.svelte.ts'
import { isSameBranch, treeOf } from '#lib/people/account-tree.ts'
import { mailTroubleText } from '#lib/people/invitation-actions.ts'
import {
  bodyOf,
  emptyDraft,
  forNext,
  type InviteDraft,
  isEmpty,
  readDraft,
} from '#lib/people/invite-draft.ts'
import { isOpen } from '#lib/people/line.ts'
import { session } from '#lib/session.svelte.ts'
import { type Trouble, troubleOf } from '#lib/trouble.ts'
import { compareNames, t } from '#lib/words.ts'

const NAMES = ['firstName', 'lastName', 'displayName'] as const

export class Invite {
  readonly #key = `people.invite ${session.me?.organisationId} ${session.me?.id}`
  draft = $state<InviteDraft>(readDraft(kept(this.#key)))
  /** Whether something was there already when the form opened. */
  readonly wasKept: boolean
  isBusy = $state(false)
  trouble = $state.raw<Trouble>()
  #roles = $state.raw<Role[]>()
  rolesTrouble = $state.raw<Trouble>()

  readonly #accounts = $derived(
    session.me?.accounts.filter(({ id }) => session.mayAt('users.manage', id)) ?? [],
  )
  readonly tree = $derived(treeOf(this.#accounts))
  readonly account = $derived(
    this.#accounts.find(({ id }) => id === this.draft.accountId) ??
      this.#accounts.find(({ id }) => id === this.tree[0]?.id),
  )
  /** The roles that may be given at the account: nobody gives more than they have. */
  readonly roles = $derived.by(() => {
    const at = this.account?.id
    if (at === undefined) return []
    const held = PERMISSIONS.filter((permission) => session.mayAt(permission, at))
    const mine = [{ role: '', permissions: held, kind: 'account' as const, at, accountId: at }]
    return this.#roles?.filter((role) => !role.isAddOn && mayGive(mine, permissionsIn(role), [at]))
  })
  readonly role = $derived(this.roles?.find(({ id }) => id === this.draft.roleId))
  readonly answersChats = $derived(this.role?.permissions.includes('chats.answer') ?? false)
  readonly mayLimit = $derived(
    this.answersChats && this.account !== undefined
      ? session.mayAt('limits.manage', this.account.id)
      : false,
  )
  readonly departments = $derived(this.#reachable(live.all('department')))
  readonly queues = $derived(this.#reachable(live.all('queue').filter(({ isActive }) => isActive)))

  constructor(accountId: string | undefined) {
    this.wasKept = !isEmpty(this.draft)
    if (accountId !== undefined && !this.wasKept) this.draft.accountId = accountId
  }

  /** Whether what is filled in comes from before. */
  get isKept(): boolean {
    return this.wasKept && !isEmpty(this.draft)
  }

  async loadRoles(): Promise<void> {
    this.rolesTrouble = undefined
    try {
      this.#roles = await call(users.roles, {})
    } catch (error) {
      this.rolesTrouble = troubleOf(error)
    }
  }

  /** Keeps what has been filled in on this device. */
  keep(): void {
    const text = JSON.stringify(this.draft)
    try {
      localStorage.setItem(this.#key, text)
    } catch {
      return
    }
  }

  startOver(): void {
    this.draft = emptyDraft()
    this.trouble = undefined
  }

  isIn(departmentId: string): boolean {
    return this.draft.positions[departmentId] !== undefined
  }

  tick(departmentId: string, isTicked: boolean): void {
    const { [departmentId]: _, ...rest } = this.draft.positions
    this.draft.positions = isTicked ? { ...rest, [departmentId]: '' } : rest
  }

  /** The invitation that went out; undefined when it did not. */
  async send(): Promise<Invitation | undefined> {
    const { account, role, draft } = this
    if (this.isBusy || !account || !role) return undefined
    this.trouble = whyNot(draft)
    if (this.trouble) return undefined
    this.isBusy = true
    try {
      const body = bodyOf(draft, {
        accountId: account.id,
        roleId: role.id,
        departments: new Set(this.departments.map(({ id }) => id)),
        queues: new Set(this.answersChats ? this.queues.map(({ id }) => id) : []),
        mayLimit: this.mayLimit,
        language: account.language,
      })
      const sent = await call(invitations.create, { body })
      this.draft = forNext(draft)
      this.keep()
      return sent
    } catch (error) {
      this.trouble = inWords(troubleOf(error))
      return undefined
    } finally {
      this.isBusy = false
    }
  }

  /** The open invitation of the address, when it is refused because of that. */
  get standing(): Invitation | undefined {
    if (this.trouble?.code !== 'already_invited') return undefined
    return live
      .all('invitation')
      .find((one) => isOpen(one.state) && this.#isSame(one.email, one.accountId))
  }

  /** The person who has the address, when it is refused because of that. */
  get member(): Person | undefined {
    if (this.trouble?.code !== 'already_member') return undefined
    return live.all('person').find((one) => this.#isSame(one.email, one.accountId))
  }

  #isSame(email: string, accountId: string): boolean {
    return accountId === this.account?.id && emailKey(email) === emailKey(this.draft.email.trim())
  }

  #reachable<T extends { accountId: string; name: string }>(all: readonly T[]): T[] {
    const at = this.account?.id
    const accounts = session.me?.accounts ?? []
    return all
      .filter(({ accountId }) => at !== undefined && isSameBranch(accounts, accountId, at))
      .toSorted((a, b) => compareNames(a.name, b.name))
  }
}

function permissionsIn({ permissions }: Role): Permission[] {
  return PERMISSIONS.filter((permission) => permissions.includes(permission))
}

// The server says the same; this only says it sooner.
function whyNot(draft: InviteDraft): Trouble | undefined {
  if (emailProblem(draft.email.trim()) !== null) return inWords(invalid('email'))
  const name = NAMES.find((one) => draft[one].trim() !== '' && nameProblem(draft[one]) !== null)
  if (name) return inWords(invalid(name))
  const positions = Object.values(draft.positions).filter((position) => position.trim() !== '')
  const isSound = positions.every((position) => nameProblem(position) === null)
  return isSound ? undefined : inWords(invalid('position'))
}

function invalid(field: string): Trouble {
  return { code: 'invalid', text: '', field }
}

function inWords(trouble: Trouble): Trouble {
  const { code, field } = trouble
  if (code === 'too_many') return { ...trouble, text: mailTroubleText(trouble) }
  if (code === 'already_invited') return { ...trouble, text: t('people.invite.already') }
  if (field === undefined) return trouble
  if (code === 'forbidden') return { ...trouble, text: t('people.invite.not-yours') }
  if (code === 'not_found') return { ...trouble, text: t('people.invite.gone') }
  if (code !== 'invalid') return trouble
  if (field === 'email') return { ...trouble, text: t('people.invite.email.invalid') }
  const isName = field === 'position' || NAMES.some((name) => name === field)
  return isName ? { ...trouble, text: t('people.invite.name.invalid') } : trouble
}

function kept(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}
