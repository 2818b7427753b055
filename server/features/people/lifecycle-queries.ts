// The rows behind blocking, archiving and what comes after.
import { sql } from 'kysely'
import type { HeldRole } from '#contract/people.ts'
import type { Db } from '../../platform/database.ts'
import { type Outcome, transition } from '../presence/queries.ts'
import { permissionsOfRole } from '../users/queries.ts'
import type { Place, State, TheirMembership } from './lifecycle-rules.ts'
import type * as people from './queries.ts'

/** A person to whom something is about to be done. */
export interface Target extends people.Standing, State {
  name: string
  roles: HeldRole[]
}

/** Those of the people that exist, in the order of their ids. */
export async function listTargets(
  db: Db,
  organisationId: string,
  ids: readonly string[],
): Promise<Target[]> {
  const { rows } = await sql<Omit<Target, 'roles'> & { roles: HeldRole[] }>`
    select m.id as membership_id, m.user_id, m.account_id, m.status,
           teams_of(m.organisation_id, m.id) as team_ids,
           m.blocked_at, m.archived_at, m.blocked_before,
           u.first_name || ' ' || u.last_name as name,
           r.row -> 'roles' as roles
      from memberships m
      join users u on u.id = m.user_id
      join record_rows r on r.organisation_id = m.organisation_id and r.membership_id = m.id
     where m.organisation_id = ${organisationId} and m.id = any (${ids}::uuid[])
     order by m.id`.execute(db)
  return rows.map((row) => ({ ...row, roles: row.roles.map(withPermissions) }))
}

// What a built-in role may, the code says.
function withPermissions(held: HeldRole): HeldRole {
  const isOwn = held.permissions.length > 0
  return { ...held, permissions: [...permissionsOfRole(held.roleKey, !isOwn, held.permissions)] }
}

export async function setState(
  db: Db,
  organisationId: string,
  membershipId: string,
  state: State,
): Promise<void> {
  await db
    .updateTable('memberships')
    .set((eb) => ({ ...state, version: eb('version', '+', 1) }))
    .where('organisationId', '=', organisationId)
    .where('id', '=', membershipId)
    .execute()
}

/** Every membership of the users in the organisation, and whether its roles answer chats. */
export async function listMemberships(
  db: Db,
  organisationId: string,
  userIds: readonly string[],
): Promise<TheirMembership[]> {
  const { rows } = await sql<Omit<TheirMembership, 'answers'> & { roles: Role[] }>`
    select m.id, m.user_id, m.account_id, m.status, coalesce(r.roles, '[]') as roles
      from memberships m
     cross join lateral (
       select jsonb_agg(jsonb_build_object(
                'key', r.key, 'isBuiltIn', r.is_built_in, 'permissions', r.permissions)) as roles
         from grants g
         join roles r on r.organisation_id = g.organisation_id and r.id = g.role_id
        where g.organisation_id = m.organisation_id and g.membership_id = m.id) r
     where m.organisation_id = ${organisationId} and m.user_id = any (${userIds}::uuid[])
     order by m.id`.execute(db)
  return rows.map(({ roles, ...membership }) => ({ ...membership, answers: roles.some(answers) }))
}

interface Role {
  key: string
  isBuiltIn: boolean
  permissions: string[] | null
}

function answers({ key, isBuiltIn, permissions }: Role): boolean {
  return permissionsOfRole(key, isBuiltIn, permissions).includes('chats.answer')
}

/** Ends the user's sessions in the organisation; answers which. */
export async function endSessions(
  db: Db,
  organisationId: string,
  userId: string,
  now: string,
  because: string,
): Promise<string[]> {
  const rows = await db
    .updateTable('sessions')
    .set({ endedAt: now, endedBecause: because })
    .where('organisationId', '=', organisationId)
    .where('userId', '=', userId)
    .where('endedAt', 'is', null)
    .returning('id')
    .execute()
  return rows.map(({ id }) => id)
}

/** Whether the operator is set aside; undefined for one who is no operator. */
export async function isSuspended(
  db: Db,
  organisationId: string,
  userId: string,
): Promise<boolean | undefined> {
  const row = await db
    .selectFrom('operators')
    .select('suspendedAt')
    .where('organisationId', '=', organisationId)
    .where('userId', '=', userId)
    .executeTakeFirst()
  return row && row.suspendedAt !== null
}

export interface MovedOperator {
  organisationId: string
  userId: string
  /** Whether an active membership answers chats. */
  serves: boolean
  actorId: string | null
  /** The account whose membership has ended for good. */
  goneFrom: string | undefined
}

