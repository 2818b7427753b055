// A prepared membership: whether the inviter may give all of it there, and what it comes to.
import { type Fields, fieldKey, fieldOf } from '#contract/fields.ts'
import { mustHold } from '../../platform/allow.ts'
import type { Actor, Ctx, Paths } from '../../platform/context.ts'
import { Refusal } from '../../platform/refuse.ts'
import { soundFields } from '../people/fields.ts'
import { mayReach } from '../people/reach.ts'
import * as plans from './plan-queries.ts'
import { becomesOperator, has, mayOffer, maySet, type OfferedGrant, type Plan } from './rules.ts'

/** Where the person would stand. */
export interface Place {
  accountId: string
  /** Departments, the group, and its department. */
  teamIds: string[]
}

type Reading = Pick<Ctx, 'db'> & { organisationId: string }

/** Refuses with `not_found` or `forbidden` an actor who manages nobody in the account. */
export function mustManageSomeOf(actor: Actor, accountId: string): void {
  const isOfTeam = actor.grants.some(
    (grant) =>
      grant.accountId === accountId &&
      (grant.kind === 'department' || grant.kind === 'group') &&
      grant.permissions.includes('users.manage'),
  )
  if (!isOfTeam) mustHold(actor, 'users.manage', accountId)
}

/** Refuses with `not_found` an invitation that the actor may not see, `forbidden` one they only see. */
export async function mustSeeManaged(
  ctx: Reading,
  actor: Actor,
  { accountId, plan }: { accountId: string; plan: Plan },
): Promise<void> {
  const place = await placeOf(ctx, accountId, plan.set)
  if (mayReach(actor, 'users.manage', place)) return
  throw new Refusal(mayReach(actor, 'users.view', place) ? 'forbidden' : 'not_found')
}

export async function placeOf(
  { db, organisationId }: Reading,
  accountId: string,
  set: Fields,
): Promise<Place> {
  return { accountId, teamIds: await plans.listTeams(db, organisationId, set) }
}

/**
 * Refuses with `not_found` or `forbidden` an actor who may not invite into each of the teams: one
 * who manages a department or a group alone puts nobody anywhere else.
 */
export async function mustInviteTo(
  ctx: Reading,
  actor: Actor,
  accountId: string,
  set: Fields,
): Promise<void> {
  const teams = departmentsIn(set).map((id) => [id])
  const groupId = set['supervisorGroupId']
  if (typeof groupId === 'string') teams.push(await pathOfGroup(ctx, groupId))
  const isTheirs = (teamIds: string[]) => mayReach(actor, 'users.manage', { accountId, teamIds })
  if (teams.length === 0 || !teams.every(isTheirs)) mustHold(actor, 'users.manage', accountId)
}

async function pathOfGroup({ db, organisationId }: Reading, id: string): Promise<string[]> {
  const group = await plans.findGroup(db, organisationId, id)
  return group ? [id, group.departmentId] : [id]
}

function departmentsIn(set: Fields): string[] {
  return Object.entries(set).flatMap(([key, value]) => {
    const field = fieldOf(key)
    return field?.kind === 'department' && value !== null ? [field.id] : []
  })
}

/**
 * The plan as it is stored: every value sound and the actor's to give, at least one role, and the
 * preset queues where none were chosen. Refuses like soundFields, with the field's key; with
 * `invalid` and `set` when there is no role.
 */
export async function soundPlan(
  ctx: Reading,
  actor: Actor,
  accountId: string,
  wanted: Fields,
): Promise<Plan> {
  const stray = Object.keys(wanted).find((key) => !maySet(key))
  if (stray !== undefined) throw new Refusal('invalid', { field: stray })
  const set = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== null))
  const { values, names } = await soundFields(ctx, actor, { accountId, teamIds: [] }, set)
  const grants = await plans.listGrants(ctx.db, ctx.organisationId, values)
  if (grants.length === 0)
    throw new Refusal('invalid', { field: 'set', message: 'at least one role' })
  const presets = await presetQueues(ctx, accountId, values, grants)
  return {
    set: { ...values, ...presets.set },
    names: { ...names, ...presets.names, ...namesOf(grants) },
  }
}

function namesOf(grants: readonly plans.PlannedGrant[]): Record<string, string> {
  const named = grants.map(({ key, roleName, atName }) => [
    key,
    atName === null ? roleName : `${roleName} · ${atName}`,
  ])
  return Object.fromEntries(named)
}

async function presetQueues(
  { db, organisationId }: Reading,
  accountId: string,
  set: Fields,
  grants: readonly plans.PlannedGrant[],
): Promise<Plan> {
  const permissions = grants.flatMap((grant) => grant.permissions)
  if (has(set, 'queue') || !becomesOperator(permissions, set)) return { set: {}, names: {} }
  const queues = await plans.listPresetQueues(db, organisationId, accountId)
  const service = { participates: true, tier: 1 }
  return {
    set: Object.fromEntries(queues.map(({ id }) => [fieldKey.queue(id), service])),
    names: Object.fromEntries(queues.map(({ id, name }) => [fieldKey.queue(id), name])),
  }
}

/** Refuses with `forbidden` an actor who may not give all the roles that are still there to give. */
export async function mustOffer(ctx: Reading, actor: Actor, set: Fields): Promise<void> {
  const grants = await plans.listGrants(ctx.db, ctx.organisationId, set)
  if (!mayOffer(actor.grants, offeredBy(actor.paths, grants)))
    throw new Refusal('forbidden', { field: 'set' })
}

/** The roles as they are offered: what each may, and where. */
export function offeredBy(paths: Paths, grants: readonly plans.PlannedGrant[]): OfferedGrant[] {
  return grants.map(({ permissions, at, departmentId, accountId }) => {
    const department = departmentId === null ? [] : [departmentId]
    return { permissions, path: [at, ...department, ...(paths.get(accountId) ?? [])] }
  })
}
