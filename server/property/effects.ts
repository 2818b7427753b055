// What what is done comes to, in the model.
import type { Fields } from '#contract/fields.ts'
import type { Act } from '#contract/people.ts'
import type { ScopeKind } from '#contract/permissions.ts'
import {
  type Duty,
  type Group,
  isSameBranch,
  type Membership,
  membershipsOf,
  type Organisation,
  permissionsOf,
  type World,
} from './model.ts'

/** Sets fields that were found sound. */
export function applyFields(
  world: World,
  org: Organisation,
  member: Membership,
  set: Fields,
): void {
  for (const [key, value] of Object.entries(set)) applyField(world, member, key, value)
  keepOperator(org, member.userId, set)
}

function applyField(
  world: World,
  member: Membership,
  key: string,
  value: Fields[string] | undefined,
): void {
  const [family = '', id = ''] = key.split(':')
  const text = typeof value === 'string' ? value : null
  if (family === 'department') place(member, id, value)
  else if (family === 'grant') give(member, key, value !== null)
  else if (key === 'displayName' || key === 'description') member[key] = text
  else if (key === 'supervisorGroupId') member.groupId = text
  else name(world, member, key, text)
}

function name(world: World, { userId }: Membership, key: string, text: string | null): void {
  const user = world.users.get(userId)
  const isName = key === 'firstName' || key === 'lastName' || key === 'gender'
  if (user && isName) user[key] = text ?? ''
}

function place(member: Membership, id: string, value: Fields[string] | undefined): void {
  if (value !== null && typeof value === 'object' && 'position' in value)
    member.departments.set(id, value.position)
  else member.departments.delete(id)
}

/** Gives the role that the key names, or takes it. */
export function give(member: Membership, key: string, isGiven: boolean): void {
  const [, roleId, kind, at] = /^grant:([^@]+)@(\w+):(.+)$/.exec(key) ?? []
  if (roleId === undefined || at === undefined) throw new Error(`${key} names no role`)
  if (isGiven) member.held.set(key, { roleId, kind: kind as ScopeKind, at })
  else member.held.delete(key)
}

/**
 * Whoever answers chats is an operator; one who also manages people only when chats are meant for
 * them. Whoever answers none any more has neither queues nor limits.
 */
export function keepOperator(org: Organisation, userId: string, set: Fields = {}): void {
  const duty = org.duties.get(userId)
  const isMeant = duty !== undefined || Object.entries(set).some(isMeantForChats)
  const roles = membershipsOf(org, userId).flatMap(({ held }) => [...held.values()])
  const isOperator = roles.some(({ roleId }) => {
    const permissions = permissionsOf(org, roleId)
    return permissions.has('chats.answer') && (isMeant || !permissions.has('users.manage'))
  })
  if (!isOperator) {
    org.duties.delete(userId)
    return
  }
  const now = duty ?? { ...org.usual, units: null, queues: new Map() }
  org.duties.set(userId, now)
  for (const [key, value] of Object.entries(set)) charge(now, key, value)
}

function isMeantForChats([key, value]: [string, unknown]): boolean {
  return value !== null && (key.startsWith('queue:') || key.startsWith('limit.'))
}

function charge(duty: Duty, key: string, value: Fields[string] | undefined): void {
  const [family, id = ''] = key.split(':')
  if (key === 'limit.units') duty.units = typeof value === 'number' ? value : null
  else if (typeof value === 'number') duty[key === 'limit.live' ? 'live' : 'deferred'] = value
  if (family !== 'queue') return
  if (isService(value)) duty.queues.set(id, value)
  else duty.queues.delete(id)
}

function isService(value: unknown): value is { participates: boolean; tier: number } {
  return typeof value === 'object' && value !== null && 'tier' in value && 'participates' in value
}

const CHANGES: Record<Exclude<Act, 'remove' | 'restore'>, string> = {
  block: 'active',
  unblock: 'blocked',
  archive: 'active blocked',
}

/** Does the act, unless it has been done already. */
export function applyAct(org: Organisation, member: Membership, act: Act): void {
  const { status } = member
  if (act === 'remove') {
    end(org, member)
    return
  }
  if (act === 'restore') {
    if (status !== 'archived') return
    member.status = member.wasBlocked ? 'blocked' : 'active'
    member.wasBlocked = false
  } else if (CHANGES[act].includes(status)) {
    if (act === 'archive') member.wasBlocked = status === 'blocked'
    const after = { block: 'blocked', unblock: 'active', archive: 'archived' } as const
    member.status = after[act]
  }
  if ((status === 'active') !== (member.status === 'active')) endSessions(org, member)
}

/** Whoever has no other active membership is signed out: when it ends, and when it comes back. */
function endSessions(org: Organisation, { id, userId }: Membership): void {
  const others = membershipsOf(org, userId).filter((one) => one.id !== id)
  const session = org.sessions.get(userId)
  if (session && !others.some(({ status }) => status === 'active')) session.isEnded = true
}

function end(org: Organisation, member: Membership): void {
  const { id, userId, accountId } = member
  org.memberships.delete(id)
  endSessions(org, member)
  const left = membershipsOf(org, userId)
  const answers = left.some(({ held }) =>
    [...held.values()].some(({ roleId }) => permissionsOf(org, roleId).has('chats.answer')),
  )
  if (!answers) org.duties.delete(userId)
  for (const queueId of [...(org.duties.get(userId)?.queues.keys() ?? [])]) {
    const at = org.queues.get(queueId)?.accountId ?? ''
    const isNear = (one: string) => isSameBranch(org, one, at)
    if (isNear(accountId) && !left.some((one) => isNear(one.accountId)))
      org.duties.get(userId)?.queues.delete(queueId)
  }
}

/** The supervisor's role at a group. */
function keyOfSupervisor(org: Organisation, groupId: string): string {
  const role = [...org.roles.values()].find(({ key }) => key === 'supervisor')
  return `grant:${role?.id}@group:${groupId}`
}

export function appoint(org: Organisation, group: Group, member: Membership): void {
  give(member, keyOfSupervisor(org, group.id), true)
}

export function dismiss(org: Organisation, { id, supervisorId }: Group): void {
  for (const member of membershipsOf(org, supervisorId))
    member.held.delete(keyOfSupervisor(org, id))
}
