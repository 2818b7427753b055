// What of a person somebody may change: the server refuses by it, and the editor shows the same
// fields as locked, with the same reason.
import { type FieldName, fieldOf, neededFor, PLAIN_FIELDS, sectionOf } from './fields.ts'
import type { HeldRole, PersonRecord } from './people.ts'
import {
  type AccountPath,
  type Grant,
  may,
  mayGive,
  PERMISSIONS,
  type Permission,
} from './permissions.ts'

/** Who looks at a record: what they hold, and how an account's path is found. */
export interface Viewer {
  userId: string
  grants: readonly Grant[]
  /** From the account up to the root; empty for an account that the viewer cannot know of. */
  pathOf(accountId: string): AccountPath
}

/**
 * Why a field is locked:
 *   needs_users, needs_limits  the viewer does not hold that right where the person stands
 *   own_rights                 nobody changes their own roles and limits
 *   shared_user                the user's own data, and they work in another organisation too
 *   stronger_person            the person may more than the viewer
 *   not_yours                  a role that the viewer could not give, and so cannot take
 */
export type LockReason =
  | 'not_yours'
  | 'shared_user'
  | 'stronger_person'
  | 'own_rights'
  | 'needs_users'
  | 'needs_limits'

type Looked = Pick<
  PersonRecord,
  'userId' | 'accountId' | 'isOursAlone' | 'primaryDepartmentId' | 'fields' | 'roles'
>

/** Why the viewer may not set the field of the person; undefined when they may. */
export function whyLocked(viewer: Viewer, record: Looked, key: string): LockReason | undefined {
  const field = fieldOf(key)
  if (field === undefined) return 'not_yours'
  const isOwn = viewer.userId === record.userId
  if (isOwn && isOfRights(field)) return 'own_rights'
  if (isOwn && sectionOf(field) === 'profile') return undefined
  const needed = neededFor(field)
  if (!may(viewer.grants, needed, pathOfPerson(viewer, record)))
    return needed === 'limits.manage' ? 'needs_limits' : 'needs_users'
  if (isOwn) return undefined
  return lockOfOther(viewer, record, field, key)
}

function lockOfOther(
  viewer: Viewer,
  record: Looked,
  field: FieldName,
  key: string,
): LockReason | undefined {
  if (isOfUser(field) && !record.isOursAlone) return 'shared_user'
  if (!isWithin(viewer, record.roles)) return 'stronger_person'
  const held = record.roles.find((role) => role.key === key)
  return held && !mayTake(viewer, held) ? 'not_yours' : undefined
}

/** Whoever could not give a role cannot take it either. */
function mayTake(viewer: Viewer, held: HeldRole): boolean {
  const path = pathOfRole(viewer, held)
  const isTheirs = may(viewer.grants, 'users.manage', path)
  return isTheirs && mayGive(viewer.grants, known(held.permissions), path)
}

/** Roles and limits: what nobody sets of themselves. */
function isOfRights(field: FieldName): boolean {
  return field.kind === 'grant' || sectionOf(field) === 'limits'
}

/** Whether the field is the user's own, the same wherever they work. */
export function isOfUser(field: FieldName): boolean {
  return field.kind === 'plain' && PLAIN_FIELDS[field.name].of === 'user'
}

/** Where a person stands: their departments and group, their account, and every account above it. */
export function pathOfPerson(
  viewer: Pick<Viewer, 'pathOf'>,
  record: Pick<Looked, 'accountId' | 'primaryDepartmentId' | 'fields'>,
): AccountPath {
  const teams = Object.entries(record.fields).flatMap(([key, value]) => {
    const field = fieldOf(key)
    if (field?.kind === 'department' && value !== null) return [field.id]
    return key === 'supervisorGroupId' && typeof value === 'string' ? [value] : []
  })
  const primary = record.primaryDepartmentId === null ? [] : [record.primaryDepartmentId]
  return [...teams, ...primary, ...viewer.pathOf(record.accountId)]
}

type Role = Pick<HeldRole, 'permissions' | 'at' | 'departmentId' | 'accountId'>

/** Where a role is held; a group lies in its department. */
function pathOfRole(viewer: Pick<Viewer, 'pathOf'>, { at, departmentId, accountId }: Role) {
  const department = departmentId === null ? [] : [departmentId]
  return [at, ...department, ...viewer.pathOf(accountId)]
}

/** What gives power over nobody: a supervisor of one group may change an agent of the account. */
const OVER_NOBODY: ReadonlySet<Permission> = new Set(['chats.answer', 'chats.test'])

/**
 * Whether the viewer may change the person: nobody touches one who may more than they do. For every
 * role the person holds, the viewer must hold what it gives, where it gives it.
 */
export function isWithin(
  viewer: Pick<Viewer, 'grants' | 'pathOf'>,
  roles: readonly Role[],
): boolean {
  return roles.every((role) => {
    const power = known(role.permissions).filter((permission) => !OVER_NOBODY.has(permission))
    return mayGive(viewer.grants, power, pathOfRole(viewer, role))
  })
}

function known(permissions: readonly string[]): Permission[] {
  return PERMISSIONS.filter((permission) => permissions.includes(permission))
}
