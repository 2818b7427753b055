// What somebody may set of a person at a place: a person who is there, or one who is yet to come.
import { type Fields, isOfOperator, neededFor } from '#contract/fields.ts'
import { may, type Permission } from '#contract/permissions.ts'
import { skeleton } from '#contract/text.ts'
import type { Actor } from '../../platform/context.ts'
import { Refusal } from '../../platform/refuse.ts'
import * as accounts from '../accounts/queries.ts'
import {
  findTargets,
  type Reading,
  type RoleGiven,
  refuseStrange,
  soundRoles,
  type Targets,
  teamsOf,
} from './field-targets.ts'
import { type SoundField, soundValues } from './field-values.ts'
import * as rows from './target-queries.ts'

/** Where a person will stand. What the fields themselves put them in need not be named. */
export interface PersonPlace {
  accountId: string
  teamIds: readonly string[]
  /** The membership that is theirs, or will be: nobody's alias stands in their own way. */
  membershipId?: string
}

export interface SoundFields {
  /** The values as they are stored. */
  values: Fields
  /** What each field points at, by name: a department, a queue, the role of a grant. */
  names: Record<string, string>
  roles: RoleGiven[]
}

/**
 * Checks what is to be set of a person who will stand at a place. Refuses with `not_found` (the
 * account); and, with the field's key, with `invalid` (no such field, a value that does not fit it,
 * or chats for somebody whose roles answer none), `forbidden` (the actor may not set it there, or
 * would give more than they have), `not_found` (what it points at is not there, not seen, or of
 * another branch of the account tree) or `alias_taken`.
 */
export async function soundFields(
  tx: Reading,
  actor: Actor,
  place: PersonPlace,
  set: Fields,
): Promise<SoundFields> {
  const { accountId } = place
  if (!accounts.visibleIds(actor).includes(accountId))
    throw new Refusal('not_found', { field: 'accountId' })
  const fields = soundValues(set)
  const targets = await findTargets(tx, fields)
  refuseStrange(actor, accountId, fields, targets)
  const path = [
    ...place.teamIds,
    ...teamsOf(fields, targets),
    ...(actor.paths.get(accountId) ?? []),
  ]
  for (const { key, field } of fields)
    if (!may(actor.grants, neededFor(field), path)) throw new Refusal('forbidden', { field: key })
  const roles = await soundRoles(tx, actor, fields, targets)
  refuseIdle(fields, roles)
  await refuseTakenAlias(tx, accountId, fields, place.membershipId)
  return {
    values: Object.fromEntries(fields.map(({ key, value }) => [key, value])),
    names: namesOf(targets, roles),
    roles,
  }
}

function namesOf(targets: Targets, roles: readonly RoleGiven[]): Record<string, string> {
  return Object.fromEntries([
    ...[...targets].map(([key, { name }]) => [key, name]),
    ...roles.map(({ key, roleName }) => [key, roleName]),
  ])
}

/** Refuses with `invalid` a queue, a limit or a shift for somebody none of whose roles answers chats. */
export function refuseIdle(
  fields: readonly SoundField[],
  roles: readonly { permissions: readonly string[] }[],
): void {
  const answers: Permission = 'chats.answer'
  if (roles.some(({ permissions }) => permissions.includes(answers))) return
  const idle = fields.find(({ field, value }) => value !== null && isOfOperator(field))
  if (idle) throw new Refusal('invalid', { field: idle.key, message: 'no role answers chats' })
}

/** Refuses with `alias_taken` where the account's people must have different ones. */
export async function refuseTakenAlias(
  { db, organisationId }: Reading,
  accountId: string,
  fields: readonly SoundField[],
  membershipId?: string,
): Promise<void> {
  const alias = fields.find(({ key }) => key === 'alias')?.value
  if (typeof alias !== 'string') return
  const taken = await rows.claimAliases(db, organisationId, accountId)
  const isTaken = taken.some(
    (other) =>
      other.membershipId !== membershipId && skeleton(other.alias ?? '') === skeleton(alias),
  )
  if (isTaken) throw new Refusal('alias_taken', { field: 'alias' })
}