/** Brings an operator's part in routing in line with the user's memberships. */
export function followMemberships(
  db: Db,
  { organisationId, userId, serves, actorId, goneFrom }: MovedOperator,
): Promise<Outcome<'suspended' | 'serves' | 'not_found'>> {
  return transition(
    db,
    sql<Outcome<'suspended' | 'serves' | 'not_found'>>`select * from follow_memberships(
      ${organisationId}, ${userId}, ${serves}, ${actorId}, ${goneFrom ?? null})`,
  )
}

/** The person's line as it is told now, and who sees it. */
export async function findScopes(
  db: Db,
  organisationId: string,
  membershipId: string,
): Promise<string[]> {
  const row = await db
    .selectFrom('personRows')
    .select(sql<string[]>`scopes`.as('scopes'))
    .where('organisationId', '=', organisationId)
    .where('membershipId', '=', membershipId)
    .executeTakeFirst()
  return row?.scopes ?? []
}

/**
 * Ends a membership for good: its grants and departments, and what the user has in its branch of the
 * accounts that no other membership of theirs reaches: skills, and how they appear on sites.
 */
export async function deleteMembership(
  db: Db,
  organisationId: string,
  { membershipId, userId, accountId }: people.Standing,
): Promise<void> {
  await db
    .deleteFrom('memberships')
    .where('organisationId', '=', organisationId)
    .where('id', '=', membershipId)
    .execute()
  await sql`delete from field_marks where entity_id = ${membershipId}`.execute(db)
  await sql`
    delete from user_skills us using skills sk
     where us.organisation_id = ${organisationId} and us.user_id = ${userId}
       and sk.organisation_id = us.organisation_id and sk.id = us.skill_id
       and place_standing(us.organisation_id, sk.account_id, us.user_id, ${accountId}) = 'gone'`.execute(
    db,
  )
  await sql`
    delete from site_profiles sp using sites st
     where sp.organisation_id = ${organisationId} and sp.user_id = ${userId}
       and st.organisation_id = sp.organisation_id and st.id = sp.site_id
       and place_standing(sp.organisation_id, st.account_id, sp.user_id, ${accountId}) = 'gone'`.execute(
    db,
  )
}

/** Active members who hold the administrator's role over the whole organisation. */
export async function listAdministrators(db: Db, organisationId: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select distinct m.id
      from grants g
      join roles r on r.organisation_id = g.organisation_id and r.id = g.role_id and r.key = 'administrator'
      join open_memberships m on m.organisation_id = g.organisation_id and m.id = g.membership_id
     where g.organisation_id = ${organisationId} and g.account_id = ${organisationId}`.execute(db)
  return rows.map(({ id }) => id)
}

/** Who serves the queues in which any of the users has a place. */
export async function listPlaces(
  db: Db,
  organisationId: string,
  userIds: readonly string[],
): Promise<Place[]> {
  const { rows } = await sql<Place>`
    select m.user_id, m.queue_id, q.account_id,
           m.is_suspended or o.suspended_at is not null as is_suspended,
           m.is_joined and o.is_ready and l.used < l.chat_limit and has_units(o, q)
             and may_hold_more(m) as is_able
      from queue_members m
      join queues q on q.organisation_id = m.organisation_id and q.id = m.queue_id
      join operators o on o.organisation_id = m.organisation_id and o.user_id = m.user_id
      join operator_loads l on l.organisation_id = m.organisation_id and l.user_id = m.user_id and l.kind = q.kind
     where m.organisation_id = ${organisationId}
       and m.queue_id in (
         select queue_id from queue_members
          where organisation_id = ${organisationId} and user_id = any (${userIds}::uuid[])
         union
         select queue_id from routed_chats
          where organisation_id = ${organisationId} and operator_id = any (${userIds}::uuid[]))
     order by m.queue_id, m.user_id`.execute(db)
  return rows
}

/** The chats that the users hold or are offered. */
export async function listChats(
  db: Db,
  organisationId: string,
  userIds: readonly string[],
): Promise<{ chatId: string; userId: string; queueId: string }[]> {
  const { rows } = await sql<{ chatId: string; userId: string; queueId: string }>`
    select chat_id, operator_id as user_id, queue_id from routed_chats
     where organisation_id = ${organisationId} and operator_id = any (${userIds}::uuid[])
     order by due_at, chat_id`.execute(db)
  return rows
}

/** How many sessions each of the users has open in the organisation. */
export async function countSessions(
  db: Db,
  organisationId: string,
  userIds: readonly string[],
  now: string,
): Promise<Map<string, number>> {
  if (userIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('sessions')
    .select(['userId', sql<number>`count(*)::int`.as('open')])
    .where('organisationId', '=', organisationId)
    .where('userId', 'in', [...userIds])
    .where('endedAt', 'is', null)
    .where('expiresAt', '>', now)
    .groupBy('userId')
    .execute()
  return new Map(rows.map(({ userId, open }) => [userId, open]))
}
