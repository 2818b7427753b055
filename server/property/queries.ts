// What the model is compared with, read past every rule of the product; and the rows of a world that
// nobody has thought of.
import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import * as founding from '../features/founding/queries.ts'
import { run } from '../features/routing/actions.ts'
import * as routing from '../features/routing/queries.ts'
import type { Db } from '../platform/database.ts'
import { hashToken, newToken } from '../platform/tokens.ts'
import type { Held, Membership, Organisation, User } from './model.ts'

/** Where each organisation's logs end: nothing is changed without moving one. */
export async function readHeads(db: Db, ids: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; head: string }>`
    select id, concat_ws(' ',
             (select max(seq) from event_log where organisation_id = id),
             (select max(seq) from audit_log where organisation_id = id)) as head
      from unnest(${ids}::uuid[]) as id`.execute(db)
  return new Map(rows.map(({ id, head }) => [id, head]))
}

/** The versions of a thing's fields, as a page that has just loaded knows them. */
export async function readVersions(db: Db, entityId: string): Promise<Record<string, number>> {
  const { rows } = await sql<{ versions: Record<string, number> }>`
    select versions_of(${entityId}) as versions`.execute(db)
  return rows[0]?.versions ?? {}
}

/** Everything set of a person, but for what archiving and restoring is about. */
export async function readRecord(
  db: Db,
  membershipId: string,
): Promise<{ text: string; versions: Record<string, number> }> {
  const { rows } = await sql<{ text: string; versions: Record<string, number> | null }>`
    select (r.row - '{status,version,blockedAt,archivedAt,erasesAt}'::text[])::text as text,
           (select jsonb_object_agg(key, value -> 'version') from jsonb_each(r.row -> 'marks')) as versions
      from record_rows r where r.membership_id = ${membershipId}`.execute(db)
  const [row] = rows
  return { text: row?.text ?? '', versions: row?.versions ?? {} }
}

/** Everything of an organisation that the model has too, in lines. */
export async function readLines(db: Db, organisationId: string): Promise<string[]> {
  const { rows } = await sql<{ line: string }>`
    with org as (select ${organisationId}::uuid as id)
    select concat_ws(' ', 'account', a.id, coalesce(a.parent_id::text, '-'), a.is_active) as line
      from accounts a, org where a.organisation_id = org.id
    union all
    select concat_ws(' ', 'member', m.id, m.user_id, m.account_id, m.status, m.blocked_before is not null,
             coalesce(m.supervisor_group_id::text, '-'), coalesce(m.primary_department_id::text, '-'))
      from memberships m, org where m.organisation_id = org.id
    union all
    select concat_ws(' ', 'grant', g.membership_id, g.user_id, g.role_id, g.kind, g.at)
      from held_grants g, org where g.organisation_id = org.id
    union all
    select concat_ws(' ', 'placed', membership_id, department_id, coalesce(position, '-'))
      from department_members, org where organisation_id = org.id
    union all
    select concat_ws(' ', 'role', r.id, array_to_string(array(select unnest(r.permissions) order by 1), ','))
      from roles r, org where r.organisation_id = org.id and not r.is_built_in
    union all
    select concat_ws(' ', 'group', g.id, g.department_id, g.supervisor_user_id)
      from supervisor_groups g, org where g.organisation_id = org.id
    union all
    select concat_ws(' ', 'limit', l.user_id, l.kind, l.own_limit)
      from operator_loads l, org where l.organisation_id = org.id
    union all
    select concat_ws(' ', 'limit', o.user_id, 'units', coalesce(o.own_unit_limit::text, 'none'))
      from operators o, org where o.organisation_id = org.id
    union all
    select concat_ws(' ', 'serves', q.user_id, q.queue_id, q.participates, q.tier)
      from queue_members q, org where q.organisation_id = org.id`.execute(db)
  return rows.map(({ line }) => line).toSorted()
}

/** Who holds the administrator's role over the whole organisation, through what counts. */
export async function countAdministrators(db: Db, organisationId: string): Promise<number> {
  const { rows } = await sql<{ administrators: number }>`
    select count(distinct m.id)::int as administrators
      from grants g
      join roles r on r.id = g.role_id and r.key = 'administrator' and r.is_built_in
      join open_memberships m on m.id = g.membership_id
     where g.organisation_id = ${organisationId} and g.account_id = ${organisationId}`.execute(db)
  return rows[0]?.administrators ?? 0
}

/** The names, by user. */
export async function readUsers(db: Db, ids: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; line: string }>`
    select id, concat_ws(' ', email, first_name, last_name, gender) as line
      from users where id = any (${ids}::uuid[])`.execute(db)
  return new Map(rows.map(({ id, line }) => [id, line]))
}

