// Why something should be refused: every reason there is, as codes; none means that it is done. The
// product answers one of them. What must not be known of has one reason alone.
import type { Fields } from '#contract/fields.ts'
import type { Act } from '#contract/people.ts'
import type { Permission, ScopeKind } from '#contract/permissions.ts'
import {
  accountIn,
  administrators,
  can,
  canAll,
  fieldsOf,
  isSameBranch,
  knows,
  type Membership,
  membershipsOf,
  type Organisation,
  pathOf,
  permissionsOf,
  placeOf,
  type Right,
  rightsOf,
  standing,
  type World,
} from './model.ts'

export type Reasons = Set<string>

/** All the reasons that there are. */
export function all(...reasons: Iterable<string>[]): Reasons {
  return new Set(reasons.flatMap((one) => [...one]))
}

/** Who asks, with what they may at the moment of asking. */
export interface Asker {
  org: Organisation
  userId: string
  rights: readonly Right[]
  cookie: string | undefined
  /** Whether they are signed in and have somewhere to work. */
  isIn: boolean
}

export function askerOf(org: Organisation, userId: string): Asker {
  const session = org.sessions.get(userId)
  const works = membershipsOf(org, userId).some((one) => isWorking(org, one))
  const isIn = session !== undefined && !session.isEnded && works
  return { org, userId, rights: rightsOf(org, userId), cookie: session?.cookie, isIn }
}

function isWorking(org: Organisation, { status, accountId }: Membership): boolean {
  return status === 'active' && pathOf(org, accountId).every((id) => org.accounts.get(id)?.isActive)
}

/** Why the door itself stays shut. */
export function atTheDoor({ isIn, rights }: Asker, needs?: Permission): Reasons {
  if (!isIn) return new Set(['unauthenticated'])
  const holds = needs === undefined || rights.some(({ permissions }) => permissions.has(needs))
  return new Set(holds ? [] : ['forbidden'])
}

/** Why something at an account is not theirs to do. */
export function atAccount(asker: Asker, permission: Permission, accountId: string): Reasons {
  const { org, rights } = asker
  if (can(rights, permission, pathOf(org, accountId))) return new Set()
  return new Set([knows(org, rights, accountId) ? 'forbidden' : 'not_found'])
}

export function sees({ org, rights }: Asker, member: Membership): boolean {
  return can(rights, 'users.view', standing(org, member))
}

/** The membership, if the asker's organisation has it. */
export function whom({ org }: Asker, id: string): Membership | undefined {
  return org.memberships.get(id)
}

const OVER_NOBODY: ReadonlySet<Permission> = new Set(['chats.answer', 'chats.test'])

/** Whether nothing that the person holds gives more power than the asker has. */
function outranks({ org, rights }: Asker, member: Membership): boolean {
  return [...member.held.values()].every(({ roleId, kind, at }) => {
    const power = [...permissionsOf(org, roleId)].filter((one) => !OVER_NOBODY.has(one))
    return canAll(rights, power, placeOf(org, kind, at) ?? [])
  })
}

/** Whether the asker manages people at the place and has all that the role gives there. */
function mayHandle(
  { org, rights }: Asker,
  roleId: string,
  path: readonly string[] | undefined,
): boolean {
  if (path === undefined || !can(rights, 'users.manage', path)) return false
  return canAll(rights, permissionsOf(org, roleId), path)
}

const OF_USER = new Set(['firstName', 'lastName', 'gender'])
const OF_PROFILE = new Set([...OF_USER, 'displayName', 'description'])

