// Writes what was found sound, as far as what it points at is still there.
import { Type } from 'typebox'
import { Check } from 'typebox/value'
import {
  Appearance,
  type Fields,
  isOfOperator,
  PLAIN_FIELDS,
  Place,
  Service,
  SkillHeld,
} from '#contract/fields.ts'
import { isOfUser } from '#contract/people-rules.ts'
import type { Tx } from '../../platform/context.ts'
import { Refusal } from '../../platform/refuse.ts'
import * as accounts from '../accounts/queries.ts'
import type { Outcome } from '../routing/queries.ts'
import { markFields, markShared } from '../users/record-queries.ts'
import type { Member } from './field-queries.ts'
import * as rows from './field-queries.ts'
import { findTargets, isPointing, mayPoint, type Targets } from './field-targets.ts'
import { type SoundField, soundValues } from './field-values.ts'
import { refuseTakenAlias } from './fields.ts'
import { findKinds } from './operator-queries.ts'
import { type Duties, keepOperator } from './operators.ts'
import * as targeted from './target-queries.ts'

export type { Member }

export interface Applied {
  /** The keys of what was not set: what it points at is gone, or the alias is another's by now. */
  lost: string[]
  /** To be settled after the commit. */
  outcomes: Outcome[]
}

/**
 * Sets the fields of a member, whoever asks: they were checked by `soundFields`. Makes or unmakes the
 * operator. Ends with routing's transitions, which take the log's lock: after it, only tell and note.
 */
export async function applyFields(
  tx: Tx,
  member: Member,
  set: Fields,
  by: string | null,
): Promise<Applied> {
  await targeted.lockPerson(tx.db, member.userId, member.membershipId)
  const asked = soundValues(set)
  const targets = await findTargets(tx, asked)
  const lost = new Set(await listLost(tx, member, asked, targets))
  const fields = asked.filter(({ key }) => !lost.has(key))
  await writePlain(tx, member, fields, targets)
  await writePlaces(tx, member, fields)
  await writeRoles(tx, member, fields, by)
  await mark(tx, member, fields, targets, by)
  const outcomes = await keepOperator(tx, member, by, dutiesOf(fields))
  const idle = await listIdle(tx, member, fields)
  return { lost: [...lost, ...idle], outcomes }
}

async function listLost(
  tx: Tx,
  { organisationId, accountId, membershipId }: Member,
  fields: readonly SoundField[],
  targets: Targets,
): Promise<string[]> {
  const paths = await accounts.paths(tx.db, organisationId)
  const given = fields.flatMap(({ field, value }) =>
    field.kind === 'grant' && value !== null ? [field.roleId] : [],
  )
  const roles = await targeted.listRoles(tx.db, organisationId, [...new Set(given)])
  const roleIds = new Set(roles.map(({ id }) => id))
  const isLost = (one: SoundField) => {
    if (!isPointing(one)) return false
    const target = targets.get(one.key)
    if (!target || !mayPoint(paths, accountId, one, target)) return true
    return one.field.kind === 'grant' && !roleIds.has(one.field.roleId)
  }
  const lost = fields.filter(isLost).map(({ key }) => key)
  return (await isAliasTaken(tx, accountId, fields, membershipId)) ? [...lost, 'alias'] : lost
}

async function isAliasTaken(
  tx: Tx,
  accountId: string,
  fields: readonly SoundField[],
  membershipId: string,
): Promise<boolean> {
  try {
    await refuseTakenAlias(tx, accountId, fields, membershipId)
    return false
  } catch (error) {
    if (error instanceof Refusal && error.code === 'alias_taken') return true
    throw error
  }
}

const { firstName, lastName, gender, mobile, language } = PLAIN_FIELDS
const { displayName, alias, description, showsPhoto } = PLAIN_FIELDS
const OfUser = Type.Partial(
  Type.Object({
    firstName: firstName.schema,
    lastName: lastName.schema,
    gender: gender.schema,
    mobile: mobile.schema,
    language: language.schema,
  }),
)
const OfMembership = Type.Partial(
  Type.Object({
    displayName: displayName.schema,
    alias: alias.schema,
    description: description.schema,
    showsPhoto: showsPhoto.schema,
  }),
)

async function writePlain(
  { db }: Tx,
  member: Member,
  fields: readonly SoundField[],
  targets: Targets,
): Promise<void> {
  const values = (keys: object) =>
    Object.fromEntries(fields.flatMap(({ key, value }) => (key in keys ? [[key, value]] : [])))
  const ofUser = values(OfUser.properties)
  const ofMembership = values(OfMembership.properties)
  if (!Check(OfUser, ofUser) || !Check(OfMembership, ofMembership))
    throw new Error('values that were found sound are not')
  if (Object.keys(ofUser).length > 0) await rows.updateUser(db, member.userId, ofUser)
  if (fields.every(({ field }) => isOfUser(field))) return
  const group = targets.get('supervisorGroupId')
  const isGroupSet = fields.some(({ key }) => key === 'supervisorGroupId')
  const place = {
    supervisorGroupId: group?.id ?? null,
    primaryDepartmentId: group?.departmentId ?? null,
  }
  await rows.updateMembership(db, member, { ...ofMembership, ...(isGroupSet && place) })
}

