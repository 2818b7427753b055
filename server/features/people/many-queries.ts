// How each family of many people's fields is written: one statement for all of them.
import { sql } from 'kysely'
import type { Permission } from '#contract/permissions.ts'
import type { Operator } from '#contract/presence.ts'
import type { Person } from '#contract/users.ts'
import type { Db } from '../../platform/database.ts'
import { permissionsOfRole } from '../users/queries.ts'
import type { GivenRole, UserValues } from './field-queries.ts'

/** Nobody else changes the people until the transaction ends. Users first, as for one person. */
export async function lockPeople(
  db: Db,
  userIds: readonly string[],
  membershipIds: readonly string[],
): Promise<void> {
  await sql`select from users where id = any (${userIds}::uuid[])
             order by id for no key update`.execute(db)
  await sql`select from memberships where id = any (${membershipIds}::uuid[])
             order by id for no key update`.execute(db)
}

export async function updateUsers(
  db: Db,
  users: readonly ({ id: string } & Pick<UserValues, 'firstName' | 'lastName' | 'language'>)[],
): Promise<void> {
  await sql`
    update users u
       set first_name = coalesce(w."firstName", u.first_name), last_name = coalesce(w."lastName", u.last_name),
           language = coalesce(w.language, u.language), version = u.version + 1
      from jsonb_to_recordset(${JSON.stringify(users)}::jsonb)
             as w (id uuid, "firstName" text, "lastName" text, language text)
     where u.id = w.id`.execute(db)
}

/** What is set of a membership: a key that is not there stays as it is. */
export interface MembershipSet {
  id: string
  set: { displayName?: string | null; alias?: string | null; supervisorGroupId?: string | null }
}

export async function updateMemberships(
  db: Db,
  organisationId: string,
  memberships: readonly MembershipSet[],
): Promise<void> {
  await sql`
    update memberships m
       set display_name = case when w.set ? 'displayName' then w.set ->> 'displayName' else m.display_name end,
           alias = case when w.set ? 'alias' then w.set ->> 'alias' else m.alias end,
           supervisor_group_id = case when w.set ? 'supervisorGroupId'
             then (w.set ->> 'supervisorGroupId')::uuid else m.supervisor_group_id end,
           primary_department_id = case when w.set ? 'supervisorGroupId'
             then (select department_id from supervisor_groups
                    where organisation_id = m.organisation_id and id = (w.set ->> 'supervisorGroupId')::uuid)
             else m.primary_department_id end,
           version = m.version + 1
      from jsonb_to_recordset(${JSON.stringify(memberships)}::jsonb) as w (id uuid, set jsonb)
     where m.organisation_id = ${organisationId} and m.id = w.id`.execute(db)
}

/** A department of a membership, or a skill of a user. */
export interface Of {
  of: string
  id: string
}

export async function putDepartments(
  db: Db,
  organisationId: string,
  places: readonly (Of & { position: string | null })[],
): Promise<void> {
  await sql`
    insert into department_members (organisation_id, membership_id, department_id, position)
    select ${organisationId}, w.of, w.id, w.position
      from jsonb_to_recordset(${JSON.stringify(places)}::jsonb) as w (of uuid, id uuid, position text)
     order by w.of, w.id
    on conflict (organisation_id, department_id, membership_id)
    do update set position = excluded.position`.execute(db)
}

export async function leaveDepartments(
  db: Db,
  organisationId: string,
  places: readonly Of[],
): Promise<void> {
  await sql`
    delete from department_members d
     using jsonb_to_recordset(${JSON.stringify(places)}::jsonb) as w (of uuid, id uuid)
     where d.organisation_id = ${organisationId} and d.membership_id = w.of and d.department_id = w.id`.execute(
    db,
  )
}

export async function putSkills(
  db: Db,
  organisationId: string,
  skills: readonly (Of & { level: number })[],
): Promise<void> {
  await sql`
    insert into user_skills (organisation_id, user_id, skill_id, level)
    select distinct on (w.of, w.id) ${organisationId}::uuid, w.of, w.id, w.level
      from jsonb_to_recordset(${JSON.stringify(skills)}::jsonb) as w (of uuid, id uuid, level smallint)
     order by w.of, w.id
    on conflict (organisation_id, user_id, skill_id) do update set level = excluded.level`.execute(
    db,
  )
}

export async function dropSkills(
  db: Db,
  organisationId: string,
  skills: readonly Of[],
): Promise<void> {
  await sql`
    delete from user_skills s
     using jsonb_to_recordset(${JSON.stringify(skills)}::jsonb) as w (of uuid, id uuid)
     where s.organisation_id = ${organisationId} and s.user_id = w.of and s.skill_id = w.id`.execute(
    db,
  )
}

export type RoleOfMember = GivenRole & { membershipId: string; userId: string }

export async function giveRoles(
  db: Db,
  organisationId: string,
  roles: readonly RoleOfMember[],
  grantedBy: string | null,
): Promise<void> {
  await sql`
    insert into grants (organisation_id, membership_id, user_id, role_id, granted_by,
                        account_id, department_id, group_id, site_id)
    select ${organisationId}, w."membershipId", w."userId", w."roleId", ${grantedBy},
           case w.kind when 'account' then w.at end, case w.kind when 'department' then w.at end,
           case w.kind when 'group' then w.at end, case w.kind when 'site' then w.at end
      from jsonb_to_recordset(${JSON.stringify(roles)}::jsonb)
             as w ("membershipId" uuid, "userId" uuid, "roleId" uuid, kind text, at uuid)
     order by w."membershipId", w."roleId", w.at
    on conflict on constraint grants_once do nothing`.execute(db)
}

