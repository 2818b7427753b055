// What follows when a membership changes its status or ends: sessions, chats, and who is told.
import { scope } from '#contract/scopes.ts'
import type { Tx } from '../../platform/context.ts'
import { found } from '../../platform/refuse.ts'
import * as routing from '../routing/queries.ts'
import * as lifecycle from './lifecycle-queries.ts'
import type { State } from './lifecycle-rules.ts'
import * as people from './queries.ts'
import { lockPerson } from './target-queries.ts'
import { tellPerson } from './tell.ts'

/** What routing must match after the commit. */
export type Moved = readonly routing.Outcome[]

/** The person, for this transaction alone. Refuses with `not_found`. */
export async function lockTarget(tx: Tx, id: string): Promise<lifecycle.Target> {
  const standing = found(await people.findStanding(tx.db, tx.organisationId, id))
  // The user first: what is done to two memberships of one user is done one after the other.
  await lockPerson(tx.db, standing.userId, id)
  const [target] = await lifecycle.listTargets(tx.db, tx.organisationId, [id])
  return found(target)
}

/** Gives the membership the state, with everything that follows from it. */
export async function moveTo(tx: Tx, target: lifecycle.Target, state: State): Promise<Moved> {
  const { membershipId, userId, accountId, status } = target
  await lifecycle.setState(tx.db, tx.organisationId, membershipId, state)
  const isMoved = (status === 'active') !== (state.status === 'active')
  if (isMoved) await endSessions(tx, target, state.status === 'active' ? status : state.status)
  const moved = isMoved ? await followMemberships(tx, userId) : []
  tx.note({
    subject: 'membership',
    subjectId: membershipId,
    before: { accountId, status },
    after: { accountId, status: state.status },
  })
  await tellPerson(tx, userId)
  return moved
}

/** Ends the membership for good; the user goes on wherever else they belong. */
export async function endMembership(tx: Tx, target: lifecycle.Target): Promise<Moved> {
  const { membershipId, userId, accountId, status, roles } = target
  const seen = await lifecycle.findScopes(tx.db, tx.organisationId, membershipId)
  await lifecycle.deleteMembership(tx.db, tx.organisationId, target)
  await endSessions(tx, target, 'removed')
  const moved = await followMemberships(tx, userId, accountId)
  tx.untell('person', membershipId, seen)
  tx.untell('record', membershipId, [scope.record(membershipId)])
  tx.note({
    subject: 'membership',
    subjectId: membershipId,
    before: { accountId, status, roles: roles.map(({ roleName }) => roleName) },
  })
  await tellPerson(tx, userId)
  return moved
}

// Whoever has another active membership in the organisation goes on there, with the rights that
// are left. A session that began while the last one ended does not outlive it either: so they end
// once more when a membership comes back.
async function endSessions(
  tx: Tx,
  { membershipId, userId }: lifecycle.Target,
  because: string,
): Promise<void> {
  const { db, organisationId } = tx
  tx.signal('grants_changed', userId)
  const memberships = await lifecycle.listMemberships(db, organisationId, [userId])
  if (memberships.some(({ id, status }) => id !== membershipId && status === 'active')) return
  const now = tx.now().toISOString()
  for (const id of await lifecycle.endSessions(db, organisationId, userId, now, because))
    tx.signal('session_changed', id)
}

// Last of what changes rows, because routing's functions take the log's lock.
async function followMemberships(tx: Tx, userId: string, goneFrom?: string): Promise<Moved> {
  const { db, organisationId, actorId } = tx
  const memberships = await lifecycle.listMemberships(db, organisationId, [userId])
  const answering = memberships.filter(({ answers }) => answers)
  if (goneFrom !== undefined && answering.length === 0)
    return [await routing.removeOperator(db, { organisationId, userId, actorId })]
  const serves = answering.some(({ status }) => status === 'active')
  const moved = { organisationId, userId, serves, actorId, goneFrom }
  return [await lifecycle.followMemberships(db, moved)]
}

/**
 * After roles have changed: an operator of whose active memberships none answers chats any more is
 * set aside like one who was blocked, and is back with the first that does. Last, like the above.
 */
export async function followRoles(tx: Tx, userId: string): Promise<Moved> {
  const { db, organisationId } = tx
  const memberships = await lifecycle.listMemberships(db, organisationId, [userId])
  const serves = memberships.some(({ status, answers }) => status === 'active' && answers)
  const isSuspended = await lifecycle.isSuspended(db, organisationId, userId)
  return serves === isSuspended ? followMemberships(tx, userId) : []
}
