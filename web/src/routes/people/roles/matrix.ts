// The roles as columns, in the order in which they are read: the five that most teams know by other
// names, then the other built-in ones, then the organisation's own.
import type { Permission } from '#contract/permissions.ts'
import type { ListedRole } from '#contract/users.ts'

export type GroupName = 'chats' | 'floor' | 'people' | 'organisation' | 'records'

/** What a role may, in the parts of the page. */
export const PARTS: readonly { name: GroupName; permissions: readonly Permission[] }[] = [
  { name: 'chats', permissions: ['chats.answer', 'chats.test'] },
  { name: 'floor', permissions: ['wall.view', 'operators.manage', 'limits.manage'] },
  { name: 'people', permissions: ['users.view', 'users.manage', 'sessions.manage'] },
  { name: 'organisation', permissions: ['setup.manage', 'accounts.manage', 'roles.manage'] },
  {
    name: 'records',
    permissions: ['reports.view', 'reports.correspondence', 'history.transfer', 'audit.view'],
  },
]

/** What counts only where it is held at the organisation itself. */
const OF_THE_ROOT: readonly Permission[] = ['roles.manage']

export interface Column {
  id: string
  role: ListedRole
  /** What many products call it. */
  as?: 'guest' | 'admin' | 'owner'
}

export function columnsOf(roles: readonly ListedRole[], withAddOns: boolean): Column[] {
  const of = (key: string, as?: Column['as']): Column[] =>
    roles
      .filter((role) => role.isBuiltIn && role.key === key)
      .map((role) => ({ id: `${role.id} ${as ?? ''}`, role, ...(as && { as }) }))
  const addOns = roles.filter((role) => role.isBuiltIn && role.isAddOn)
  return [
    ...of('viewer', 'guest'),
    ...of('agent'),
    ...of('supervisor'),
    ...of('administrator', 'admin'),
    ...of('administrator', 'owner'),
    ...of('manager'),
    ...of('tester'),
    ...roles.filter(({ isBuiltIn }) => !isBuiltIn).map((role) => ({ id: role.id, role })),
    ...(withAddOns ? addOns.map((role) => ({ id: role.id, role })) : []),
  ]
}

/** Whether whoever holds the role as the column says may do it. */
export function gives({ role, as }: Column, permission: Permission): boolean {
  return role.permissions.includes(permission) && !isRootMissing(as, permission)
}

/** Whether it is in the role, and only where it is held keeps it from counting. */
export function isRootMissing(as: Column['as'], permission: Permission): boolean {
  return as === 'admin' && OF_THE_ROOT.includes(permission)
}

/** What the one may and the other may not. */
export function differences(one: Column, other: Column): Permission[] {
  return PARTS.flatMap(({ permissions }) => permissions).filter(
    (permission) => gives(one, permission) !== gives(other, permission),
  )
}
