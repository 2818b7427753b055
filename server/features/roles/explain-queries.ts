// What the explainer must know of places and people.
import { sql } from 'kysely'
import type { ScopeKind } from '#contract/permissions.ts'
import type { PlaceKind } from '#contract/roles.ts'
import type { MembershipStatus } from '#contract/users.ts'
import type { Db } from '../../platform/database.ts'

export interface Place {
  accountId: string
  /** What stands before the account in the place's path: the thing itself, and what it lies in. */
  inside: string[]
}

const PLACES: Readonly<Record<PlaceKind, string>> = {
  account: `select id as account_id, '{}'::uuid[] as inside from accounts t`,
  department: `select account_id, array[id] as inside from departments t`,
  group: `select d.account_id, array[t.id, t.department_id] as inside from supervisor_groups t
    join departments d on d.organisation_id = t.organisation_id and d.id = t.department_id`,
  site: `select account_id, array[id] as inside from sites t`,
  person: `select account_id, teams_of(organisation_id, id) as inside from memberships t`,
}

export async function findPlace(
  db: Db,
  organisationId: string,
  kind: PlaceKind,
  id: string,
): Promise<Place | undefined> {
  const { rows } = await sql<Place>`
    ${sql.raw(PLACES[kind])} where t.organisation_id = ${organisationId} and t.id = ${id}`.execute(
    db,
  )
  return rows[0]
}

/** The names of what roles are held at, by id. */
export async function namesOf(
  db: Db,
  organisationId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<{ id: string; name: string }>`
    select t.id, t.name
      from (select organisation_id, id, name from accounts
            union all select organisation_id, id, name from departments
            union all select organisation_id, id, name from supervisor_groups
            union all select organisation_id, id, name from sites) t
     where t.organisation_id = ${organisationId} and t.id = any (${[...ids]}::uuid[])`.execute(db)
  return new Map(rows.map(({ id, name }) => [id, name]))
}

export interface Member {
  userId: string
  membershipId: string
  accountId: string
  teamIds: string[]
  firstName: string
  lastName: string
  photo: string | null
  status: MembershipStatus
  /** Whether what is held through it counts: active, and the account not closed. */
  counts: boolean
}

/** Every membership of the users in the organisation. */
export async function listMembers(
  db: Db,
  organisationId: string,
  userIds: readonly string[],
): Promise<Member[]> {
  const { rows } = await sql<Member>`
    select m.user_id, m.id as membership_id, m.account_id, m.status,
           teams_of(m.organisation_id, m.id) as team_ids, u.first_name, u.last_name,
           '/files/photos/' || u.photo_id || '/96' as photo,
           exists (select from open_memberships o
                    where o.organisation_id = m.organisation_id and o.id = m.id) as counts
      from memberships m
      join users u on u.id = m.user_id
     where m.organisation_id = ${organisationId} and m.user_id = any (${[...userIds]}::uuid[])
     order by lower(u.last_name), lower(u.first_name), m.user_id, m.created_at, m.id`.execute(db)
  return rows
}

export interface Resting {
  key: string
  kind: ScopeKind
  at: string
  accountId: string
  membershipId: string
}

/** The roles held through the memberships. */
export async function listHeldThrough(
  db: Db,
  organisationId: string,
  membershipIds: readonly string[],
): Promise<Resting[]> {
  const { rows } = await sql<Resting>`
    select r.key, g.kind, g.at, g.account_id, g.membership_id
      from held_grants g
      join roles r on r.organisation_id = g.organisation_id and r.id = g.role_id
     where g.organisation_id = ${organisationId} and g.membership_id = any (${[...membershipIds]}::uuid[])
     order by r.key, g.at`.execute(db)
  return rows
}