/** Why the asker may not set these fields of the person. */
export function againstChange(
  world: World,
  asker: Asker,
  id: string,
  set: Fields,
): { reasons: Reasons; changed: Fields } {
  const member = whom(asker, id)
  if (member === undefined) return { reasons: new Set(['not_found']), changed: {} }
  const isOwn = member.userId === asker.userId
  if (!isOwn && !sees(asker, member)) return { reasons: new Set(['not_found']), changed: {} }
  const standingFields: Fields = fieldsOf(world, asker.org, member)
  const isOther = ([key, value]: [string, unknown]) =>
    JSON.stringify(standingFields[key] ?? null) !== JSON.stringify(value)
  const changed = Object.fromEntries(Object.entries(set).filter(isOther))
  const locked = Object.keys(set).flatMap((key) =>
    isOwn ? lockedOfOwn(asker, member, key) : lockedOfOther(world, asker, member, key),
  )
  const taken = new Set(Object.keys(changed).filter((key) => changed[key] === null))
  const kept = membershipsOf(asker.org, member.userId).flatMap((one) =>
    [...one.held].filter(([key]) => !taken.has(key)).map(([, { roleId }]) => roleId),
  )
  const reasons = new Set([
    ...(member.status === 'archived' ? ['wrong_status'] : []),
    ...locked,
    ...againstGiving(asker, member.accountId, changed),
    ...againstIdle(asker.org, changed, kept),
    ...againstLeaving(asker.org, member, taken),
  ])
  return { reasons, changed }
}

function lockedOfOwn(asker: Asker, member: Membership, key: string): string[] {
  if (isOfRights(key)) return ['own_rights']
  if (OF_PROFILE.has(key)) return []
  return can(asker.rights, 'users.manage', standing(asker.org, member)) ? [] : ['forbidden']
}

function isOfRights(key: string): boolean {
  return key.startsWith('grant:') || key.startsWith('limit.')
}

function lockedOfOther(world: World, asker: Asker, member: Membership, key: string): string[] {
  const { org, rights } = asker
  const needed = key.startsWith('limit.') ? 'limits.manage' : 'users.manage'
  const held = member.held.get(key)
  const isForbidden =
    !can(rights, needed, standing(org, member)) ||
    (OF_USER.has(key) && worksElsewhere(world, org, member.userId)) ||
    (held !== undefined && !mayHandle(asker, held.roleId, placeOf(org, held.kind, held.at)))
  const all = OF_USER.has(key) ? membershipsOf(org, member.userId) : [member]
  const isStronger = !all.every((one) => outranks(asker, one))
  return [...(isForbidden ? ['forbidden'] : []), ...(isStronger ? ['stronger_person'] : [])]
}

/** Whether the user is another organisation's too: then what is their own is theirs alone. */
export function worksElsewhere(world: World, org: Organisation, userId: string): boolean {
  return [...world.organisations.values()].some(
    (other) => other.id !== org.id && membershipsOf(other, userId).length > 0,
  )
}

/** What a field points at: its path in the organisation; undefined for what is not there. */
function pointed(org: Organisation, key: string, value: unknown): string[] | undefined | null {
  const [, roleId, kind, at] = /^grant:([^@]+)@(\w+):(.+)$/.exec(key) ?? []
  if (roleId !== undefined && at !== undefined)
    return org.roles.has(roleId) ? placeOf(org, kind as ScopeKind, at) : undefined
  if (key === 'supervisorGroupId') return placeOf(org, 'group', String(value))
  const [family, id = ''] = key.split(':')
  if (family === 'department') return placeOf(org, 'department', id)
  if (family !== 'queue') return null
  const queue = org.queues.get(id)
  return queue && [id, ...pathOf(org, queue.accountId)]
}

/** Why what the fields point at cannot be given to somebody of the account. */
export function againstGiving(asker: Asker, accountId: string, set: Fields): string[] {
  return Object.entries(set).flatMap(([key, value]) => {
    const path = value === null ? null : pointed(asker.org, key, value)
    if (path === null) return []
    const isThere = path !== undefined && isInReach(asker, accountId, path)
    if (!isThere) return ['not_found']
    return mayPut(asker, key, path) ? [] : ['forbidden']
  })
}

function isInReach({ org, rights }: Asker, accountId: string, path: readonly string[]): boolean {
  const at = accountIn(org, path)
  return knows(org, rights, at) && isSameBranch(org, accountId, at)
}

function mayPut(asker: Asker, key: string, path: readonly string[]): boolean {
  if (key.startsWith('queue:')) return true
  const [, roleId] = /^grant:([^@]+)@/.exec(key) ?? []
  if (roleId !== undefined) return mayHandle(asker, roleId, path)
  return can(asker.rights, 'users.manage', path)
}

function rolesIn(set: Fields): string[] {
  return Object.entries(set).flatMap(([key, value]) => {
    const [, roleId] = /^grant:([^@]+)@/.exec(key) ?? []
    return value === null || roleId === undefined ? [] : [roleId]
  })
}

