// A world to begin with: organisations, each with a tree, what stands in it, and people who hold
// whatever they hold, wherever.
import { permissionsOf as given, PERMISSIONS, type Permission } from '#contract/permissions.ts'
import type { Db } from '../platform/database.ts'
import type { Dice } from './dice.ts'
import { appoint, give, keepOperator } from './effects.ts'
import {
  accountIn,
  isSameBranch,
  type Membership,
  type Organisation,
  pathOf,
  placeOf,
  type Role,
  type World,
} from './model.ts'
import * as rows from './queries.ts'

const FIRST = ['Ada', 'Bram', 'Cleo', 'Dewi', 'Emil', 'Fenna', 'Gijs', 'Hana']
const LAST = ['Oak', 'Verbeek', 'Lind', 'Castell', 'Moreau', 'Brandt', 'Sorensen']

export async function plantWorld(db: Db, roll: Dice): Promise<World> {
  const world: World = { organisations: new Map(), users: new Map() }
  for (let n = 0; n < 3; n++) {
    const org = await plantOrganisation(db, roll)
    world.organisations.set(org.id, org)
    await people(db, world, org, roll, n === 0 ? 30 : 12)
  }
  await rows.analyse(db)
  return world
}

async function plantOrganisation(db: Db, roll: Dice): Promise<Organisation> {
  const id = roll.uuid()
  const { usual, roles } = await rows.insertOrganisation(db, id)
  const root = { id, parentId: null, kind: 'organisation', isActive: true } as const
  const org: Organisation = {
    ...{ id, usual, accounts: new Map([[id, root]]), groups: new Map(), memberships: new Map() },
    ...{ departments: new Map(), sites: new Map(), queues: new Map(), sessions: new Map() },
    ...{ duties: new Map(), roles: new Map(roles.map((role) => [role.id, builtIn(role)])) },
  }
  for (let n = 0; n < 11; n++) plantAccount(org, roll)
  for (const things of [org.departments, org.departments, org.sites, org.queues])
    for (let n = 0; n < 4; n++) {
      const thing = { id: roll.uuid(), accountId: roll.one([...org.accounts.keys()]) }
      things.set(thing.id, thing)
    }
  const full = given.administrator
  for (const permissions of [
    full,
    ['users.view', 'accounts.manage', 'roles.manage', 'users.manage', 'limits.manage'] as const,
    ['users.view', 'accounts.manage'] as const,
    roll.some(PERMISSIONS, 5),
  ])
    plantRole(org, roll, permissions)
  await rows.insertPlaces(db, org)
  return org
}

function builtIn({ id, key }: { id: string; key: string }): Role {
  const [, permissions = []] = Object.entries(given).find(([name]) => name === key) ?? []
  return { id, key, permissions: new Set(permissions), isBuiltIn: true }
}

function plantAccount(org: Organisation, roll: Dice): void {
  const above = [...org.accounts.values()].filter(
    (one) => one.kind !== 'location' && pathOf(org, one.id).length < 5,
  )
  const parentId = roll.one(above).id
  const kind = roll.in100(20) ? 'location' : 'group'
  const id = roll.uuid()
  org.accounts.set(id, { id, parentId, kind, isActive: true })
}

function plantRole(org: Organisation, roll: Dice, permissions: readonly Permission[]): void {
  const id = roll.uuid()
  const key = `own_${id.slice(0, 8)}`
  org.roles.set(id, { id, key, permissions: new Set(permissions), isBuiltIn: false })
}

async function people(
  db: Db,
  world: World,
  org: Organisation,
  roll: Dice,
  count: number,
): Promise<void> {
  const known = [...world.users.keys()]
  // Two who administer all of it, one of them from anywhere; and two who may as much by a role of ours.
  const [deputy = ''] = [...org.roles.values()].flatMap((one) => (one.isBuiltIn ? [] : [one.id]))
  const inCharge = [roleOf(org, 'administrator'), deputy, deputy, roleOf(org, 'administrator')]
  for (let n = 0; n < count; n++) {
    const isGuest = known.length > 0 && roll.in100(30)
    const userId = isGuest ? roll.one(known) : await newcomer(db, world, roll)
    const role = inCharge[n]
    const accountId = n === 0 ? org.id : roll.one([...org.accounts.keys()])
    await join(db, org, roll, { userId, accountId, role })
    const also = roll.one([...org.accounts.keys()])
    if (roll.in100(35)) await join(db, org, roll, { userId, accountId: also, role: undefined })
  }
  for (const departmentId of roll.some([...org.departments.keys()], 4))
    await plantGroup(db, org, roll, departmentId)
  for (const { userId } of org.memberships.values()) await enrol(db, org, userId)
}

