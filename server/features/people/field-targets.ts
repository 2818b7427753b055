// What fields point at: departments, groups, queues, skills, sites, opening hours and roles.
import type { FieldName, PlainField } from '#contract/fields.ts'
import { may, mayGive, type Permission } from '#contract/permissions.ts'
import type { Actor, Paths, Tx } from '../../platform/context.ts'
import { Refusal } from '../../platform/refuse.ts'
import * as accounts from '../accounts/queries.ts'
import type { SoundField } from './field-values.ts'
import * as rows from './target-queries.ts'

export type Reading = Pick<Tx, 'db' | 'organisationId'>
/** By the field's key. */
export type Targets = ReadonlyMap<string, rows.Target>

/** A role that the fields give, and where: nearest first, as permissions are asked for. */
export interface RoleGiven {
  key: string
  roleId: string
  roleName: string
  permissions: readonly Permission[]
  path: readonly string[]
}

const KINDS = ['account', 'department', 'group', 'queue', 'skill', 'site', 'hours'] as const

/** What the fields point at, as far as it is there; it stays there until the transaction ends. */
export async function findTargets(
  { db, organisationId }: Reading,
  fields: readonly SoundField[],
): Promise<Targets> {
  const wanted = fields.flatMap(({ key, field, value }) => {
    const point = pointOf(field, value)
    return point === undefined ? [] : [{ key, ...point }]
  })
  const found = new Map<string, rows.Target>()
  for (const kind of KINDS) {
    const ofKind = wanted.filter((point) => point.kind === kind)
    const ids = [...new Set(ofKind.map(({ id }) => id))]
    const targets = await rows.listTargets(db, organisationId, kind, ids)
    const byId = new Map(targets.map((target) => [target.id, target]))
    for (const { key, id } of ofKind) {
      const target = byId.get(id)
      if (target) found.set(key, target)
    }
  }
  return found
}

/** What a field points at, be it set or unset; undefined when it points at nothing. */
export function pointOf(
  field: FieldName,
  value: SoundField['value'],
): { kind: rows.TargetKind; id: string } | undefined {
  if (field.kind === 'grant') return field.scope
  if (field.kind !== 'plain') return { kind: field.kind, id: field.id }
  const kind = POINTERS[field.name]
  return kind === undefined || typeof value !== 'string' ? undefined : { kind, id: value }
}

const POINTERS: Readonly<Record<string, rows.TargetKind>> = {
  supervisorGroupId: 'group',
  shiftId: 'hours',
} satisfies Partial<Record<PlainField, rows.TargetKind>>

/** Whether it is a field of one name, with the id of what it points at for its value. */
export function isPointer(key: string): boolean {
  return Object.hasOwn(POINTERS, key)
}

/** Whether the field is set to something that points at a thing, which must then be there. */
export function isPointing(field: SoundField): boolean {
  return field.value !== null && pointOf(field.field, field.value) !== undefined
}

/** The teams that the fields put a person in: departments, the group, and the group's department. */
export function teamsOf(fields: readonly SoundField[], targets: Targets): string[] {
  return fields.filter(isPointing).flatMap((one) => {
    const target = targets.get(one.key)
    if (!target || !isOfTeam(one)) return []
    return target.departmentId === null ? [target.id] : [target.id, target.departmentId]
  })
}

/**
 * Refuses with `not_found` what is not there, what the actor may not see, and what lies in another
 * branch than the person; with `forbidden` a department or group whose people the actor may not
 * manage.
 */
export function refuseStrange(
  actor: Actor,
  accountId: string,
  fields: readonly SoundField[],
  targets: Targets,
): void {
  const seen = new Set(accounts.visibleIds(actor))
  const isSeen = ({ key }: SoundField, at: string) =>
    key === 'shiftId' ? [...seen].some((id) => actor.paths.get(id)?.includes(at)) : seen.has(at)
  for (const one of fields) {
    if (!isPointing(one)) continue
    const target = targets.get(one.key)
    const isReached =
      target !== undefined &&
      isSeen(one, target.accountId) &&
      mayPoint(actor.paths, accountId, one, target)
    if (!isReached) throw new Refusal('not_found', { field: one.key })
    if (target && isOfTeam(one) && !may(actor.grants, 'users.manage', pathOfTarget(actor, target)))
      throw new Refusal('forbidden', { field: one.key })
  }
}

function isOfTeam({ key, field }: SoundField): boolean {
  return field.kind === 'department' || key === 'supervisorGroupId'
}

/** Whether a person of the account may have what the field points at. */
export function mayPoint(
  paths: Paths,
  accountId: string,
  { field, value }: Pick<SoundField, 'field' | 'value'>,
  target: rows.Target,
): boolean {
  return isFor(paths, accountId, pointOf(field, value)?.kind, target)
}

/** A calendar is for its account and those below it; everything else for the whole branch. */
export function isFor(
  paths: Paths,
  accountId: string,
  kind: rows.TargetKind | undefined,
  { accountId: at }: Pick<rows.Target, 'accountId'>,
): boolean {
  return kind === 'hours'
    ? (paths.get(accountId)?.includes(at) ?? false)
    : isSameBranch(paths, accountId, at)
}

/** Whether one account is the other, above it or below it. */
export function isSameBranch(paths: Paths, one: string, other: string): boolean {
  return (paths.get(one)?.includes(other) || paths.get(other)?.includes(one)) ?? false
}

function pathOfTarget({ paths }: Pick<Actor, 'paths'>, target: rows.Target): readonly string[] {
  const department = target.departmentId === null ? [] : [target.departmentId]
  return [target.id, ...department, ...(paths.get(target.accountId) ?? [])]
}

/**
 * The roles that the fields give. Refuses with `not_found` (the role), or with `forbidden` where the
 * actor does not manage people or would give more than they have.
 */
export async function soundRoles(
  { db, organisationId }: Reading,
  actor: Actor,
  fields: readonly SoundField[],
  targets: Targets,
): Promise<RoleGiven[]> {
  const ids = [...new Set(grantsIn(fields).map(({ roleId }) => roleId))]
  const roles = new Map((await rows.listRoles(db, organisationId, ids)).map((r) => [r.id, r]))
  return judgeRoles(actor, fields, targets, roles)
}

/** The same, of roles that were looked up. Refuses as `soundRoles`. */
export function judgeRoles(
  actor: Pick<Actor, 'grants' | 'paths'>,
  fields: readonly SoundField[],
  targets: Targets,
  roles: ReadonlyMap<string, rows.RoleOf>,
): RoleGiven[] {
  return grantsIn(fields).map(({ key, roleId }) => {
    const [role, target] = [roles.get(roleId), targets.get(key)]
    if (role === undefined || target === undefined) throw new Refusal('not_found', { field: key })
    const path = pathOfTarget(actor, target)
    if (!may(actor.grants, 'users.manage', path) || !mayGive(actor.grants, role.permissions, path))
      throw new Refusal('forbidden', { field: key })
    return { key, roleId, roleName: role.name, permissions: role.permissions, path }
  })
}

function grantsIn(fields: readonly SoundField[]): { key: string; roleId: string }[] {
  return fields.flatMap(({ key, field, value }) =>
    field.kind === 'grant' && value !== null ? [{ key, roleId: field.roleId }] : [],
  )
}