type Keyed = 'department' | 'queue' | 'skill' | 'site'

/** The ids of a family's fields that are unset. */
function gone(fields: readonly SoundField[], kind: Keyed): string[] {
  return fields.flatMap(({ field, value }) =>
    field.kind === kind && value === null ? [field.id] : [],
  )
}

async function writePlaces({ db }: Tx, member: Member, fields: readonly SoundField[]) {
  const departments = fields.flatMap(({ field, value }) =>
    field.kind === 'department' && Check(Place, value) ? [{ id: field.id, ...value }] : [],
  )
  const skills = fields.flatMap(({ field, value }) =>
    field.kind === 'skill' && Check(SkillHeld, value) ? [{ id: field.id, ...value }] : [],
  )
  const looks = fields.flatMap(({ field, value }) =>
    field.kind === 'site' && Check(Appearance, value) ? [{ id: field.id, ...value }] : [],
  )
  await rows.putDepartments(db, member, departments)
  await rows.leaveDepartments(db, member, gone(fields, 'department'))
  await rows.putSkills(db, member, skills)
  await rows.dropSkills(db, member, gone(fields, 'skill'))
  await rows.putFaces(db, member, looks)
  await rows.dropFaces(db, member, gone(fields, 'site'))
}

async function writeRoles(
  { db }: Tx,
  member: Member,
  fields: readonly SoundField[],
  by: string | null,
): Promise<void> {
  const roles = (isGiven: boolean) =>
    fields.flatMap(({ field, value }) =>
      field.kind === 'grant' && (value !== null) === isGiven
        ? [{ roleId: field.roleId, kind: field.scope.kind, at: field.scope.id }]
        : [],
    )
  // Given first: whoever changes one administrator for another never leaves none.
  await rows.giveRoles(db, member, roles(true), by)
  await rows.takeRoles(db, member, roles(false))
}

/** Limits have a version where they are kept. */
async function mark(
  tx: Tx,
  member: Member,
  fields: readonly SoundField[],
  targets: Targets,
  by: string | null,
): Promise<void> {
  const { membershipId, userId } = member
  const now = tx.now().toISOString()
  const kept = fields.filter(({ key }) => !key.startsWith('limit.'))
  const shared = kept.flatMap(({ key, field }) => {
    const accountId = targets.get(key)?.accountId
    const isShared = field.kind === 'queue' || field.kind === 'skill' || field.kind === 'site'
    if (key === 'shiftId') return [{ key, accountId: member.organisationId }]
    return isShared && accountId !== undefined ? [{ key, accountId }] : []
  })
  const sharedKeys = new Set(shared.map(({ key }) => key))
  const ofUser = kept.filter(({ field }) => isOfUser(field)).map(({ key }) => key)
  const own = kept
    .filter(({ key, field }) => !isOfUser(field) && !sharedKeys.has(key))
    .map(({ key }) => key)
  await markFields(tx.db, userId, ofUser, by, now)
  await markFields(tx.db, membershipId, own, by, now)
  await markShared(tx.db, member, shared, by, now)
}

function dutiesOf(fields: readonly SoundField[]): Duties {
  const limit = (key: string) => {
    const value = fields.find((one) => one.key === key)?.value
    return typeof value === 'number' ? value : null
  }
  return {
    put: fields.flatMap(({ field, value }) =>
      field.kind === 'queue' && Check(Service, value) ? [{ queueId: field.id, ...value }] : [],
    ),
    remove: gone(fields, 'queue'),
    live: limit('limit.live'),
    deferred: limit('limit.deferred'),
    units: fields.some(({ key }) => key === 'limit.units') ? limit('limit.units') : undefined,
    shiftId: shiftIn(fields),
  }
}

/** Undefined: as it is; null: none. */
function shiftIn(fields: readonly SoundField[]): string | null | undefined {
  const one = fields.find(({ key }) => key === 'shiftId')
  return one && (typeof one.value === 'string' ? one.value : null)
}

/** Queues, limits and the shift of somebody who answers no chats after all. */
async function listIdle(tx: Tx, member: Member, fields: readonly SoundField[]): Promise<string[]> {
  const ofOperators = fields.filter(({ field, value }) => value !== null && isOfOperator(field))
  if (ofOperators.length === 0) return []
  const kinds = await findKinds(tx.db, member.organisationId, member.userId)
  return kinds === undefined ? ofOperators.map(({ key }) => key) : []
}