async function newcomer(db: Db, world: World, roll: Dice): Promise<string> {
  const id = roll.uuid()
  const email = `${id.slice(0, 12)}@example.org`
  const names = { firstName: roll.one(FIRST), lastName: roll.one(LAST) }
  const user = { id, email, ...names, gender: 'not_stated' }
  await rows.insertUser(db, user)
  world.users.set(id, user)
  return id
}

interface Newcomer {
  userId: string
  accountId: string
  role: string | undefined
}

async function join(db: Db, org: Organisation, roll: Dice, it: Newcomer): Promise<void> {
  const isThere = [...org.memberships.values()].some(
    (one) => one.userId === it.userId && one.accountId === it.accountId,
  )
  if (isThere) return
  const member = newMembership(roll.uuid(), it)
  if (it.role) give(member, keyAt(it.role, ['account', org.id]), true)
  else for (let n = 1 + roll.below(3); n > 0; n--) give(member, anyGrant(org, member, roll), true)
  const near = [...org.departments.values()].filter((one) =>
    isSameBranch(org, one.accountId, it.accountId),
  )
  for (const { id } of roll.some(near, roll.below(3))) member.departments.set(id, null)
  org.memberships.set(member.id, member)
  await rows.insertMembership(db, org.id, member)
}

export function newMembership(
  id: string,
  { userId, accountId }: Pick<Newcomer, 'userId' | 'accountId'>,
): Membership {
  return {
    ...{ id, userId, accountId, status: 'active', wasBlocked: false, held: new Map() },
    ...{ departments: new Map(), groupId: null, displayName: null, description: null },
  }
}

type Place = readonly [kind: 'account' | 'department' | 'group' | 'site', id: string]

export function keyAt(roleId: string, [kind, id]: Place): string {
  return `grant:${roleId}@${kind}:${id}`
}

/** Everything in the organisation that a role can be held at. */
export function placesOf(org: Organisation): Place[] {
  return [
    ...[...org.accounts.keys()].map((id) => ['account', id] as const),
    ...[...org.departments.keys()].map((id) => ['department', id] as const),
    ...[...org.groups.keys()].map((id) => ['group', id] as const),
    ...[...org.sites.keys()].map((id) => ['site', id] as const),
  ]
}

/** A role and a place of the member's branch. */
function anyGrant(org: Organisation, { accountId }: Membership, roll: Dice): string {
  const near = placesOf(org).filter(([kind, id]) =>
    isSameBranch(org, accountIn(org, placeOf(org, kind, id) ?? []), accountId),
  )
  const own = ['account', accountId] as const
  const roles = [...org.roles.keys()]
  return keyAt(roll.one(roles), roll.in100(40) ? own : (roll.any(near) ?? own))
}

function roleOf(org: Organisation, key: string): string {
  return [...org.roles.values()].find((role) => role.key === key)?.id ?? ''
}

async function plantGroup(
  db: Db,
  org: Organisation,
  roll: Dice,
  departmentId: string,
): Promise<void> {
  const path = placeOf(org, 'department', departmentId) ?? []
  const near = [...org.memberships.values()].filter(({ accountId }) => path.includes(accountId))
  const supervisor = roll.any(near)
  if (supervisor === undefined) return
  const group = { id: roll.uuid(), departmentId, supervisorId: supervisor.userId }
  org.groups.set(group.id, group)
  await rows.insertGroup(db, org.id, group)
  const before = new Set(supervisor.held.keys())
  appoint(org, group, supervisor)
  for (const [key, held] of supervisor.held)
    if (!before.has(key)) await rows.insertGrant(db, org.id, supervisor, held)
}

async function enrol(db: Db, org: Organisation, userId: string): Promise<void> {
  if (org.sessions.has(userId)) return
  org.sessions.set(userId, { cookie: await rows.openSession(db, org.id, userId), isEnded: false })
  keepOperator(org, userId)
  const duty = org.duties.get(userId)
  if (duty) await rows.registerOperator(db, org.id, userId, duty)
}
