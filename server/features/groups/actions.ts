// Making, changing and deleting supervisors' groups. A group fixes its people's primary department;
// its supervisor holds the supervisor's role there, given and taken with the appointment.
import type { Group, GroupChanges, GroupUse, NewGroup } from '#contract/groups.ts'
import { scope } from '#contract/scopes.ts'
import { mustHold } from '../../platform/allow.ts'
import type { ActorCtx, Tx } from '../../platform/context.ts'
import { refuseLateUse, refuseUse } from '../../platform/in-use.ts'
import { changedFields, markFields, sameKeys } from '../../platform/marks.ts'
import { claimName, soundName } from '../../platform/names.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import { write } from '../../platform/write.ts'
import * as departments from '../departments/queries.ts'
import { appointSupervisor, dismissSupervisor, soundSupervisor } from './appointing.ts'
import * as groups from './queries.ts'
import { tellingMembers } from './telling.ts'

/**
 * Makes a group. Refuses with `not_found` or `forbidden` (the department), `invalid` or `name_taken`
 * (the name), and for the supervisor `not_found`, `invalid` (supervises nobody by their roles) or
 * `forbidden` (it would give more than the actor has).
 */
export async function createGroup(ctx: ActorCtx, wanted: NewGroup): Promise<Group> {
  const { actor, organisationId } = ctx
  const { departmentId, supervisorUserId } = wanted
  const department = found(await departments.find(ctx.db, organisationId, departmentId))
  const { accountId } = department
  mustHold(actor, 'users.manage', accountId)
  return write(ctx, 'group.create', async (tx) => {
    const { db } = tx
    const membershipId = await soundSupervisor(tx, actor, accountId, supervisorUserId)
    const names = () => groups.listNames(db, organisationId, departmentId)
    const name = await claimName(tx, departmentId, wanted.name, names)
    const id = await groups.insert(db, organisationId, { departmentId, name, supervisorUserId })
    const group = found(await groups.find(db, organisationId, id))
    await appointSupervisor(tx, group, membershipId)
    tx.tell('group', group, [scope.setup(accountId)])
    tx.note({ subject: 'group', subjectId: id, after: group })
    return group
  })
}

/** The group. Refuses with `not_found` or `forbidden`. */
async function mustManage({ db, actor, organisationId }: ActorCtx, id: string): Promise<Group> {
  const group = found(await groups.find(db, organisationId, id))
  mustHold(actor, 'users.manage', group.accountId)
  return group
}

/**
 * Sets fields of a group; its people follow it to another department. Refuses as `createGroup`, with
 * `stale` and what stands now, and with `invalid` for a department of another account.
 */
export async function changeGroup(
  ctx: ActorCtx,
  id: string,
  { set, base }: GroupChanges,
): Promise<Group> {
  const { accountId } = await mustManage(ctx, id)
  const sound = set.name === undefined ? set : { ...set, name: soundName(set.name) }
  return write(ctx, 'group.change', async (tx) => {
    const { db, organisationId } = tx
    const before = found(await groups.lock(db, organisationId, id))
    const wanted = await changedFields<typeof sound>(tx, id, before, { set: sound, base })
    const keys = Object.keys(wanted)
    if (keys.length === 0) return before
    await refuseStrangeDepartment(ctx, tx, accountId, wanted.departmentId)
    await refuseTakenName(tx, before, wanted)
    const { supervisorUserId: next } = wanted
    const membershipId = next && (await soundSupervisor(tx, ctx.actor, accountId, next))
    await tellingMembers(tx, await groups.lockMembers(db, organisationId, id), () =>
      groups.update(db, organisationId, id, wanted),
    )
    await markFields(tx, id, keys)
    const group = found(await groups.find(db, organisationId, id))
    if (membershipId !== undefined) {
      await dismissSupervisor(tx, before)
      await appointSupervisor(tx, group, membershipId)
    }
    tx.tell('group', group, [scope.setup(accountId)])
    tx.note({ subject: 'group', subjectId: id, before: sameKeys(before, wanted), after: wanted })
    return group
  })
}

async function refuseStrangeDepartment(
  { actor }: ActorCtx,
  { db, organisationId }: Tx,
  accountId: string,
  departmentId: string | undefined,
): Promise<void> {
  if (departmentId === undefined) return
  const department = found(await departments.lock(db, organisationId, departmentId))
  mustHold(actor, 'users.manage', department.accountId)
  if (department.accountId !== accountId) throw new Refusal('invalid', { field: 'departmentId' })
}

async function refuseTakenName(
  tx: Tx,
  before: Group,
  { name = before.name, departmentId = before.departmentId }: GroupChanges['set'],
): Promise<void> {
  if (name === before.name && departmentId === before.departmentId) return
  await claimName(tx, departmentId, name, async () => {
    const others = await groups.listNames(tx.db, tx.organisationId, departmentId)
    return others.filter((one) => one.id !== before.id)
  })
}

/** Refuses with `not_found` or `forbidden`. */
export async function readGroupUse(ctx: ActorCtx, id: string): Promise<GroupUse> {
  const group = await mustManage(ctx, id)
  const uses = await groups.listUses(ctx.db, ctx.organisationId, group)
  return { people: uses.find(({ what }) => what === 'people')?.count ?? 0, uses }
}

/**
 * Deletes a group; with `membersTo` its people go to another group of the account, or with null to
 * none. Refuses with `not_found`, `forbidden`, `invalid` (the other group) or `in_use` and where.
 */
export async function removeGroup(
  ctx: ActorCtx,
  id: string,
  membersTo: string | null | undefined,
): Promise<Record<string, never>> {
  const { accountId } = await mustManage(ctx, id)
  await write(ctx, 'group.remove', async (tx) => {
    const { db, organisationId } = tx
    const before = found(await groups.lock(db, organisationId, id))
    const members = await groups.lockMembers(db, organisationId, id)
    if (membersTo !== undefined) {
      const to = membersTo === null ? null : await otherGroup(ctx, tx, before, membersTo)
      await tellingMembers(
        tx,
        members,
        () => groups.moveMembers(db, organisationId, id, to),
        'supervisorGroupId',
      )
    }
    refuseUse(await groups.listUses(db, organisationId, before))
    await dismissSupervisor(tx, before)
    await groups.remove(db, organisationId, id)
    tx.untell('group', id, [scope.setup(accountId)])
    tx.note({ subject: 'group', subjectId: id, before: { ...before, members } })
  }).catch(refuseLateUse)
  return {}
}

async function otherGroup(
  { actor }: ActorCtx,
  { db, organisationId }: Tx,
  { id, accountId }: Group,
  otherId: string,
): Promise<Group> {
  const other = found(await groups.lock(db, organisationId, otherId))
  mustHold(actor, 'users.manage', other.accountId)
  if (other.id === id || other.accountId !== accountId)
    throw new Refusal('invalid', { field: 'membersTo' })
  return other
}
