// Changing a person: field by field, each on top of the version that was seen.
import { isDeepStrictEqual } from 'node:util'
import { type Fields, type FieldValue, fieldOf } from '#contract/fields.ts'
import type { PersonRecord } from '#contract/people.ts'
import { isOfUser, type LockReason, whyLocked } from '#contract/people-rules.ts'
import type { RefusalBody, RefusalCode } from '#contract/refusals.ts'
import type { Actor, ActorCtx, Tx } from '../../platform/context.ts'
import { brokenConstraint } from '../../platform/database.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import { write } from '../../platform/write.ts'
import { settle } from '../routing/actions.ts'
import type { Outcome } from '../routing/queries.ts'
import { findTargets, refuseStrange, soundRoles } from './field-targets.ts'
import { type SoundField, soundValues } from './field-values.ts'
import { refuseIdle, refuseTakenAlias } from './fields.ts'
import { applyFields } from './fields-apply.ts'
import type { Standing } from './queries.ts'
import * as people from './queries.ts'
import { isWithin, mayReach, viewerOf } from './reach.ts'
import { lockPerson } from './target-queries.ts'
import { tellElsewhere, tellPerson, whereSeen } from './tell.ts'

export interface Changes {
  set: Fields
  /** The versions that were seen; left out, the fields are set whatever stands. */
  base?: Readonly<Record<string, number>>
}

export interface Changed {
  record: PersonRecord
  /** The values before, of the fields that were changed: what undoing sets again. */
  before: Fields
  /** To be settled after the commit. */
  outcomes: Outcome[]
}

/**
 * Sets fields of a person. Refuses with `not_found` (whoever the actor may not see), `wrong_status`
 * (an archived one); with the field's key, with `invalid`, `not_found`, `alias_taken`, `forbidden`,
 * `stronger_person` or `own_rights`; with `last_administrator`; and with `stale` and `conflicts` when
 * somebody else set one meanwhile. Then nothing is set. Tells and notes what has changed.
 */
export async function setFields(
  tx: Tx,
  actor: Actor,
  membershipId: string,
  changes: Changes,
): Promise<Changed> {
  const record = await lockRecord(tx, actor, membershipId)
  const fields = soundValues(changes.set)
  await refuseLocked(tx, actor, record, fields)
  refuseStale(record, fields, changes.base)
  const changed = fields.filter(({ key, value }) => !isSame(standingValue(record, key), value))
  const before = standingOf(record, changed)
  if (changed.length === 0) return { record, before, outcomes: [] }
  await refuseUnsound(tx, actor, record, changed)
  const outcomes = await apply(tx, record, changed)
  return { record: await get(tx, membershipId), before, outcomes }
}

/** The PATCH of a person. Refuses as `setFields`. */
export async function changePerson(
  ctx: ActorCtx,
  membershipId: string,
  changes: Changes,
): Promise<PersonRecord> {
  const { record, before, outcomes } = await keepingAnAdministrator(() =>
    write(ctx, 'person.change', (tx) => setFields(tx, ctx.actor, membershipId, changes)),
  )
  await settleAll(ctx, outcomes)
  const isOfTheUser = Object.keys(before).some((key) => isUserKey(key))
  if (isOfTheUser && !record.isOursAlone) await tellElsewhere(ctx, record.userId)
  return record
}

/** Matches what transitions have left, after their commit. */
export async function settleAll(ctx: ActorCtx, outcomes: readonly Outcome[]): Promise<void> {
  for (const outcome of outcomes) await settle(ctx.db, outcome)
  if (outcomes.length > 0) ctx.bus.wake(ctx.organisationId)
}

/** Refuses with `last_administrator`, at the field, what the database refuses for that. */
export async function keepingAnAdministrator<T>(
  work: () => Promise<T>,
  at: { field?: string } = {},
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (brokenConstraint(error) === 'last_administrator')
      throw new Refusal('last_administrator', at)
    throw error
  }
}

/** The record of a person who may be changed. Refuses with `not_found` or `wrong_status` (archived). */
export async function reachRecord(
  tx: Pick<Tx, 'db' | 'organisationId'>,
  actor: Actor,
  membershipId: string,
): Promise<PersonRecord> {
  await mustReach(tx, actor, membershipId)
  const record = await get(tx, membershipId)
  if (record.status === 'archived') throw new Refusal('wrong_status')
  return record
}

/** The same, and nobody else changes the person until the transaction ends. */
export async function lockRecord(
  tx: Tx,
  actor: Actor,
  membershipId: string,
): Promise<PersonRecord> {
  const { userId } = await mustReach(tx, actor, membershipId)
  await lockPerson(tx.db, userId, membershipId)
  return reachRecord(tx, actor, membershipId)
}