export async function takeRoles(
  db: Db,
  organisationId: string,
  roles: readonly RoleOfMember[],
): Promise<void> {
  await sql`
    delete from grants g
     using jsonb_to_recordset(${JSON.stringify(roles)}::jsonb)
             as w ("membershipId" uuid, "roleId" uuid, at uuid)
     where g.organisation_id = ${organisationId} and g.membership_id = w."membershipId"
       and g.role_id = w."roleId" and w.at in (g.account_id, g.department_id, g.group_id, g.site_id)`.execute(
    db,
  )
}

export interface Marked {
  entityId: string
  keys: readonly string[]
}

export async function markMany(
  db: Db,
  marked: readonly Marked[],
  by: string | null,
  now: string,
): Promise<void> {
  await sql`
    select mark_fields(w."entityId", array(select jsonb_array_elements_text(w.keys)), ${by}, ${now})
      from (select * from jsonb_to_recordset(${JSON.stringify(marked)}::jsonb) as w ("entityId" uuid, keys jsonb)
             order by "entityId") w`.execute(db)
}

/** As `markShared`: in each membership of the user whose account is of the branch. */
export async function markSharedMany(
  db: Db,
  organisationId: string,
  fields: readonly { userId: string; key: string; accountId: string }[],
  by: string | null,
  now: string,
): Promise<void> {
  await sql`
    select mark_fields(s.id, s.keys, ${by}, ${now})
      from (select m.id, array_agg(distinct w.key) as keys
              from jsonb_to_recordset(${JSON.stringify(fields)}::jsonb)
                     as w ("userId" uuid, key text, "accountId" uuid)
              join memberships m on m.organisation_id = ${organisationId} and m.user_id = w."userId"
               and is_same_branch(m.organisation_id, m.account_id, w."accountId")
             group by m.id order by m.id) s`.execute(db)
}

/** What each of the users may by each role held in the organisation, whatever a membership's status. */
export async function listHeldOf(db: Db, organisationId: string, userIds: readonly string[]) {
  interface Row {
    userId: string
    key: string
    isBuiltIn: boolean
    permissions: string[] | null
  }
  const { rows } = await sql<Row>`
    select g.user_id, r.key, r.is_built_in, r.permissions
      from grants g join roles r on r.organisation_id = g.organisation_id and r.id = g.role_id
     where g.organisation_id = ${organisationId} and g.user_id = any (${userIds}::uuid[])`.execute(
    db,
  )
  const held = new Map<string, (readonly Permission[])[]>(userIds.map((id) => [id, []]))
  for (const { userId, key, isBuiltIn, permissions } of rows)
    held.get(userId)?.push(permissionsOfRole(key, isBuiltIn, permissions))
  return held
}

export async function listKindsOf(db: Db, organisationId: string, userIds: readonly string[]) {
  const { rows } = await sql<{ userId: string; takesChats: boolean; takesTests: boolean }>`
    select user_id, takes_chats, takes_tests from operators
     where organisation_id = ${organisationId} and user_id = any (${userIds}::uuid[])`.execute(db)
  return new Map(rows.map(({ userId, ...kinds }) => [userId, kinds]))
}

export interface Placing {
  userId: string
  isNew: boolean
  isGone: boolean
  newLive: number
  newDeferred: number
  put: readonly { queueId: string; tier: number; participates: boolean }[]
  remove: readonly string[]
  live: number | null
  deferred: number | null
  takesChats: boolean
  takesTests: boolean
}

/** Makes, unmakes and places operators. `events` must be appended to the log at the transaction's end. */
export async function placeOperators(
  db: Db,
  organisationId: string,
  items: readonly Placing[],
  by: string | null,
) {
  const { rows } = await sql<{ events: string; chats: string[]; operators: string[] }>`
    select coalesce(to_jsonb(array_remove(o_events, null)), '[]')::text as events,
           o_chats as chats, o_operators as operators
      from place_operators(${organisationId}, ${JSON.stringify(items)}::jsonb, ${by})`.execute(db)
  return rows[0] ?? { events: '[]', chats: [], operators: [] }
}

export interface UnitLimit {
  userId: string
  unitLimit: number | null
}

/** After `placeOperators`, which has locked them all. Answers whose limit has changed by it. */
export async function putUnitLimits(
  db: Db,
  organisationId: string,
  limits: readonly UnitLimit[],
  by: string | null,
): Promise<string[]> {
  if (limits.length === 0) return []
  const { rows } = await sql<{ userId: string }>`
    select user_id from put_unit_limits(${organisationId}, ${JSON.stringify(limits)}::jsonb, ${by}) user_id`.execute(
    db,
  )
  return rows.map(({ userId }) => userId)
}

/** Takes the log's lock, when all is read: nothing but telling comes after it. `routed`: as JSON. */
export async function appendEvents(
  db: Db,
  { organisationId, actorId }: { organisationId: string; actorId: string | null },
  routed: string,
  told: readonly object[],
): Promise<void> {
  if (routed === '[]' && told.length === 0) return
  await sql`
    select append_events(${organisationId}, ${actorId}, e.events)
      from (select ${routed}::jsonb || ${JSON.stringify(told)}::jsonb as events) e`.execute(db)
}

export async function listPersonRows(db: Db, organisationId: string, userIds: readonly string[]) {
  const { rows } = await sql<{ person: Person; scopes: string[] }>`
    select "row" as person, scopes from person_rows
     where organisation_id = ${organisationId} and user_id = any (${userIds}::uuid[])`.execute(db)
  return rows
}

export async function listOperatorRows(db: Db, organisationId: string, userIds: readonly string[]) {
  const { rows } = await sql<{ operator: Operator; scopes: string[] }>`
    select "row" as operator, scopes from operator_rows
     where organisation_id = ${organisationId} and user_id = any (${userIds}::uuid[])`.execute(db)
  return rows
}
