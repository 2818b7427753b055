// Adding people: what has been filled in, which steps there are, what is still missing, and what the
// server said. Inviting by mail and creating with a password are two ends of the same form.
import { createContext } from 'svelte'
import { emailProblem } from '#contract/email.ts'
import { type FieldValue, fieldKey, fieldOf } from '#contract/fields.ts'
import { DEFAULT_POLICY, type PasswordContext, type PasswordPolicy } from '#contract/password.ts'
import { mayGive, PERMISSIONS } from '#contract/permissions.ts'
import { type Role, users } from '#contract/users.ts'
import { call } from '#lib/api.ts'
import { live } from '#lib/live/live.svelte.ts'
import { branchOf, isSameBranch, pathOf, treeOf } from '#lib/people/account-tree.ts'
import { isBlank, type RecordForm } from '#lib/record/form.ts'
import { reachable } from '#lib/record/places.svelte.ts'
import { session } from '#lib/session.svelte.ts'
import { whyNotPassword } from '#lib/shell/password-words.ts'
import { type Trouble, troubleOf } from '#lib/trouble.ts'
import { t } from '#lib/words.ts'
import {
  addressesIn,
  type Filled,
  forNext,
  isEmpty,
  nothingFilled,
  readKept,
  stored,
} from './kept.ts'
import { type Step, stepsFor } from './steps.ts'

export type Way = 'invite' | 'create'

export class Adding implements RecordForm {
  readonly way: Way
  readonly #storage: string
  filled = $state<Filled>(nothingFilled())
  /** Never kept: it is on this page alone. */
  password = $state('')
  /** What the account asks of passwords. */
  policy = $state.raw<PasswordPolicy>(DEFAULT_POLICY)
  /** Whether something was there already when the form opened. */
  readonly wasKept: boolean
  /** What the page or the server found wrong, by field. */
  troubles = $state.raw<Readonly<Record<string, string>>>({})
  trouble = $state.raw<Trouble>()
  isBusy = $state(false)
  #roles = $state.raw<readonly Role[]>([])
  rolesTrouble = $state.raw<Trouble>()

