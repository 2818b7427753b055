// Whether the actor may do what a row asks: as when they edited or invited that one person by hand.
import { type Fields, fieldOf, neededFor } from '#contract/fields.ts'
import type { RowProblem } from '#contract/imports.ts'
import { isOfUser, type LockReason, whyLocked } from '#contract/people-rules.ts'
import { may, type Permission } from '#contract/permissions.ts'
import { Refusal } from '../../platform/refuse.ts'
import { judgeRoles, refuseStrange, teamsOf } from '../people/field-targets.ts'
import { type SoundField, soundValues } from '../people/field-values.ts'
import { refuseIdle } from '../people/fields.ts'
import { isWithin, viewerOf } from '../people/reach.ts'
import { targetsIn } from './catalogue.ts'
import { columnOfKey } from './texts.ts'
import { aliasKey, type Stand, type World } from './world.ts'

type Code = RowProblem['code']

const LOCKED: Record<LockReason, Code> = {
  not_yours: 'forbidden',
  shared_user: 'shared_user',
  stronger_person: 'stronger_person',
  own_rights: 'own_rights',
  needs_users: 'forbidden',
  needs_limits: 'forbidden',
}

/** Why the fields cannot be set of the person, by column. */
export function whyNotSet(world: World, stand: Stand, set: Fields): RowProblem[] {
  const viewer = viewerOf(world.actor)
  const locked = Object.keys(set).flatMap((key) => {
    const reason = whyLocked(viewer, stand, key) ?? whyShared(world, stand, key)
    return reason === undefined ? [] : [problemOf(key, LOCKED[reason])]
  })
  if (locked.length > 0) return once(locked)
  const fields = soundValues(set)
  const taken = new Set(fields.filter(({ value }) => value === null).map(({ key }) => key))
  const kept = standsOf(world, stand)
    .flatMap(({ roles }) => roles)
    .filter(({ key }) => !taken.has(key))
  return once([
    ...whyStrange(world, stand.accountId, fields, kept),
    ...whyAliasTaken(world, stand.accountId, set, stand.membershipId),
  ])
}

function standsOf({ byUser }: World, { userId }: Stand): readonly Stand[] {
  return byUser.get(userId) ?? []
}

/** The user's own data are those of all their memberships, of which one may be stronger. */
function whyShared(world: World, stand: Stand, key: string): LockReason | undefined {
  const field = fieldOf(key)
  if (field === undefined || !isOfUser(field) || stand.userId === world.actor.userId)
    return undefined
  const isStronger = standsOf(world, stand).some(({ roles }) => !isWithin(world.actor, roles))
  return isStronger ? 'stronger_person' : undefined
}

/** Why somebody who will stand at the account cannot be offered the fields, by column. */
export function whyNotInvite(
  world: World,
  { accountId, email }: { accountId: string; email: string },
  set: Fields,
): RowProblem[] {
  const { actor, catalogue } = world
  const fields = soundValues(set)
  const path = [
    ...teamsOf(fields, targetsIn(catalogue, fields)),
    ...(actor.paths.get(accountId) ?? []),
  ]
  const locked = fields
    .filter(({ field }) => !may(actor.grants, neededFor(field), path))
    .map(({ key }) => problemOf(key, 'forbidden'))
  if (locked.length > 0) return once(locked)
  const problems = [
    ...whyStrange(world, accountId, fields, []),
    ...whyAliasTaken(world, accountId, set, email),
  ]
  if (catalogue.things.get(accountId)?.isInUse !== true)
    problems.push({ column: 'account', code: 'not_found', value: '' })
  if (world.mailedOut.has(email.toLowerCase()))
    problems.push({ column: 'email', code: 'too_many', value: email })
  return once(problems)
}

/** All of the fields at once; when they cannot be, each alone, to say which. */
function whyStrange(
  world: World,
  accountId: string,
  fields: readonly SoundField[],
  kept: readonly { permissions: readonly string[] }[],
): RowProblem[] {
  const { actor, catalogue } = world
  const targets = targetsIn(catalogue, fields)
  const look = (some: readonly SoundField[]) =>
    refusalOf(() => {
      refuseStrange(actor, accountId, some, targets)
      judgeRoles(actor, some, targets, catalogue.roles)
    })
  if (look(fields) !== undefined) return fields.flatMap((one) => look([one]) ?? [])
  const given = fields.flatMap(({ field, value }) =>
    field.kind === 'grant' && value !== null ? (catalogue.roles.get(field.roleId) ?? []) : [],
  )
  const idle = (some: readonly SoundField[]) =>
    refusalOf(() => refuseIdle(some, [...kept, ...given]))
  return fields.flatMap((one) => idle([one]) ?? [])
}

const CODES: Readonly<Partial<Record<Refusal['code'], Code>>> = {
  invalid: 'idle',
  not_found: 'not_found',
  forbidden: 'forbidden',
}

function refusalOf(work: () => void): RowProblem | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    const code = error instanceof Refusal ? CODES[error.code] : undefined
    if (!(error instanceof Refusal) || code === undefined) throw error
    return problemOf(error.details.field ?? '', code)
  }
}

function whyAliasTaken(
  { aliases, catalogue }: World,
  accountId: string,
  { alias }: Fields,
  owner: string,
): RowProblem[] {
  if (typeof alias !== 'string' || !catalogue.accounts.get(accountId)?.uniqueAliases) return []
  const key = aliasKey(accountId, alias)
  const other = aliases.get(key)
  if (other !== undefined && other !== owner)
    return [{ column: 'alias', code: 'alias_taken', value: alias }]
  aliases.set(key, owner)
  return []
}

function problemOf(key: string, code: Code): RowProblem {
  return { column: columnOfKey(key) ?? null, code, value: '' }
}

function once(problems: readonly RowProblem[]): RowProblem[] {
  const byText = new Map(problems.map((one) => [`${one.column} ${one.code} ${one.value}`, one]))
  return [...byText.values()]
}

/** What the roles in the fields may, all together. */
export function permissionsIn({ catalogue }: World, set: Fields): Permission[] {
  return Object.keys(set).flatMap((key) => {
    const field = fieldOf(key)
    return field?.kind === 'grant'
      ? [...(catalogue.roles.get(field.roleId)?.permissions ?? [])]
      : []
  })
}
