// What a role may do. The server enforces it; the web hides what it would refuse.

export const PERMISSIONS = [
  'accounts.manage',
  'users.view',
  'users.manage',
  'limits.manage',
  'setup.manage',
  'roles.manage',
  'audit.view',
  'wall.view',
  'operators.manage',
  'chats.answer',
  'chats.test',
  'reports.view',
] as const

export type Permission = (typeof PERMISSIONS)[number]

export const BUILT_IN_ROLES = [
  'administrator',
  'manager',
  'supervisor',
  'agent',
  'tester',
  'viewer',
] as const

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
  'setup.manage',
  'audit.view',
] as const

/** What each built-in role may; an account's own role carries its list in its row. */
export const permissionsOf: Record<BuiltInRole, readonly Permission[]> = {
  administrator: PERMISSIONS.filter((permission) => permission !== 'chats.test'),
  manager: OF_MANAGER,
  supervisor: OF_SUPERVISOR,
  agent: ['chats.answer'],
  tester: ['chats.answer', 'chats.test'],
  viewer: ['wall.view', 'users.view', 'reports.view'],
}

/** A role held in a scope: the account named, and every account below it. */
export interface Grant {
  role: string
  permissions: readonly Permission[]
  accountId: string
}

/** An account's place in the tree: its own id, then its parent's, up to the organisation's. */
export type AccountPath = readonly string[]

/** Whether any of the grants gives the permission at the account whose path is given. */
export function may(grants: readonly Grant[], permission: Permission, path: AccountPath): boolean {
  return grants.some(
    (grant) => grant.permissions.includes(permission) && path.includes(grant.accountId),
  )
}

/** Whether any of the grants gives the permission anywhere. */
export function mayAnywhere(grants: readonly Grant[], permission: Permission): boolean {
  return grants.some((grant) => grant.permissions.includes(permission))
}

/** Permissions that give no power: they only say which chats come. */
const POWERLESS: ReadonlySet<Permission> = new Set(['chats.test'])

/** Whether a holder of `mine` may give `wanted` at the account: nobody gives more than they have. */
export function mayGive(
  mine: readonly Grant[],
  wanted: readonly Permission[],
  path: AccountPath,
): boolean {
  return wanted.every((permission) => POWERLESS.has(permission) || may(mine, permission, path))
}
