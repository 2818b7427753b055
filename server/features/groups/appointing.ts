// A group's supervisor holds the supervisor's role at the group for as long as they supervise it.
import { fieldKey } from '#contract/fields.ts'
import type { Group } from '#contract/groups.ts'
import { mayGive, permissionsOf } from '#contract/permissions.ts'
import type { Actor, Tx } from '../../platform/context.ts'
import { markFields } from '../../platform/marks.ts'
import { Refusal } from '../../platform/refuse.ts'
import * as groups from './queries.ts'
import { tellingMembers } from './telling.ts'

const field = 'supervisorUserId'

/**
 * The membership with which somebody may supervise a group of the account. Refuses with `forbidden`
 * (it would give more than the actor has), `not_found` (nobody who works in the account or above it)
 * or `invalid` (none of their roles supervises anybody).
 */
export async function soundSupervisor(
  { db, organisationId }: Tx,
  actor: Actor,
  accountId: string,
  userId: string,
): Promise<string> {
  const path = actor.paths.get(accountId) ?? []
  if (!mayGive(actor.grants, permissionsOf.supervisor, path))
    throw new Refusal('forbidden', { field })
  const membershipId = await groups.findMembershipOn(db, organisationId, userId, path)
  if (membershipId === undefined) throw new Refusal('not_found', { field })
  if (!(await groups.maySupervise(db, organisationId, userId)))
    throw new Refusal('invalid', { field })
  return membershipId
}

/** Gives the group's supervisor their role there, through the membership. */
export async function appointSupervisor(tx: Tx, group: Group, membershipId: string): Promise<void> {
  const { db, organisationId, actorId } = tx
  const { id: groupId, supervisorUserId: userId } = group
  const roleId = await groups.findSupervisorRole(db, organisationId)
  await tellingMembers(tx, [membershipId], async () => {
    const appointment = { userId, membershipId, roleId, groupId, grantedBy: actorId }
    await groups.appoint(db, organisationId, appointment)
    await markFields(tx, membershipId, [fieldKey.grant(roleId, { kind: 'group', id: groupId })])
  })
  tx.signal('grants_changed', userId)
}

/** Takes the role at the group from whoever supervised it. */
export async function dismissSupervisor(tx: Tx, group: Group): Promise<void> {
  const { db, organisationId } = tx
  const { id: groupId, supervisorUserId: userId } = group
  const roleId = await groups.findSupervisorRole(db, organisationId)
  const held = await groups.listMembershipsHolding(db, organisationId, { userId, roleId, groupId })
  await tellingMembers(tx, held, async () => {
    await groups.dismiss(db, organisationId, { userId, roleId, groupId })
    for (const membershipId of held)
      await markFields(tx, membershipId, [fieldKey.grant(roleId, { kind: 'group', id: groupId })])
  })
  tx.signal('grants_changed', userId)
}