/** Queues and limits are for those whose roles answer chats. */
function againstIdle(org: Organisation, set: Fields, kept: readonly string[]): string[] {
  const roles = [...kept, ...rolesIn(set)]
  if (roles.some((id) => permissionsOf(org, id).has('chats.answer'))) return []
  const isMeant = Object.entries(set).some(
    ([key, value]) => value !== null && (key.startsWith('queue:') || key.startsWith('limit.')),
  )
  return isMeant ? ['invalid'] : []
}

function againstLeaving(
  org: Organisation,
  member: Membership,
  taken: ReadonlySet<string>,
): string[] {
  const left = administrators(org).filter(
    (one) =>
      one !== member ||
      [...one.held].some(([key, { roleId, at }]) => {
        const isTop = at === org.id && org.roles.get(roleId)?.key === 'administrator'
        return isTop && !taken.has(key)
      }),
  )
  const isAnyTaken = [...taken].some((key) => {
    const held = member.held.get(key)
    return held?.at === org.id && org.roles.get(held.roleId)?.key === 'administrator'
  })
  return isAnyTaken && left.length === 0 ? ['last_administrator'] : []
}

/** Why the asker may not make somebody like this in the account. */
export function againstMaking(asker: Asker, accountId: string, set: Fields): Reasons {
  const { org, rights } = asker
  if (!org.accounts.has(accountId) || !knows(org, rights, accountId)) return new Set(['not_found'])
  const teams = Object.entries(set).flatMap(([key, value]) => {
    const isTeam = key.startsWith('department:') || key === 'supervisorGroupId'
    return isTeam && value !== null ? (pointed(org, key, value) ?? []) : []
  })
  const path = [...teams.filter((id) => !org.accounts.has(id)), ...pathOf(org, accountId)]
  const forbidden = Object.keys(set).some(
    (key) => !can(rights, key.startsWith('limit.') ? 'limits.manage' : 'users.manage', path),
  )
  const isOpen = pathOf(org, accountId).every((id) => org.accounts.get(id)?.isActive)
  return new Set([
    ...(forbidden ? ['forbidden'] : []),
    ...againstGiving(asker, accountId, set),
    ...againstIdle(org, set, []),
    ...(rolesIn(set).length === 0 || !isOpen ? ['invalid'] : []),
  ])
}

const FROM: Record<Act, readonly string[]> = {
  block: ['active', 'blocked'],
  unblock: ['blocked', 'active'],
  archive: ['active', 'blocked', 'archived'],
  restore: ['archived', 'active', 'blocked'],
  remove: ['active', 'blocked', 'archived'],
}

/** Why the asker may not do that to the person. */
export function againstAct(asker: Asker, act: Act, id: string, fromAccount?: string): Reasons {
  const { org, rights, userId } = asker
  const member = whom(asker, id)
  if (member === undefined || !sees(asker, member)) return new Set(['not_found'])
  const isStranger = act === 'remove' && (fromAccount ?? member.accountId) !== member.accountId
  const against = {
    forbidden: !can(rights, 'users.manage', standing(org, member)),
    own_rights: member.userId === userId,
    stronger_person: !outranks(asker, member),
    inherited: isStranger,
    wrong_status: !FROM[act].includes(member.status),
    last_administrator: isEnding(act) && isLast(org, member),
  }
  return new Set(Object.entries(against).flatMap(([code, is]) => (is ? [code] : [])))
}

function isEnding(act: Act): boolean {
  return act === 'block' || act === 'archive' || act === 'remove'
}

function isLast(org: Organisation, member: Membership): boolean {
  const all = administrators(org)
  return all.length === 1 && all.includes(member)
}

/** Why the asker may not invite into the account: only who manages somebody of it does. */
export function againstInviting(asker: Asker, accountId: string, set: Fields): Reasons {
  const isOfTeam = asker.rights.some(
    ({ kind, accountId: at, permissions }) =>
      at === accountId &&
      (kind === 'department' || kind === 'group') &&
      permissions.has('users.manage'),
  )
  const managing = isOfTeam ? [] : atAccount(asker, 'users.manage', accountId)
  return new Set([...managing, ...againstMaking(asker, accountId, set)])
}
