// Steps that change an organisation's own roles, and with them what everybody holds who holds one.
import { PERMISSIONS, type Permission } from '#contract/permissions.ts'
import { permissionField, roles } from '#contract/roles.ts'
import { keepOperator } from './effects.ts'
import { can, canAll, type Membership, type Organisation, type Role } from './model.ts'
import { anywhere, ask, judge, NOTHING, type Play, type Step, watchRights } from './play.ts'
import { readVersions } from './queries.ts'
import { type Asker, all, atTheDoor, type Reasons } from './reasons.ts'

function anyRole(play: Play): Role {
  const { roll } = play
  const list = [...anywhere(play).roles.values()]
  const own = list.filter((role) => !role.isBuiltIn)
  return roll.in100(85) ? (roll.any(own) ?? roll.one(list)) : roll.one(list)
}

/** The roles are the organisation's: whoever rules them does so at its root. */
function againstRuling({ org, rights }: Asker, ...lists: Iterable<Permission>[]): string[] {
  const isTheirs = can(rights, 'roles.manage', [org.id])
  return isTheirs && lists.every((one) => canAll(rights, one, [org.id])) ? [] : ['forbidden']
}

const MOST_ROLES = 8

export const createRole: Step = async (play) => {
  const { asker, roll } = play
  const { org } = asker
  if ([...org.roles.values()].filter(({ isBuiltIn }) => !isBuiltIn).length > MOST_ROLES)
    return NOTHING
  const permissions = roll.some(PERMISSIONS, 1 + roll.below(6))
  const answer = await ask(play, roles.create, {
    body: { name: `Role ${roll.uuid()}`, permissions },
  })
  const door = atTheDoor(asker, 'roles.manage')
  const inside = all(againstRuling(asker, permissions))
  if (!judge(play, answer, door.size > 0 ? door : inside)) return NOTHING
  const { id, key } = answer.body
  org.roles.set(id, { id, key, permissions: new Set(permissions), isBuiltIn: false })
  return [org]
}

function holdersOf(org: Organisation, roleId: string): Membership[] {
  return [...org.memberships.values()].filter(({ held }) =>
    [...held.values()].some((one) => one.roleId === roleId),
  )
}

const SEATS: readonly Permission[] = ['chats.answer', 'chats.test', 'users.manage']

export const changeRole: Step = async (play) => {
  const { asker, db, roll } = play
  const { org } = asker
  const { id } = anyRole(play)
  const role = org.roles.get(id)
  const flipped = roll.some(PERMISSIONS, 1 + roll.below(3))
  const before = role?.permissions ?? new Set()
  const after = PERMISSIONS.filter((one) => before.has(one) !== flipped.includes(one))
  const set = Object.fromEntries(flipped.map((one) => [permissionField(one), after.includes(one)]))
  const base = await readVersions(db, id)
  const answer = await ask(play, roles.change, { params: { id }, body: { set, base } })
  const door = atTheDoor(asker, 'roles.manage')
  const inside = againstRemaking(asker, role, after)
  if (!judge(play, answer, door.size > 0 ? door : inside) || !role) return NOTHING
  const holders = [...new Set(holdersOf(org, id).map(({ userId }) => userId))]
  const hold = watchRights(play, holders)
  org.roles.set(id, { ...role, permissions: new Set(after) })
  hold()
  const isOfSeats = flipped.some((one) => SEATS.includes(one))
  for (const userId of isOfSeats ? holders : []) keepOperator(org, userId)
  return [org]
}

function againstRemaking(
  asker: Asker,
  role: Role | undefined,
  after: readonly Permission[],
): Reasons {
  if (role === undefined) return all(['not_found'], againstRuling(asker))
  const raises = after.some((one) => !role.permissions.has(one))
  const isOwn = asker.rights.some(({ roleKey }) => roleKey === role.key)
  return all(
    againstRuling(asker, role.permissions, after),
    role.isBuiltIn ? ['built_in'] : [],
    raises && isOwn ? ['own_rights'] : [],
  )
}

export const deleteRole: Step = async (play) => {
  const { asker } = play
  const { org } = asker
  const { id } = anyRole(play)
  const role = org.roles.get(id)
  const answer = await ask(play, roles.remove, { params: { id } })
  const door = atTheDoor(asker, 'roles.manage')
  const inside = all(
    role ? againstRuling(asker, role.permissions) : ['not_found', ...againstRuling(asker)],
    role?.isBuiltIn ? ['built_in'] : [],
    holdersOf(org, id).length > 0 ? ['in_use'] : [],
  )
  if (!judge(play, answer, door.size > 0 ? door : inside)) return NOTHING
  org.roles.delete(id)
  return [org]
}
