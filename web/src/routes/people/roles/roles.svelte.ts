// The organisation's roles as this person may see and change them: fetched, and then kept true by the
// live rows, where those may be watched.
import { untrack } from 'svelte'
import { mayGive, PERMISSIONS, type Permission } from '#contract/permissions.ts'
import {
  roles as api,
  LIMITED,
  limitOfField,
  permissionField,
  permissionOfField,
} from '#contract/roles.ts'
import { scope } from '#contract/scopes.ts'
import { type ListedRole, type Role, users } from '#contract/users.ts'
import { call } from '#lib/api.ts'
import { FieldDraft, type Standing } from '#lib/editing/field-draft.svelte.ts'
import { live } from '#lib/live/live.svelte.ts'
import { roleName } from '#lib/people/wording.ts'
import { DraftForm } from '#lib/record/draft-form.svelte.ts'
import { session } from '#lib/session.svelte.ts'
import { type Trouble, troubleOf } from '#lib/trouble.ts'
import { compareNames, t } from '#lib/words.ts'

export class Roles {
  #fetched = $state.raw<readonly ListedRole[]>()
  trouble = $state.raw<Trouble>()

  readonly isLoaded = $derived(this.#fetched !== undefined)
  /** Whether the organisation's roles are told live to this person. */
  readonly #isLive = $derived(live.loaded.has(scope.setup(this.root)))

  /** By name, as they are now. */
  readonly all = $derived.by<readonly ListedRole[]>(() => {
    const fetched = this.#fetched ?? []
    const known = fetched
      .map((role) => this.#fresh(role))
      .filter((role) => role !== undefined)
      .toSorted((a, b) => compareNames(roleName(a), roleName(b)))
    return known
  })

  get root(): string {
    return session.me?.organisationId ?? ''
  }

  /** Which roles there are now, as the rows say: when that changes, they are fetched anew. */
  readonly told = $derived(
    live
      .all('role')
      .map(({ id, version }) => `${id} ${version}`)
      .toSorted()
      .join(),
  )

  readonly mayRule = $derived(session.mayAt('roles.manage', this.root))

  async load(): Promise<void> {
    this.trouble = undefined
    try {
      this.#fetched = await call(users.roles, {})
    } catch (error) {
      const trouble = troubleOf(error)
      if (untrack(() => this.#fetched) === undefined) this.trouble = trouble
    }
  }

  find(id: string | undefined): ListedRole | undefined {
    return this.all.find((role) => role.id === id)
  }

  /** Whether this person may give all that the role may. */
  mayGiveAll(role: Role): boolean {
    return mayGive(session.grants, permissionsIn(role), [this.root])
  }

  /** Whether this person holds the role. */
  isMine({ key }: Role): boolean {
    return session.grants.some((grant) => grant.role === key)
  }

  #fresh(role: ListedRole): ListedRole | undefined {
    const row = live.get('role', role.id)
    if (row) return { ...role, ...row }
    return this.#isLive ? undefined : role
  }
}

export function permissionsIn({ permissions }: Role): Permission[] {
  return PERMISSIONS.filter((permission) => permissions.includes(permission))
}

function standingOf(role: Role): Standing {
  const given = PERMISSIONS.map((one) => [permissionField(one), role.permissions.includes(one)])
  const limits = LIMITED.map((one) => [`limit.${one}`, role.limits[one]])
  const fields: Standing['fields'] = {
    ...{ name: role.name, ...Object.fromEntries(given), ...Object.fromEntries(limits) },
  }
  return { fields, marks: role.marks, version: role.version }
}

/** A role while it is edited here: of a built-in one, its limits. */
export class RoleEditor {
  readonly draft: FieldDraft
  readonly form: RoleForm

  constructor(roles: Roles, role: Role) {
    const { id } = role
    this.draft = new FieldDraft(async (set, base) =>
      standingOf(await call(api.change, { params: { id }, body: { set: valued(set), base } })),
    )
    this.form = new RoleForm(
      {
        ...{ draft: this.draft, accountId: roles.root, subject: id },
        scope: scope.setup(roles.root),
      },
      (key) => whyLocked(roles, roles.find(id), key),
    )
    this.meet(role)
  }

  meet(role: Role): void {
    this.draft.meet(standingOf(role))
  }

  get missing(): string | undefined {
    const name = this.draft.get('name')
    const isEmpty = typeof name !== 'string' || name.trim() === ''
    return isEmpty ? t('roles.role.name.missing') : undefined
  }
}

class RoleForm extends DraftForm {
  readonly #why: (key: string) => string | undefined

  constructor(of: ConstructorParameters<typeof DraftForm>[0], why: RoleForm['lock']) {
    super(of)
    this.#why = why
  }

  override lock(key: string): string | undefined {
    return this.#why(key) ?? super.lock(key)
  }

  override error(key: string): string | undefined {
    const code = this.draft.trouble?.code
    if (key !== 'name') return undefined
    if (code === 'name_taken') return t('roles.name.taken')
    return code === 'invalid' ? t('roles.name.invalid') : undefined
  }
}

function whyLocked(roles: Roles, role: Role | undefined, key: string): string | undefined {
  if (role === undefined) return t('roles.role.gone')
  if (!roles.mayRule) return t('roles.role.only-seen')
  if (!roles.mayGiveAll(role)) return t('roles.lock.stronger')
  const mayLimit = session.mayAt('limits.manage', roles.root)
  if (limitOfField(key)) return mayLimit ? undefined : t('roles.lock.limits')
  const permission = permissionOfField(key)
  if (permission === undefined) return undefined
  if (!mayGive(session.grants, [permission], [roles.root])) return t('roles.lock.not-held')
  const isRaise = !role.permissions.includes(permission)
  return isRaise && roles.isMine(role) ? t('roles.lock.own') : undefined
}

/** A role's values are a name, ticks, and numbers or nothing. */
function valued(set: Standing['fields']): Record<string, string | boolean | number | null> {
  const sound = Object.entries(set).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null ? [] : [[key, value] as const],
  )
  return Object.fromEntries(sound)
}