/** Everybody may reach themselves. */
async function mustReach(
  tx: Pick<Tx, 'db' | 'organisationId'>,
  actor: Actor,
  membershipId: string,
): Promise<Standing> {
  const standing = found(await people.findStanding(tx.db, tx.organisationId, membershipId))
  if (standing.userId !== actor.userId && !mayReach(actor, 'users.view', standing))
    throw new Refusal('not_found')
  return standing
}

const CODES: Record<LockReason, RefusalCode> = {
  not_yours: 'forbidden',
  shared_user: 'forbidden',
  stronger_person: 'stronger_person',
  own_rights: 'own_rights',
  needs_users: 'forbidden',
  needs_limits: 'forbidden',
}

/**
 * Refuses, with the field's key, what the actor may not set: as the editor shows it. The user's own
 * data are those of all their memberships, of which one may be stronger.
 */
export async function refuseLocked(
  tx: Pick<Tx, 'db' | 'organisationId'>,
  actor: Actor,
  record: PersonRecord,
  fields: readonly Pick<SoundField, 'key' | 'field'>[],
): Promise<void> {
  for (const { key } of fields) {
    const reason = whyLocked(viewerOf(actor), record, key)
    if (reason) throw new Refusal(CODES[reason], { field: key, message: reason })
  }
  const shared = fields.find(({ field }) => isOfUser(field))
  if (shared === undefined) return
  for (const other of await people.listRecordsOf(tx.db, tx.organisationId, record.userId))
    if (!isWithinAll(actor, other)) throw new Refusal('stronger_person', { field: shared.key })
}

function isWithinAll(actor: Actor, record: PersonRecord): boolean {
  return record.userId === actor.userId || isWithin(actor, record.roles)
}

type Conflicts = NonNullable<RefusalBody['error']['conflicts']>

function refuseStale(
  record: PersonRecord,
  fields: readonly SoundField[],
  base: Changes['base'],
): void {
  if (base === undefined) return
  const conflicts: Conflicts = {}
  for (const { key, value } of fields) {
    const mark = record.marks[key]
    const standing = standingValue(record, key)
    if ((mark?.version ?? 0) === (base[key] ?? 0) || isSame(standing, value)) continue
    const { version = 0, by = null, at } = mark ?? {}
    conflicts[key] = { value: standing, by, at: at ?? record.createdAt, version }
  }
  if (Object.keys(conflicts).length > 0) throw new Refusal('stale', { conflicts })
}

function standingValue(record: Pick<PersonRecord, 'fields'>, key: string): FieldValue {
  return record.fields[key] ?? null
}

/** What stood before; somebody who was no operator had no limits, and cannot be given none. */
function standingOf(record: PersonRecord, changed: readonly SoundField[]): Fields {
  const values = changed.map(({ key }) => [key, standingValue(record, key)] as const)
  return Object.fromEntries(
    values.filter(([key, value]) => value !== null || !key.startsWith('limit.')),
  )
}

function isUserKey(key: string): boolean {
  const field = fieldOf(key)
  return field !== undefined && isOfUser(field)
}

function isSame(one: FieldValue, other: FieldValue): boolean {
  return isDeepStrictEqual(one, other)
}

async function refuseUnsound(
  tx: Tx,
  actor: Actor,
  record: PersonRecord,
  changed: readonly SoundField[],
): Promise<void> {
  const targets = await findTargets(tx, changed)
  refuseStrange(actor, record.accountId, changed, targets)
  const given = await soundRoles(tx, actor, changed, targets)
  const taken = new Set(changed.filter(({ value }) => value === null).map(({ key }) => key))
  const others = await people.listRecordsOf(tx.db, tx.organisationId, record.userId)
  const kept = others.flatMap(({ roles }) => roles).filter(({ key }) => !taken.has(key))
  refuseIdle(changed, [...kept, ...given])
  await refuseTakenAlias(tx, record.accountId, changed, record.id)
}

async function apply(
  tx: Tx,
  before: PersonRecord,
  changed: readonly SoundField[],
): Promise<Outcome[]> {
  const { id: membershipId, userId, accountId } = before
  const member = { organisationId: tx.organisationId, membershipId, userId, accountId }
  const seen = await whereSeen(tx, userId)
  const set = Object.fromEntries(changed.map(({ key, value }) => [key, value]))
  const { outcomes } = await applyFields(tx, member, set, tx.actorId)
  const after = await get(tx, membershipId)
  if (changed.some(({ field }) => field.kind === 'grant')) tx.signal('grants_changed', userId)
  const only = ({ fields }: PersonRecord) =>
    Object.fromEntries(changed.map(({ key }) => [key, fields[key] ?? null]))
  tx.note({
    subject: 'membership',
    subjectId: membershipId,
    before: only(before),
    after: only(after),
  })
  await tellPerson(tx, userId, seen)
  return outcomes
}

async function get(
  tx: Pick<Tx, 'db' | 'organisationId'>,
  membershipId: string,
): Promise<PersonRecord> {
  return found(await people.findRecord(tx.db, tx.organisationId, membershipId))
}
