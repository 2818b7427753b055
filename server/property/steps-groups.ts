// Steps that make, hand over and delete supervisors' groups: their supervisors hold a role there.
import { groups } from '#contract/groups.ts'
import { appoint, dismiss } from './effects.ts'
import {
  canAll,
  counts,
  type Group,
  type Membership,
  membershipsOf,
  type Organisation,
  pathOf,
  permissionsOf,
} from './model.ts'
import { anywhere, ask, judge, NOTHING, type Play, type Step, watchRights } from './play.ts'
import { readVersions } from './queries.ts'
import { type Asker, all, atAccount, atTheDoor, type Reasons } from './reasons.ts'

/** Why the asker may not make the user the supervisor of a group of the department. */
function againstAppointing(asker: Asker, departmentId: string, userId: string): string[] {
  const { org, rights } = asker
  const accountId = org.departments.get(departmentId)?.accountId
  if (accountId === undefined) return ['not_found']
  const supervisor = [...org.roles.values()].find(({ key }) => key === 'supervisor')
  const isWithin = canAll(rights, supervisor?.permissions ?? [], pathOf(org, accountId))
  const member = nearest(org, accountId, userId)
  const supervises = membershipsOf(org, userId)
    .filter((one) => counts(org, one))
    .flatMap(({ held }) => [...held.values()])
    .some(({ roleId }) =>
      (['wall.view', 'operators.manage'] as const).some((one) =>
        permissionsOf(org, roleId).has(one),
      ),
    )
  return [
    ...atAccount(asker, 'users.manage', accountId),
    ...(isWithin ? [] : ['forbidden']),
    ...(member ? [] : ['not_found']),
    ...(supervises ? [] : ['invalid']),
  ]
}

/** The membership that counts in the account, or the nearest above. */
function nearest(org: Organisation, accountId: string, userId: string): Membership | undefined {
  const own = membershipsOf(org, userId).filter((one) => counts(org, one))
  return pathOf(org, accountId)
    .flatMap((id) => own.filter((one) => one.accountId === id))
    .at(0)
}

const MOST_GROUPS = 7

export const createGroup: Step = async (play) => {
  const { asker, roll } = play
  const { org } = asker
  if (org.groups.size > MOST_GROUPS) return NOTHING
  const departmentId = roll.one([...anywhere(play).departments.keys()])
  const supervisorUserId = roll.one([...anywhere(play).memberships.values()]).userId
  const answer = await ask(play, groups.create, {
    body: { departmentId, name: `Group ${roll.uuid()}`, supervisorUserId },
  })
  const door = atTheDoor(asker, 'users.manage')
  const inside = all(againstAppointing(asker, departmentId, supervisorUserId))
  if (!judge(play, answer, door.size > 0 ? door : inside)) return NOTHING
  const group = { id: answer.body.id, departmentId, supervisorId: supervisorUserId }
  takeOver(play, group)
  return [org]
}

function takeOver(play: Play, group: Group): void {
  const { org } = play.asker
  const { accountId = '' } = org.departments.get(group.departmentId) ?? {}
  const hold = watchRights(play, [group.supervisorId])
  org.groups.set(group.id, group)
  const member = nearest(org, accountId, group.supervisorId)
  if (member) appoint(org, group, member)
  hold()
}

export const changeGroup: Step = async (play) => {
  const { asker, db, roll } = play
  const { org } = asker
  const id = roll.any([...anywhere(play).groups.keys()])
  if (id === undefined) return NOTHING
  const group = org.groups.get(id)
  const supervisorUserId = roll.one([...org.memberships.values()]).userId
  const base = await readVersions(db, id)
  const answer = await ask(play, groups.change, {
    params: { id },
    body: { set: { supervisorUserId }, base },
  })
  const door = atTheDoor(asker, 'users.manage')
  const isSame = group?.supervisorId === supervisorUserId
  const inside = all(
    group ? againstManaging(asker, group) : ['not_found'],
    group && !isSame ? againstAppointing(asker, group.departmentId, supervisorUserId) : [],
  )
  if (!judge(play, answer, door.size > 0 ? door : inside) || !group) return NOTHING
  if (isSame) return [org]
  dismiss(org, group)
  takeOver(play, { ...group, supervisorId: supervisorUserId })
  return [org]
}

function againstManaging(asker: Asker, { departmentId }: Group): Reasons {
  const accountId = asker.org.departments.get(departmentId)?.accountId ?? ''
  return atAccount(asker, 'users.manage', accountId)
}

export const removeGroup: Step = async (play) => {
  const { asker, roll } = play
  const { org } = asker
  const id = roll.any([...anywhere(play).groups.keys()])
  if (id === undefined) return NOTHING
  const group = org.groups.get(id)
  const isEmptied = roll.in100(50)
  const answer = await ask(play, groups.remove, {
    params: { id },
    body: isEmptied ? { membersTo: null } : {},
  })
  const door = atTheDoor(asker, 'users.manage')
  const inside = group ? againstRemoving(asker, group, isEmptied) : all(['not_found'])
  if (!judge(play, answer, door.size > 0 ? door : inside) || !group) return NOTHING
  dismiss(org, group)
  for (const member of membersOf(org, group)) member.groupId = null
  org.groups.delete(id)
  return [org]
}

function membersOf(org: Organisation, { id }: Group): Membership[] {
  return [...org.memberships.values()].filter(({ groupId }) => groupId === id)
}

function againstRemoving(asker: Asker, group: Group, isEmptied: boolean): Reasons {
  const { org } = asker
  const isFull = !isEmptied && membersOf(org, group).length > 0
  const isInUse = isFull || isHeldAt(org, group)
  return all(againstManaging(asker, group), isInUse ? ['in_use'] : [])
}

/** Whether a role is held at the group that is not its supervisor's own. */
function isHeldAt(org: Organisation, { id, supervisorId }: Group): boolean {
  return [...org.memberships.values()].some((member) =>
    [...member.held.values()].some(({ roleId, at }) => {
      const isTheirs = member.userId === supervisorId && org.roles.get(roleId)?.key === 'supervisor'
      return at === id && !isTheirs
    }),
  )
}