  constructor(way: Way, accountId: string | undefined) {
    this.way = way
    this.#storage = `people.add.${way} ${session.me?.organisationId} ${session.me?.id}`
    this.filled = readKept(stored(this.#storage))
    this.wasKept = !isEmpty(this.filled)
    if (accountId !== undefined && !this.wasKept) this.filled.accountId = accountId
  }

  readonly #accounts = $derived.by(
    () => session.me?.accounts.filter(({ id }) => this.#mayAddAt(id)) ?? [],
  )
  readonly tree = $derived.by(() => treeOf(this.#accounts))
  readonly account = $derived.by(
    () =>
      this.#accounts.find(({ id }) => id === this.filled.accountId) ??
      this.#accounts.find(({ id }) => id === this.tree[0]?.id),
  )

  // A department or group of one's own lies in an account that one sees.
  #mayAddAt(id: string): boolean {
    if (session.mayAt('users.manage', id)) return true
    return session.grants.some(
      ({ accountId, kind, permissions }) =>
        accountId === id && kind !== 'account' && permissions.includes('users.manage'),
    )
  }

  get accountId(): string {
    return this.account?.id ?? ''
  }

  /** All roles that may be given somewhere at the account. */
  readonly roles = $derived.by(() => this.#roles)

  readonly grants = $derived.by(() =>
    Object.keys(this.filled.fields).filter((key) => fieldOf(key)?.kind === 'grant'),
  )

  /** The main role: the one whose choice shapes the form. */
  readonly role = $derived.by(() => {
    const held = this.grants.flatMap((key) => {
      const field = fieldOf(key)
      return field?.kind === 'grant' ? this.#roles.filter(({ id }) => id === field.roleId) : []
    })
    return held.find(({ isAddOn }) => !isAddOn)
  })

  readonly answersChats = $derived.by(() =>
    this.grants.some((key) => {
      const field = fieldOf(key)
      if (field?.kind !== 'grant') return false
      const role = this.#roles.find(({ id }) => id === field.roleId)
      return role?.permissions.includes('chats.answer') ?? false
    }),
  )

  readonly steps = $derived.by<Step[]>(() => {
    const below = branchOf(session.me?.accounts ?? [], this.accountId)
    return stepsFor({
      departments: reachable('department', this.accountId).length,
      groups: live.all('group').filter(({ accountId }) => below.has(accountId)).length,
      sites: reachable('site', this.accountId).length,
      answersChats: this.answersChats,
    })
  })
  readonly step = $derived.by<Step>(
    () => this.steps[Math.min(this.filled.step, this.steps.length - 1)] ?? 'who',
  )

  readonly addresses = $derived.by(() => addressesIn(this.filled.emails))
  readonly isForMany = $derived.by(() => this.way === 'invite' && this.addresses.length > 1)

  /** Roles that the one who adds may give at the account or at a place of it. */
  mayGive(role: Role, path: readonly string[]): boolean {
    const permissions = PERMISSIONS.filter((one) => role.permissions.includes(one))
    return mayGive(session.grants, permissions, path)
  }

  pathOf(accountId: string): string[] {
    return pathOf(session.me?.accounts ?? [], accountId)
  }

  async loadRoles(): Promise<void> {
    this.rolesTrouble = undefined
    try {
      this.#roles = await call(users.roles, {})
    } catch (error) {
      this.rolesTrouble = troubleOf(error)
    }
  }

  get(key: string): FieldValue {
    if (key === 'language') return this.filled.fields[key] ?? this.account?.language ?? 'en'
    if (key === 'showsPhoto') return this.filled.fields[key] ?? true
    return this.filled.fields[key] ?? null
  }

  set(key: string, value: FieldValue): void {
    const { [key]: _, ...others } = this.filled.fields
    this.filled.fields = value === null ? others : { ...others, [key]: value }
    this.settle(key)
  }

  /** What was wrong with the field is being put right. */
  settle(key: string): void {
    if (this.troubles[key] === undefined && this.trouble === undefined) return
    this.troubles = Object.fromEntries(
      Object.entries(this.troubles).filter(([other]) => other !== key),
    )
    this.trouble = undefined
  }

  /** One main role instead of the one before; what is the same for both stays. */
  chooseRole(role: Role, scope: Parameters<typeof fieldKey.grant>[1]): void {
    const before = this.role
    for (const key of this.grants) {
      const field = fieldOf(key)
      if (field?.kind === 'grant' && field.roleId === before?.id) this.set(key, null)
    }
    this.set(fieldKey.grant(role.id, scope), true)
    this.settle('rights')
  }

  /** Fields of other accounts are not this one's. */
  chooseAccount(accountId: string): void {
    this.filled.accountId = accountId
    const accounts = session.me?.accounts ?? []
    for (const key of Object.keys(this.filled.fields)) {
      const field = fieldOf(key)
      if (field === undefined || field.kind === 'plain') continue
      const at = field.kind === 'grant' ? field.scope.id : live.get(field.kind, field.id)?.accountId
      if (at === undefined || !isSameBranch(accounts, at, accountId)) this.set(key, null)
    }
  }

  isDirty(): boolean {
    return false
  }

  conflict(): undefined {
    return undefined
  }

  useTheirs(): void {}

  keepMine(): void {}

  lock(key: string): string | undefined {
    const isLimit = key.startsWith('limit.')
    if (!isLimit || session.mayAt('limits.manage', this.accountId)) return undefined
    return t('record.lock.needs_limits')
  }

  error(key: string): string | undefined {
    return this.troubles[key]
  }

  editors(): [] {
    return []
  }

  enter(): () => void {
    return () => {}
  }

  /** What is still to be filled in, or filled in wrongly, in a step: by field, in words. */
  problemsIn(step: Step): Record<string, string> {
    if (step === 'who') return { ...this.#whoProblems() }
    if (step === 'rights' && this.grants.length === 0) return { rights: t('adding.missing.role') }
    if (step === 'departments' && this.role?.key === 'supervisor' && !this.#isInDepartment())
      return { departments: t('adding.missing.department') }
    return {}
  }

  #whoProblems(): Record<string, string> {
    const emails = this.#emailProblem()
    const problems: Record<string, string> = emails === undefined ? {} : { emails }
    if (this.way === 'invite') return problems
    for (const key of ['firstName', 'lastName'])
      if (isBlank(this.get(key))) problems[key] = t('adding.missing.field')
    if (this.account?.requiresGender && this.get('gender') === null)
      problems['gender'] = t('adding.missing.gender')
    const wrong = this.#passwordProblem()
    if (wrong !== undefined) problems['password'] = wrong
    return problems
  }

  /** What a password must not be made of. */
  get passwordContext(): PasswordContext {
    const names = ['firstName', 'lastName'].map((key) => String(this.get(key) ?? ''))
    return {
      email: this.addresses[0] ?? '',
      names: names.filter((name) => name !== ''),
      account: this.account?.name ?? '',
    }
  }

  #passwordProblem(): string | undefined {
    if (this.password === '') return t('adding.missing.password')
    return whyNotPassword(this.password, this.passwordContext, this.policy)
  }

  #emailProblem(): string | undefined {
    const { addresses } = this
    if (addresses.length === 0) return t('adding.missing.email')
    const wrong = addresses.find((one) => emailProblem(one) !== null)
    // Of many, the one that is wrong is reported and the others go out.
    if (wrong !== undefined && (this.way === 'create' || addresses.length === 1))
      return t('adding.wrong.email', { email: wrong })
    const isOneTooMany = this.way === 'create' && addresses.length > 1
    return isOneTooMany ? t('adding.wrong.one-email') : undefined
  }

  #isInDepartment(): boolean {
    if (this.get('supervisorGroupId') !== null) return true
    return Object.keys(this.filled.fields).some((key) => fieldOf(key)?.kind === 'department')
  }

  /** Whether something is filled in that closing could lose. */
  get isStarted(): boolean {
    return !isEmpty(this.filled) || this.password !== ''
  }

  /** Keeps what has been filled in on this device. */
  keep(): void {
    const text = JSON.stringify(this.filled)
    try {
      localStorage.setItem(this.#storage, text)
    } catch {
      return
    }
  }

  startOver(): void {
    this.filled = nothingFilled()
    this.#clear()
  }

  /** Somebody was added: the same choices stand for the next one. */
  goOn(): void {
    this.filled = forNext($state.snapshot(this.filled))
    this.#clear()
  }

  #clear(): void {
    this.password = ''
    this.troubles = {}
    this.trouble = undefined
  }
}

export const [adding, provideAdding] = createContext<Adding>()
