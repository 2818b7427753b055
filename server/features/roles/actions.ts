// Making, changing and deleting an organisation's own roles.
import { randomUUID } from 'node:crypto'
import type { Permission } from '#contract/permissions.ts'
import { may } from '#contract/permissions.ts'
import {
  type NewRole,
  permissionField,
  permissionOfField,
  type RoleChanges,
} from '#contract/roles.ts'
import { scope } from '#contract/scopes.ts'
import type { Role } from '#contract/users.ts'
import type { Actor, ActorCtx, Tx } from '../../platform/context.ts'
import { changedFields, markFields, sameKeys } from '../../platform/marks.ts'
import { claimName } from '../../platform/names.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import { write } from '../../platform/write.ts'
import type { Member } from '../people/field-queries.ts'
import { keepOperator } from '../people/operators.ts'
import * as people from '../people/queries.ts'
import { settle } from '../routing/actions.ts'
import { tellUser } from '../users/actions.ts'
import * as roles from './queries.ts'
import { permissionsIn, unsoundField, type Values, valuesOf, whyNotChange } from './rules.ts'

/**
 * Refuses with `forbidden` (not at the root, or more than one's own rights), `not_found` (the role
 * to clone), `invalid` or `name_taken` (the name).
 */
export function createRole(ctx: ActorCtx, wanted: NewRole): Promise<Role> {
  const { actor } = ctx
  mustRule(actor)
  return write(ctx, 'role.create', async (tx) => {
    const { organisationId } = tx
    const id = randomUUID()
    const key = `own_${id.replaceAll('-', '').slice(0, 24)}`
    const permissions = await permissionsOfNew(tx, wanted)
    refuseBeyond(actor, { key, before: [], after: permissions })
    const name = await claimRoleName(tx, wanted.name)
    await roles.insert(tx.db, { id, organisationId, key, name, permissions })
    tx.note({ subject: 'role', subjectId: id, after: { name, permissions } })
    return tellRole(tx, id)
  })
}

/**
 * Sets fields of a role, and checks everybody who holds it again at once. Refuses with `forbidden`,
 * `not_found`, `built_in`, `own_rights` (raising what one holds oneself), `invalid`, `name_taken`, or
 * `stale` with what stands now.
 */
export async function changeRole(
  ctx: ActorCtx,
  id: string,
  { set, base }: RoleChanges,
): Promise<Role> {
  mustRule(ctx.actor)
  const unsound = unsoundField(set)
  if (unsound !== undefined) throw new Refusal('invalid', { field: unsound })
  const { role, reseated } = await write(ctx, 'role.change', async (tx) => {
    const standing = await lockOwn(tx, id)
    const before = valuesOf(standing.name, standing.permissions)
    const changed = await changedFields<Values>(tx, id, before, { set, base })
    const isSame = Object.keys(changed).length === 0
    const values = { ...before, ...changed }
    const after = permissionsIn(values)
    refuseBeyond(ctx.actor, { key: standing.key, before: standing.permissions, after })
    if (isSame) return { role: found(await roles.find(tx.db, tx.organisationId, id)), reseated: [] }
    const holders = await setValues(tx, id, before, changed)
    const isOfSeats = SEATS.some((field) => field in changed)
    return { role: await tellRole(tx, id), reseated: isOfSeats ? holders : [] }
  })
  await keepOperators(ctx, reseated)
  return role
}

async function setValues(tx: Tx, id: string, before: Values, changed: Values): Promise<Member[]> {
  const given = changed['name']
  const name = given === undefined ? {} : { name: await claimRoleName(tx, String(given), id) }
  const after = { ...changed, ...name }
  const values = { ...before, ...after }
  const permissions = permissionsIn(values)
  await roles.update(tx.db, tx.organisationId, id, { name: String(values['name']), permissions })
  await markFields(tx, id, Object.keys(after))
  tx.note({ subject: 'role', subjectId: id, before: sameKeys(before, after), after })
  return tellHolders(tx, id, after)
}

