// What the house should know, in plain data: the tree, the people, what they hold. It shares no rule
// with the product but the list of what each built-in role gives.
import type { Permission, ScopeKind } from '#contract/permissions.ts'

export interface Account {
  id: string
  parentId: string | null
  kind: 'organisation' | 'group' | 'location'
  isActive: boolean
}

export interface Role {
  id: string
  key: string
  permissions: ReadonlySet<Permission>
  isBuiltIn: boolean
}

/** A role held somewhere. */
export interface Held {
  roleId: string
  kind: ScopeKind
  at: string
}

export interface Membership {
  id: string
  userId: string
  accountId: string
  status: 'active' | 'blocked' | 'archived'
  /** Whether they were blocked when they were archived. */
  wasBlocked: boolean
  held: Map<string, Held>
  /** With the position in each. */
  departments: Map<string, string | null>
  groupId: string | null
  displayName: string | null
  description: string | null
}

/** What an operator has. */
export interface Duty {
  live: number
  deferred: number
  /** Over both; null: not limited. */
  units: number | null
  queues: Map<string, { participates: boolean; tier: number }>
}

export interface Group {
  id: string
  departmentId: string
  supervisorId: string
}

/** A department, a site or a queue: something of an account. */
export interface Thing {
  id: string
  accountId: string
}

export interface Session {
  cookie: string
  isEnded: boolean
}

export interface Organisation {
  id: string
  accounts: Map<string, Account>
  departments: Map<string, Thing>
  sites: Map<string, Thing>
  queues: Map<string, Thing>
  groups: Map<string, Group>
  roles: Map<string, Role>
  memberships: Map<string, Membership>
  /** By user. */
  duties: Map<string, Duty>
  sessions: Map<string, Session>
  /** What a new operator may hold. */
  usual: { live: number; deferred: number }
}

export interface User {
  id: string
  email: string
  firstName: string
  lastName: string
  gender: string
}

export interface World {
  organisations: Map<string, Organisation>
  users: Map<string, User>
}

/** From the account to the root. */
export function pathOf(org: Organisation, accountId: string): string[] {
  const account = org.accounts.get(accountId)
  if (account === undefined) return []
  return account.parentId === null ? [account.id] : [account.id, ...pathOf(org, account.parentId)]
}

/** What a role can be held at, from itself to the root; undefined for what is not there. */
export function placeOf(org: Organisation, kind: ScopeKind, id: string): string[] | undefined {
  if (kind === 'account') return org.accounts.has(id) ? pathOf(org, id) : undefined
  if (kind === 'group') {
    const group = org.groups.get(id)
    const department = group && placeOf(org, 'department', group.departmentId)
    return department && [id, ...department]
  }
  const thing = (kind === 'department' ? org.departments : org.sites).get(id)
  return thing && [id, ...pathOf(org, thing.accountId)]
}

/** The account that a path leads through first. */
export function accountIn(org: Organisation, path: readonly string[]): string {
  const account = path.find((id) => org.accounts.has(id))
  if (account === undefined) throw new Error('every path leads through an account')
  return account
}

export function isSameBranch(org: Organisation, one: string, other: string): boolean {
  return pathOf(org, one).includes(other) || pathOf(org, other).includes(one)
}

/** Where a person stands. */
export function standing(org: Organisation, member: Membership): string[] {
  const group = member.groupId === null ? undefined : org.groups.get(member.groupId)
  return [
    ...member.departments.keys(),
    ...(group ? [group.id, group.departmentId] : []),
    ...pathOf(org, member.accountId),
  ]
}

/** Whether what is held through the membership counts: active, in an account that nobody closed. */
export function counts(org: Organisation, member: Membership): boolean {
  if (member.status !== 'active') return false
  return pathOf(org, member.accountId).every((id) => org.accounts.get(id)?.isActive)
}

export function membershipsOf(org: Organisation, userId: string): Membership[] {
  return [...org.memberships.values()].filter((one) => one.userId === userId)
}

export function permissionsOf(org: Organisation, roleId: string): ReadonlySet<Permission> {
  return org.roles.get(roleId)?.permissions ?? new Set()
}

/** A role that counts, and the account that its place belongs to. */
export interface Right {
  permissions: ReadonlySet<Permission>
  roleKey: string
  kind: ScopeKind
  at: string
  accountId: string
}

/** What somebody may, as it stands now. */
export function rightsOf(org: Organisation, userId: string): Right[] {
  return membershipsOf(org, userId)
    .filter((member) => counts(org, member))
    .flatMap((member) => [...member.held.values()])
    .map(({ roleId, kind, at }) => {
      const accountId = accountIn(org, placeOf(org, kind, at) ?? [])
      const role = org.roles.get(roleId)
      const permissions = permissionsOf(org, roleId)
      return { permissions, roleKey: role?.key ?? '', kind, at, accountId }
    })
}

export function can(
  rights: readonly Right[],
  permission: Permission,
  path: readonly string[],
): boolean {
  return rights.some(({ permissions, at }) => permissions.has(permission) && path.includes(at))
}

/** Whether all of the permissions are held there; which chats come to a tester is no power. */
export function canAll(
  rights: readonly Right[],
  permissions: Iterable<Permission>,
  path: readonly string[],
): boolean {
  return [...permissions].every((one) => one === 'chats.test' || can(rights, one, path))
}

/** Whether the account is one that they work in, if only in a part of it. */
export function knows(org: Organisation, rights: readonly Right[], accountId: string): boolean {
  const path = pathOf(org, accountId)
  return rights.some((right) => path.includes(right.at) || right.accountId === accountId)
}

/** Active members who hold the administrator's role at the root, through an account that is open. */
export function administrators(org: Organisation): Membership[] {
  return [...org.memberships.values()].filter(
    (member) => counts(org, member) && holdsTheTop(org, member),
  )
}

/** Whether they hold the administrator's role at the root, whether it counts or not. */
export function holdsTheTop(org: Organisation, { held }: Membership): boolean {
  return [...held.values()].some(
    ({ roleId, at }) => at === org.id && org.roles.get(roleId)?.key === 'administrator',
  )
}

/** The record's fields as they should be: those that the steps set. */
export function fieldsOf(world: World, org: Organisation, member: Membership) {
  const user = world.users.get(member.userId)
  const duty = org.duties.get(member.userId)
  const queues = [...(duty?.queues ?? [])].filter(([id]) => {
    const queue = org.queues.get(id)
    return queue !== undefined && isSameBranch(org, member.accountId, queue.accountId)
  })
  return {
    firstName: user?.firstName ?? '',
    lastName: user?.lastName ?? '',
    gender: user?.gender ?? '',
    displayName: member.displayName,
    description: member.description,
    supervisorGroupId: member.groupId,
    ...(duty && {
      ...{ 'limit.live': duty.live, 'limit.deferred': duty.deferred },
      ...{ 'limit.units': duty.units, shiftId: null },
    }),
    ...Object.fromEntries(queues.map(([id, service]) => [`queue:${id}`, service])),
    ...Object.fromEntries(
      [...member.departments].map(([id, position]) => [`department:${id}`, { position }]),
    ),
    ...Object.fromEntries([...member.held.keys()].map((key) => [key, true as const])),
  }
}
