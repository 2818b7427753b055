// Setting fields of thousands of people in one transaction, set by set, within somebody else's change
// that has judged every one of them. The log is locked by `finish` alone, at the end.
import { Check } from 'typebox/value'
import type { LiveKind, LiveRow } from '#contract/facts.ts'
import { type Fields, fieldOf, Place, SkillHeld } from '#contract/fields.ts'
import { isOfUser } from '#contract/people-rules.ts'
import { partsOf, scope } from '#contract/scopes.ts'
import type { Tx } from '../../platform/context.ts'
import type { Outcome } from '../routing/queries.ts'
import type { Seen } from '../users/actions.ts'
import { listRecords } from '../users/record-queries.ts'
import { dutiesByUser, placingOf, shiftsOf, unitLimitsOf } from './duties-of-many.ts'
import type { SoundField } from './field-values.ts'
import * as many from './many-queries.ts'
import * as operators from './operator-queries.ts'

export interface Setting {
  membershipId: string
  userId: string
  accountId: string
  set: Fields
}

interface One extends Setting {
  fields: readonly SoundField[]
}

export interface AppliedMany {
  /** What routing tells; for `appendEvents`, at the end. */
  events: string
  /** To be settled after the commit. */
  outcome: Outcome
}

/** `accountOf`: where a queue or a skill is. The people must be locked, and what is set be sound. */
export async function applyMany(
  tx: Tx,
  settings: readonly Setting[],
  accountOf: (id: string) => string | undefined,
): Promise<AppliedMany> {
  const all = settings.map((one) => ({ ...one, fields: fieldsOf(one.set) }))
  await writePlain(tx, all)
  await writePlaces(tx, all)
  await writeRoles(tx, all)
  await mark(tx, all, accountOf)
  return placeOperators(tx, all)
}

function fieldsOf(set: Fields): SoundField[] {
  return Object.entries(set).flatMap(([key, value]) => {
    const field = fieldOf(key)
    return field === undefined ? [] : [{ key, field, value }]
  })
}

const OF_USER = ['firstName', 'lastName', 'language']
const OF_MEMBERSHIP = ['displayName', 'alias', 'supervisorGroupId']

async function writePlain({ db, organisationId }: Tx, all: readonly One[]): Promise<void> {
  const only = (set: Fields, keys: readonly string[]) =>
    Object.fromEntries(Object.entries(set).filter(([key]) => keys.includes(key)))
  const users = new Map<string, Fields>()
  for (const { userId, set } of all)
    users.set(userId, { ...users.get(userId), ...only(set, OF_USER) })
  await many.updateUsers(
    db,
    [...users].flatMap(([id, set]) => (Object.keys(set).length === 0 ? [] : [{ ...set, id }])),
  )
  const isOfMembership = ({ field }: SoundField) => !isOfUser(field)
  const touched = all.filter(({ fields }) => fields.some(isOfMembership))
  await many.updateMemberships(
    db,
    organisationId,
    touched.map(({ membershipId, set }) => ({ id: membershipId, set: only(set, OF_MEMBERSHIP) })),
  )
}

function each<T>(all: readonly One[], of: (one: One, field: SoundField) => readonly T[]): T[] {
  return all.flatMap((one) => one.fields.flatMap((field) => of(one, field)))
}

async function writePlaces({ db, organisationId }: Tx, all: readonly One[]): Promise<void> {
  const put = each(all, ({ membershipId: of }, { field, value }) =>
    field.kind === 'department' && Check(Place, value) ? [{ of, id: field.id, ...value }] : [],
  )
  const left = each(all, ({ membershipId: of }, { field, value }) =>
    field.kind === 'department' && value === null ? [{ of, id: field.id }] : [],
  )
  const learnt = each(all, ({ userId: of }, { field, value }) =>
    field.kind === 'skill' && Check(SkillHeld, value) ? [{ of, id: field.id, ...value }] : [],
  )
  const dropped = each(all, ({ userId: of }, { field, value }) =>
    field.kind === 'skill' && value === null ? [{ of, id: field.id }] : [],
  )
  await many.putDepartments(db, organisationId, put)
  await many.leaveDepartments(db, organisationId, left)
  await many.putSkills(db, organisationId, learnt)
  await many.dropSkills(db, organisationId, dropped)
}

async function writeRoles({ db, organisationId, actorId }: Tx, all: readonly One[]): Promise<void> {
  const roles = (isGiven: boolean) =>
    each(all, ({ membershipId, userId }, { field, value }) =>
      field.kind === 'grant' && (value !== null) === isGiven
        ? [{ membershipId, userId, roleId: field.roleId, ...placeOf(field.scope) }]
        : [],
    )
  // Given first: whoever changes one administrator for another never leaves none.
  await many.giveRoles(db, organisationId, roles(true), actorId)
  await many.takeRoles(db, organisationId, roles(false))
}

function placeOf({ kind, id }: { kind: many.RoleOfMember['kind']; id: string }) {
  return { kind, at: id }
}

