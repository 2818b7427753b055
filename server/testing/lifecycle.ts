// People to block, archive and restore: what they hold, set in every family there is, and how to
// read all of it again.
import { randomBytes, randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { type Act, type ActDone, type PersonRecord, people } from '#contract/people.ts'
import type { BuiltInRole } from '#contract/permissions.ts'
import * as routing from '../features/routing/queries.ts'
import type { Ctx } from '../platform/context.ts'
import type { Db } from '../platform/database.ts'
import { makeHasher } from '../platform/hash.ts'
import type { House, Person } from './house.ts'

type Named = Pick<Person, 'membershipId'>

export function does(by: Person, act: Act, ...whom: readonly Named[]): Promise<ActDone> {
  const ids = whom.map(({ membershipId }) => membershipId)
  return by.call(people.act, { body: { act, ids } })
}

/** What an act on one person answers: a refusal's code, or null. */
export async function act(by: Person, what: Act, person: Named): Promise<string | null> {
  const { results } = await does(by, what, person)
  const [only] = results
  if (only === undefined) throw new Error('an act answers for everybody it was asked for')
  return only.refusal
}

export function recordOf(by: Person, { membershipId: id }: Named): Promise<PersonRecord> {
  return by.call(people.record, { params: { id } })
}

/** Another membership of the user in the organisation, with a role there. */
export async function joinAlso(
  db: Db,
  { userId, organisationId }: Pick<Person, 'userId' | 'organisationId'>,
  accountId: string,
  role: BuiltInRole,
): Promise<Named> {
  const membershipId = randomUUID()
  await sql`insert into memberships (organisation_id, id, account_id, user_id)
    values (${organisationId}, ${membershipId}, ${accountId}, ${userId})`.execute(db)
  await grant(db, { organisationId, userId, membershipId }, role, { account_id: accountId })
  return { membershipId }
}

/** Gives a role at one place. */
export async function grant(
  db: Db,
  it: Pick<Person, 'organisationId' | 'userId' | 'membershipId'>,
  role: BuiltInRole,
  at: Partial<Record<'account_id' | 'department_id' | 'group_id' | 'site_id', string>>,
): Promise<void> {
  const { organisationId, userId, membershipId } = it
  await sql`insert into grants (organisation_id, user_id, membership_id, role_id, account_id, department_id, group_id, site_id)
    select ${organisationId}, ${userId}, ${membershipId}, id, ${at.account_id ?? null}, ${at.department_id ?? null},
           ${at.group_id ?? null}, ${at.site_id ?? null}
      from roles where organisation_id = ${organisationId} and key = ${role}`.execute(db)
}

/** A department of the account, and a supervisor's group in it. */
export async function openGroup(
  db: Db,
  {
    organisationId,
    accountId,
    supervisorId,
  }: Record<'organisationId' | 'accountId' | 'supervisorId', string>,
): Promise<{ departmentId: string; groupId: string }> {
  const [departmentId, groupId] = [randomUUID(), randomUUID()]
  const name = groupId.slice(0, 8)
  await sql`insert into departments (organisation_id, id, account_id, name)
    values (${organisationId}, ${departmentId}, ${accountId}, ${name})`.execute(db)
  await sql`insert into supervisor_groups (organisation_id, id, department_id, supervisor_user_id, name)
    values (${organisationId}, ${groupId}, ${departmentId}, ${supervisorId}, ${name})`.execute(db)
  return { departmentId, groupId }
}

export async function putInGroup(
  db: Db,
  {
    organisationId,
    userId,
    membershipId,
  }: Pick<Person, 'organisationId' | 'userId' | 'membershipId'>,
  { departmentId, groupId }: { departmentId: string; groupId: string },
): Promise<void> {
  await sql`update memberships set supervisor_group_id = ${groupId}, primary_department_id = ${departmentId}
    where id = ${membershipId}`.execute(db)
  await routing.tellOperator(db, { organisationId, userId })
}

/** Gives a user a skill of the account. */
export async function learn(
  db: Db,
  { organisationId, userId }: Pick<Person, 'organisationId' | 'userId'>,
  accountId: string,
): Promise<void> {
  const skillId = randomUUID()
  await sql`insert into skills (organisation_id, id, account_id, name)
    values (${organisationId}, ${skillId}, ${accountId}, 'Dutch')`.execute(db)
  await sql`insert into user_skills (organisation_id, user_id, skill_id, level)
    values (${organisationId}, ${userId}, ${skillId}, 2)`.execute(db)
}

/** Every row of the person, as it stands in the database; without what counts the changes. */
export async function everythingOf(
  db: Db,
  { userId, organisationId }: Pick<Person, 'userId' | 'organisationId'>,
): Promise<Record<string, unknown[]>> {
  const { rows } = await sql<{ table: string; row: unknown }>`
    select 'membership' as "table", to_jsonb(t) - 'version' as row from memberships t
      where organisation_id = ${organisationId} and user_id = ${userId}
    union all select 'user', to_jsonb(t) from users t where id = ${userId}
    union all select 'grant', to_jsonb(t) from grants t where organisation_id = ${organisationId} and user_id = ${userId}
    union all select 'department', to_jsonb(t) from department_members t
      where membership_id in (select id from memberships where user_id = ${userId})
    union all select 'place', to_jsonb(t) from queue_members t
      where organisation_id = ${organisationId} and user_id = ${userId}
    union all select 'limit', to_jsonb(t) from operator_loads t
      where organisation_id = ${organisationId} and user_id = ${userId}
    union all select 'kinds', to_jsonb(t) - '{availability, availability_since, availability_set_by, reason, is_ready,
          is_present, grace_until, connection_since, last_offered_at, suspended_at}'::text[]
          || jsonb_build_object('is_suspended', suspended_at is not null) from operators t
      where organisation_id = ${organisationId} and user_id = ${userId}
    union all select 'skill', to_jsonb(t) from user_skills t
      where organisation_id = ${organisationId} and user_id = ${userId}
    union all select 'face', to_jsonb(t) from site_profiles t
      where organisation_id = ${organisationId} and user_id = ${userId}
    union all select 'mark', to_jsonb(t) from field_marks t
      where entity_id in (select id from memberships where user_id = ${userId} union all select ${userId}::uuid)
    order by 1, 2`.execute(db)
  return Object.fromEntries(
    [...new Set(rows.map(({ table }) => table))].map((name) => [
      name,
      rows.filter(({ table }) => table === name).map(({ row }) => row),
    ]),
  )
}

/** As if they had been archived so long ago. */
export async function archivedSince(db: Db, { membershipId }: Named, ms: number): Promise<void> {
  // The clock of those who ask knows no part of a millisecond.
  await sql`update memberships set archived_at = date_trunc('milliseconds', now()) - ${ms} * interval '1 millisecond'
    where id = ${membershipId}`.execute(db)
}

/** What a server does by the clock, it does with this. */
export function clockOf({ app: { database, bus, http }, url }: House, now: () => Date): Ctx {
  return {
    ...{ db: database.db, database, bus, log: http.log, now, requestId: 'clock' },
    hasher: makeHasher({ running: 1, queued: 1, waitMs: 1_000 }),
    secretKey: randomBytes(32),
    visitorAllowance: 1,
    publicOrigin: url,
    browser: {
      ...{ ip: '', host: '', userAgent: '', deviceToken: undefined },
      keepSession() {},
      dropSession() {},
      keepDevice() {},
    },
  }
}
