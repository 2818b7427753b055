// Making, changing and deleting an organisation's own roles, and what its roles let people hold.
import { randomUUID } from 'node:crypto'
import { may } from '#contract/permissions.ts'
import {
  limitOfField,
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
import * as many from '../people/many-queries.ts'
import { keepOperator } from '../people/operators.ts'
import * as people from '../people/queries.ts'
import { matchWaiting, settle } from '../routing/actions.ts'
import { tellUser } from '../users/actions.ts'
import * as roles from './queries.ts'
import {
  type RoleShape,
  shapeOf,
  unsoundField,
  type Values,
  valuesOf,
  whyNotChange,
} from './rules.ts'

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
    const { permissions, limits } = await shapeOfNew(tx, wanted)
    refuseBeyond(actor, { key, before: [], after: permissions })
    const name = await claimRoleName(tx, wanted.name)
    await roles.insert(tx.db, { id, organisationId, key, name, permissions, limits })
    tx.note({ subject: 'role', subjectId: id, after: { name, permissions, limits } })
    return tellRole(tx, id)
  })
}

/**
 * Sets fields of a role, and checks everybody who holds it again at once. What somebody holds above a
 * limit that was lowered they keep. Refuses with `forbidden`, `not_found`, `built_in` (more than the
 * limits of one), `own_rights` (raising what one holds oneself), `invalid`, `name_taken`, or `stale`
 * with what stands now.
 */
export async function changeRole(
  ctx: ActorCtx,
  id: string,
  { set, base }: RoleChanges,
): Promise<Role> {
  mustRule(ctx.actor)
  const unsound = unsoundField(set)
  if (unsound !== undefined) throw new Refusal('invalid', { field: unsound })
  const isLimiting = Object.keys(set).some(limitOfField)
  if (isLimiting) mustLimit(ctx.actor)
  const { role, reseated } = await write(ctx, 'role.change', async (tx) => {
    if (isLimiting) await roles.lockLimits(tx.db, tx.organisationId)
    const standing = found(await roles.lock(tx.db, tx.organisationId, id))
    const before = valuesOf(standing)
    const changed = await changedFields<Values>(tx, id, before, { set, base })
    refuseBuiltIn(standing, changed)
    const isSame = Object.keys(changed).length === 0
    const { permissions: after } = shapeOf({ ...before, ...changed })
    refuseBeyond(ctx.actor, { key: standing.key, before: standing.permissions, after })
    if (isSame) return { role: found(await roles.find(tx.db, tx.organisationId, id)), reseated: [] }
    const holders = await setValues(tx, standing, before, changed)
    const isOfSeats = SEATS.some((field) => field in changed)
    return { role: await tellRole(tx, id), reseated: isOfSeats ? holders : [] }
  })
  await keepOperators(ctx, reseated)
  if (isLimiting) await matchWithin(ctx)
  return role
}

async function setValues(
  tx: Tx,
  standing: Standing,
  before: Values,
  changed: Values,
): Promise<Member[]> {
  const { id } = standing
  const given = changed['name']
  const name = given === undefined ? {} : { name: await claimRoleName(tx, String(given), id) }
  const after = { ...changed, ...name }
  await roles.update(tx.db, tx.organisationId, standing, shapeOf({ ...before, ...after }))
  await markFields(tx, id, Object.keys(after))
  tx.note({ subject: 'role', subjectId: id, before: sameKeys(before, after), after })
  return tellHolders(tx, id, after)
}

/** Whoever has room by what a role allows now is given what waits. */
async function matchWithin({ db, bus, organisationId }: ActorCtx): Promise<void> {
  const woken = await matchWaiting(db, organisationId)
  if (woken.size > 0) bus.wake(organisationId)
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

function mustLimit(actor: Actor): void {
  if (!may(actor.grants, 'limits.manage', [actor.organisationId])) throw new Refusal('forbidden')
}

type Standing = NonNullable<Awaited<ReturnType<typeof roles.lock>>>

/** Of a built-in role its limits alone are the organisation's to say. */
function refuseBuiltIn({ isBuiltIn }: Standing, changed: Values): void {
  if (isBuiltIn && !Object.keys(changed).every(limitOfField)) throw new Refusal('built_in')
}

function refuseBeyond(actor: Actor, change: Parameters<typeof whyNotChange>[2]): void {
  const code = whyNotChange(actor.grants, actor.organisationId, change)
  if (code) throw new Refusal(code, { field: 'permissions' })
}

const UNLIMITED = { live: null, deferred: null, units: null }

async function shapeOfNew(
  tx: Tx,
  { permissions, cloneOf }: NewRole,
): Promise<Omit<RoleShape, 'name'>> {
  if (cloneOf === undefined) return { permissions: permissions ?? [], limits: UNLIMITED }
  const origin = await roles.lock(tx.db, tx.organisationId, cloneOf)
  if (origin === undefined) throw new Refusal('not_found', { field: 'cloneOf' })
  return { permissions: permissions ?? origin.permissions, limits: origin.limits }
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
  const userIds = [...new Set(holders.map(({ userId }) => userId))]
  const isOfLimits = Object.keys(changed).some(limitOfField)
  const ids = isOfLimits
    ? tellLines(tx, await many.listPersonRows(db, organisationId, userIds))
    : holders.map(({ membershipId }) => membershipId)
  for (const record of await people.listRecords(db, organisationId, ids))
    tx.tell('record', record, [scope.record(record.id)])
  if (isOfLimits)
    for (const { operator, scopes } of await many.listOperatorRows(db, organisationId, userIds))
      tx.tell('operator', operator, scopes)
  else if ('name' in changed) tellLines(tx, await roles.listPeople(db, organisationId, ids))
  if (Object.keys(changed).some(permissionOfField))
    for (const userId of userIds) tx.signal('grants_changed', userId)
  return holders
}

type Line = Awaited<ReturnType<typeof many.listPersonRows>>[number]

/** Answers whose they are. */
function tellLines(tx: Tx, lines: readonly Line[]): string[] {
  for (const { person, scopes } of lines) tx.tell('person', person, scopes)
  return lines.map(({ person }) => person.id)
}