/** Limits have a version where they are kept. */
async function mark(
  tx: Tx,
  all: readonly One[],
  accountOf: (id: string) => string | undefined,
): Promise<void> {
  const { db, organisationId, actorId } = tx
  const now = tx.now().toISOString()
  const shared = each(all, ({ userId }, { key, field }) => {
    if (key === 'shiftId') return [{ userId, key, accountId: organisationId }]
    const accountId = isShared(field) ? accountOf(field.id) : undefined
    return accountId === undefined ? [] : [{ userId, key, accountId }]
  })
  const marked = new Map<string, Set<string>>()
  const own = each(all, ({ membershipId, userId }, { key, field }) =>
    key.startsWith('limit.') || key === 'shiftId' || isShared(field)
      ? []
      : [{ key, id: isOfUser(field) ? userId : membershipId }],
  )
  for (const { key, id } of own) marked.set(id, (marked.get(id) ?? new Set()).add(key))
  const rows = [...marked].map(([entityId, keys]) => ({ entityId, keys: [...keys] }))
  await many.markMany(db, rows, actorId, now)
  await many.markSharedMany(db, organisationId, shared, actorId, now)
}

/** What the user has in each of their memberships. */
function isShared(field: SoundField['field']): field is SoundField['field'] & { id: string } {
  return field.kind === 'queue' || field.kind === 'skill'
}

async function placeOperators(tx: Tx, all: readonly One[]): Promise<AppliedMany> {
  const { db, organisationId, actorId } = tx
  const duties = dutiesByUser(all)
  const userIds = [...duties.keys()]
  const held = await many.listHeldOf(db, organisationId, userIds)
  const kinds = await many.listKindsOf(db, organisationId, userIds)
  const limits = new Map<string, { live: number; deferred: number }>()
  const items: many.Placing[] = []
  for (const [userId, wanted] of duties) {
    const { accountId } = wanted
    if (!limits.has(accountId))
      limits.set(accountId, await operators.findLimits(db, organisationId, accountId))
    const standing = { roles: held.get(userId) ?? [], kinds: kinds.get(userId) }
    const item = placingOf(userId, wanted, standing, limits.get(accountId))
    if (item) items.push(item)
  }
  const {
    events,
    chats,
    operators: busy,
  } = await many.placeOperators(db, organisationId, items, actorId)
  const limited = await many.putUnitLimits(db, organisationId, unitLimitsOf(duties), actorId)
  await operators.putShifts(db, organisationId, shiftsOf(duties))
  const matching = { matchChats: chats, matchOperators: [...new Set([...busy, ...limited])] }
  return {
    events,
    outcome: { organisationId, status: 'set', seq: null, detail: null, ...matching },
  }
}

/** Asked before a change that may move people out of departments and groups. */
export async function whereManySeen(tx: Tx, userIds: readonly string[]): Promise<Seen> {
  const rows = await many.listPersonRows(tx.db, tx.organisationId, userIds)
  return new Map(rows.map(({ person, scopes }) => [person.id, scopes]))
}

/** So many records are read at a time. */
const AT_ONCE = 1_000

/** What is told of many, for `appendEvents`: read before the log is locked, and written in one go. */
export interface Told {
  kind: LiveKind
  id: string
  scopes: readonly string[]
  left: readonly string[]
  row: unknown
}

/** How the users look now, as `tellUser` tells it of one. */
export async function toldOf(
  { db, organisationId }: Pick<Tx, 'db' | 'organisationId'>,
  userIds: readonly string[],
  before: Seen,
): Promise<Told[]> {
  const told: Told[] = []
  const tell = <K extends LiveKind>(
    kind: K,
    row: LiveRow[K],
    scopes: readonly string[],
    seen: readonly string[] = [],
  ) => {
    const left = seen.filter((one) => !scopes.includes(one))
    told.push({ kind, id: row.id, scopes, left, row })
  }
  const left = new Map<string, string[]>()
  const persons = await many.listPersonRows(db, organisationId, userIds)
  for (const { person, scopes } of persons) {
    const seen = before.get(person.id) ?? []
    tell('person', person, scopes, seen)
    left.set(person.userId, [...(left.get(person.userId) ?? []), ...floorsOf(seen)])
  }
  const ids = persons.map(({ person }) => person.id)
  for (let at = 0; at < ids.length; at += AT_ONCE)
    for (const record of await listRecords(db, organisationId, ids.slice(at, at + AT_ONCE)))
      tell('record', record, [scope.record(record.id)])
  for (const { operator, scopes } of await many.listOperatorRows(db, organisationId, userIds))
    tell('operator', operator, scopes, left.get(operator.id))
  return told
}

/** Where an operator is seen as one of a team: among its people and on its floor. */
function floorsOf(scopes: readonly string[]): string[] {
  return scopes
    .map(partsOf)
    .flatMap(({ of, id }) => (of === 'team' ? [scope.team(id), scope.floor(id)] : []))
}