export async function forgetThrottles(db: Db): Promise<void> {
  await db.deleteFrom('throttles').execute()
}

export async function openSession(db: Db, organisationId: string, userId: string): Promise<string> {
  const token = newToken()
  await sql`insert into sessions (token_hash, user_id, organisation_id, created_at, last_active_at, expires_at, ip, user_agent)
    values (${hashToken(token)}, ${userId}, ${organisationId}, now(), now(), now() + interval '12 hours',
            '127.0.0.1', 'test')`.execute(db)
  return `sid=${token}`
}

export async function insertUser(db: Db, user: User): Promise<void> {
  await sql`insert into users (id, login, email, first_name, last_name, gender)
    values (${user.id}, ${user.email}, ${user.email}, ${user.firstName}, ${user.lastName}, ${user.gender})`.execute(
    db,
  )
}

/** The organisation with its built-in roles; answers what the first ones hold by default. */
export async function insertOrganisation(db: Db, id: string) {
  await founding.found(db, { id, name: `Organisation ${id.slice(0, 6)}`, language: 'en' })
  const { rows } = await sql<{ live: number; deferred: number }>`
    select live_limit as live, deferred_limit as deferred from accounts where id = ${id}`.execute(
    db,
  )
  const { rows: roles } = await sql<{ id: string; key: string }>`
    select id, key from roles where organisation_id = ${id} order by key`.execute(db)
  return { usual: rows[0] ?? { live: 0, deferred: 0 }, roles }
}

/** Everything in the organisation but its people. */
export async function insertPlaces(db: Db, org: Organisation): Promise<void> {
  const { id: organisationId } = org
  for (const { id, parentId, kind } of org.accounts.values())
    if (parentId !== null)
      await sql`insert into accounts (organisation_id, id, parent_id, kind, name)
        values (${organisationId}, ${id}, ${parentId}, ${kind}, ${`Account ${id}`})`.execute(db)
  for (const [table, things] of [
    ['departments', org.departments],
    ['queues', org.queues],
  ] as const)
    for (const { id, accountId } of things.values())
      await sql`insert into ${sql.table(table)} (organisation_id, id, account_id, name)
        values (${organisationId}, ${id}, ${accountId}, ${id})`.execute(db)
  const [queueId] = org.queues.keys()
  for (const { id, accountId } of org.sites.values())
    await sql`insert into sites (organisation_id, id, account_id, queue_id, name, key)
      values (${organisationId}, ${id}, ${accountId}, ${queueId}, ${id}, ${randomBytes(10).toString('hex')})`.execute(
      db,
    )
  for (const role of org.roles.values())
    if (!role.isBuiltIn)
      await sql`insert into roles (organisation_id, id, key, name, is_built_in, permissions)
        values (${organisationId}, ${role.id}, ${role.key}, ${role.key}, false, ${[...role.permissions]}::text[])`.execute(
        db,
      )
}

export async function insertGroup(
  db: Db,
  organisationId: string,
  group: { id: string; departmentId: string; supervisorId: string },
): Promise<void> {
  await sql`insert into supervisor_groups (organisation_id, id, department_id, name, supervisor_user_id)
    values (${organisationId}, ${group.id}, ${group.departmentId}, ${group.id}, ${group.supervisorId})`.execute(
    db,
  )
}

export async function insertMembership(
  db: Db,
  organisationId: string,
  member: Membership,
): Promise<void> {
  const { id, accountId, userId } = member
  await sql`insert into memberships (organisation_id, id, account_id, user_id)
    values (${organisationId}, ${id}, ${accountId}, ${userId})`.execute(db)
  for (const held of member.held.values()) await insertGrant(db, organisationId, member, held)
  for (const [departmentId, position] of member.departments)
    await sql`insert into department_members (organisation_id, department_id, membership_id, position)
      values (${organisationId}, ${departmentId}, ${id}, ${position})`.execute(db)
}

export async function insertGrant(
  db: Db,
  organisationId: string,
  { id, userId }: Membership,
  { roleId, kind, at }: Held,
): Promise<void> {
  const is = (one: string) => (kind === one ? at : null)
  await sql`insert into grants (organisation_id, user_id, membership_id, role_id, account_id, department_id, group_id, site_id)
    values (${organisationId}, ${userId}, ${id}, ${roleId}, ${is('account')}, ${is('department')}, ${is('group')}, ${is('site')})`.execute(
    db,
  )
}

export async function registerOperator(
  db: Db,
  organisationId: string,
  userId: string,
  limits: { live: number; deferred: number },
): Promise<void> {
  await run(db, (at) => routing.registerOperator(at, { organisationId, userId, ...limits }))
}

/** So that the database plans for the world that there is, not for one that it imagines. */
export async function analyse(db: Db): Promise<void> {
  await sql`analyze`.execute(db)
}
