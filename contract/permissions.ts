// What a role may do. The server enforces it; the web hides what it would refuse.

export const PERMISSIONS = [
  'accounts.manage',
  'users.view',
  'users.manage',
  'limits.manage',
  'sessions.manage',
  'setup.manage',
  'roles.manage',
  'audit.view',
  'wall.view',
  'operators.manage',
  'chats.answer',
  'chats.test',
  'history.transfer',
  'reports.view',
  'reports.correspondence',
] as const

export type Permission = (typeof PERMISSIONS)[number]

/** A person's main role, from the strongest to the weakest. */
export const MAIN_ROLES = [
  'administrator',
  'manager',
  'supervisor',
  'agent',
  'tester',
  'viewer',
] as const

/** Roles that only add to another one: a site's, and what a supervisor or operator is also allowed. */
export const ADD_ON_ROLES = [
  'site_administrator',
  'correspondence',
  'history_transfer',
  'people_manager',
  'session_manager',
] as const

export const BUILT_IN_ROLES = [...MAIN_ROLES, ...ADD_ON_ROLES] as const

export type BuiltInRole = (typeof BUILT_IN_ROLES)[number]

const OF_SUPERVISOR = [
  'wall.view',
  'operators.manage',
  'limits.manage',
  'chats.answer',
  'reports.view',
] as const
const OF_MANAGER = [
  ...OF_SUPERVISOR,
  'users.view',
  'users.manage',
  'sessions.manage',
  'setup.manage',
  'audit.view',
  'history.transfer',
  'reports.correspondence',
] as const

/** What each built-in role may; an account's own role carries its list in its row. */
export const permissionsOf: Record<BuiltInRole, readonly Permission[]> = {
  administrator: PERMISSIONS.filter((permission) => permission !== 'chats.test'),
  manager: OF_MANAGER,
  supervisor: OF_SUPERVISOR,
  agent: ['chats.answer'],
  tester: ['chats.answer', 'chats.test'],
  viewer: ['wall.view', 'users.view', 'reports.view'],
  site_administrator: ['setup.manage', 'reports.view', 'reports.correspondence'],
  correspondence: ['reports.correspondence'],
  history_transfer: ['history.transfer', 'reports.correspondence'],
  people_manager: ['users.view', 'users.manage'],
  session_manager: ['limits.manage', 'sessions.manage'],
}

/** Where a role is held: an account and all below it, one department, one supervisor's group, one site. */
export type ScopeKind = 'account' | 'department' | 'group' | 'site'

/** A role held in a scope. */
export interface Grant {
  role: string
  permissions: readonly Permission[]
  kind: ScopeKind
  /** The id of what it is held at: of an account, a department, a group or a site. */
  at: string
  /** The account that this belongs to; the same as `at` for an account. */
  accountId: string
}

/**
 * Where something is: ids from itself outwards. An account's path is its own id, then its parent's,
 * up to the organisation's. A department, a group or a site stands before its account's path; a
 * person stands in their account and in each of their departments and their group.
 */
export type AccountPath = readonly string[]

/** Whether any of the grants gives the permission at the place whose path is given. */
export function may(grants: readonly Grant[], permission: Permission, path: AccountPath): boolean {
  return grants.some((grant) => grant.permissions.includes(permission) && path.includes(grant.at))
}

/** Whether any of the grants gives the permission anywhere. */
export function mayAnywhere(grants: readonly Grant[], permission: Permission): boolean {
  return grants.some((grant) => grant.permissions.includes(permission))
}

/** Permissions that give no power: they only say which chats come. */
export const POWERLESS: ReadonlySet<Permission> = new Set(['chats.test'])

/** Whether a holder of `mine` may give `wanted` at the place: nobody gives more than they have. */
export function mayGive(
  mine: readonly Grant[],
  wanted: readonly Permission[],
  path: AccountPath,
): boolean {
  return wanted.every((permission) => POWERLESS.has(permission) || may(mine, permission, path))
}