/** What makes somebody an operator, and of which chats. */
const SEATS = (['chats.answer', 'chats.test', 'users.manage'] as const).map(permissionField)

// Each operator is a transition of its own, and waits for nobody else's.
async function keepOperators(ctx: ActorCtx, holders: readonly Member[]): Promise<void> {
  const byUser = new Map(holders.map((holder) => [holder.userId, holder]))
  for (const member of byUser.values()) {
    const outcomes = await write(ctx, 'role.change', async (tx) => {
      const moved = await keepOperator(tx, member, ctx.actorId)
      if (moved.length > 0) await tellUser(tx, member.userId)
      return moved
    })
    for (const outcome of outcomes) await settle(ctx.db, outcome)
  }
  if (byUser.size > 0) ctx.bus.wake(ctx.organisationId)
}

/** Refuses with `forbidden`, `not_found`, `built_in`, or `in_use` and by how many. */
export async function deleteRole(ctx: ActorCtx, id: string): Promise<Record<string, never>> {
  const { actor } = ctx
  mustRule(actor)
  return write(ctx, 'role.delete', async (tx) => {
    const { key, name, permissions } = await lockOwn(tx, id)
    refuseBeyond(actor, { key, before: permissions, after: [] })
    const holders = await roles.listHolders(tx.db, tx.organisationId, id)
    const count = new Set(holders.map(({ userId }) => userId)).size
    if (count > 0) throw new Refusal('in_use', { count })
    await roles.remove(tx.db, tx.organisationId, id)
    tx.untell('role', id, [scope.setup(tx.organisationId)])
    tx.note({ subject: 'role', subjectId: id, before: { name, permissions } })
    return {}
  })
}

// The roles are the organisation's: whoever rules a part of it does not rule them.
function mustRule(actor: Actor): void {
  if (!may(actor.grants, 'roles.manage', [actor.organisationId])) throw new Refusal('forbidden')
}

function refuseBeyond(actor: Actor, change: Parameters<typeof whyNotChange>[2]): void {
  const code = whyNotChange(actor.grants, actor.organisationId, change)
  if (code) throw new Refusal(code, { field: 'permissions' })
}

async function permissionsOfNew(
  tx: Tx,
  { permissions, cloneOf }: NewRole,
): Promise<readonly Permission[]> {
  if (cloneOf === undefined) return permissions ?? []
  const origin = await roles.lock(tx.db, tx.organisationId, cloneOf)
  if (origin === undefined) throw new Refusal('not_found', { field: 'cloneOf' })
  return permissions ?? origin.permissions
}

async function lockOwn(tx: Tx, id: string) {
  const role = found(await roles.lock(tx.db, tx.organisationId, id))
  if (role.isBuiltIn) throw new Refusal('built_in')
  return role
}

function claimRoleName(tx: Tx, given: string, id?: string): Promise<string> {
  return claimName(tx, tx.organisationId, given, async () =>
    (await roles.list(tx.db, tx.organisationId)).filter((role) => role.id !== id),
  )
}

async function tellRole(tx: Tx, id: string): Promise<Role> {
  const role = found(await roles.find(tx.db, tx.organisationId, id))
  tx.tell('role', role, [scope.setup(tx.organisationId)])
  return role
}

/** Tells every row that shows the role, and has all who hold it checked again; answers those. */
async function tellHolders(tx: Tx, roleId: string, changed: Values): Promise<Member[]> {
  const { db, organisationId } = tx
  const holders = await roles.listHolders(db, organisationId, roleId)
  const ids = holders.map(({ membershipId }) => membershipId)
  for (const record of await people.listRecords(db, organisationId, ids))
    tx.tell('record', record, [scope.record(record.id)])
  if ('name' in changed)
    for (const { person, scopes } of await roles.listPeople(db, organisationId, ids))
      tx.tell('person', person, scopes)
  if (Object.keys(changed).some(permissionOfField))
    for (const userId of new Set(holders.map((holder) => holder.userId)))
      tx.signal('grants_changed', userId)
  return holders
}
