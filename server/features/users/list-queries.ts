// Lists of people, asked in one go: what each of them has comes from one pass over each table,
// where the view (person_rows) asks anew for every person. The rows are the very same: a test
// holds the two together.
import { type RawBuilder, sql } from 'kysely'
import type { PageSort } from '#contract/people-list.ts'
import type { Person } from '#contract/users.ts'
import type { Db } from '../../platform/database.ts'

/** The people of the accounts, by name. */
export async function listOfAccounts(
  db: Db,
  organisationId: string,
  accountIds: readonly string[],
): Promise<Person[]> {
  if (accountIds.length === 0) return []
  return list(db, organisationId, ofAccounts(organisationId, accountIds))
}

/** The people of the accounts, and those of departments and groups elsewhere, by name. */
export function listOfPlaces(
  db: Db,
  organisationId: string,
  accountIds: readonly string[],
  teamIds: readonly string[],
): Promise<Person[]> {
  if (teamIds.length === 0) return listOfAccounts(db, organisationId, accountIds)
  const ids = sql`${ofAccounts(organisationId, accountIds)} union ${ofTeams(organisationId, teamIds)}`
  return list(db, organisationId, ids)
}

/** The people of a department or of a supervisor's group, by name. */
export function listOfTeam(db: Db, organisationId: string, teamId: string): Promise<Person[]> {
  return list(db, organisationId, ofTeams(organisationId, [teamId]))
}

type Ids = RawBuilder<unknown>

const ofAccounts = (organisationId: string, accountIds: readonly string[]): Ids => sql`
  select id from memberships
   where organisation_id = ${organisationId} and account_id = any(${[...accountIds]}::uuid[])`

const ofTeams = (organisationId: string, teamIds: readonly string[]): Ids => sql`
  select membership_id from department_members
   where organisation_id = ${organisationId} and department_id = any(${[...teamIds]}::uuid[])
  union
  select id from memberships
   where organisation_id = ${organisationId}
     and (supervisor_group_id = any(${[...teamIds]}::uuid[]) or primary_department_id = any(${[...teamIds]}::uuid[]))`

async function list(db: Db, organisationId: string, ids: Ids): Promise<Person[]> {
  const { rows } = await sql<{ person: Person }>`
    with members as materialized (
      select m.* from memberships m where m.organisation_id = ${organisationId} and m.id in (${ids})),
    ${partsOf(organisationId)}
    select ${ROW} as person ${JOINED}
     order by lower(u.last_name), lower(u.first_name), m.id`.execute(db)
  return rows.map(({ person }) => person)
}

/** What the people in `members` have, each kind of thing gathered once for all of them. */
function partsOf(organisationId: string) {
  return sql`
    branches as materialized (
      select one.account_id as one, other.id as other
        from (select distinct account_id from members) one
        join accounts other on other.organisation_id = ${organisationId}
       where is_same_branch(${organisationId}, one.account_id, other.id)),
    held as (
      select g.membership_id,
             json_agg(json_build_object('key', r.key, 'name', r.name, 'kind', g.kind, 'at', g.at,
               'accountId', g.account_id) order by r.key, g.account_id, g.at) as roles
        from members m
        join held_grants g on g.organisation_id = ${organisationId} and g.membership_id = m.id
        join roles r on r.organisation_id = ${organisationId} and r.id = g.role_id
       group by 1),
    placed as (
      select d.membership_id,
             json_agg(json_build_object('id', d.department_id, 'position', d.position)
               order by d.department_id) as departments
        from members m
        join department_members d on d.organisation_id = ${organisationId} and d.membership_id = m.id
       group by 1),
    serving as (
      select m.id as membership_id, json_agg(qm.queue_id order by qm.queue_id) as queues
        from members m
        join queue_members qm on qm.organisation_id = ${organisationId} and qm.user_id = m.user_id
        join queues q on q.organisation_id = ${organisationId} and q.id = qm.queue_id
        join branches b on b.one = m.account_id and b.other = q.account_id
       group by 1),
    skilled as (
      select m.id as membership_id, json_agg(us.skill_id order by us.skill_id) as skills
        from members m
        join user_skills us on us.organisation_id = ${organisationId} and us.user_id = m.user_id
        join skills s on s.organisation_id = ${organisationId} and s.id = us.skill_id
        join branches b on b.one = m.account_id and b.other = s.account_id
       group by 1),
    loaded as (
      select m.id as membership_id,
             json_object_agg(l.kind, json_build_object(
               'limit', l.chat_limit, 'own', l.own_limit, 'version', l.version)) as loads
        from members m
        join operator_loads l on l.organisation_id = ${organisationId} and l.user_id = m.user_id
       group by 1)`
}

const JOINED = sql`
  from members m
  join users u on u.id = m.user_id
  left join held on held.membership_id = m.id
  left join placed on placed.membership_id = m.id
  left join serving on serving.membership_id = m.id
  left join skilled on skilled.membership_id = m.id
  left join loaded on loaded.membership_id = m.id
  left join operators o on o.organisation_id = m.organisation_id and o.user_id = m.user_id`

const ROW = sql`json_build_object(
  'id', m.id, 'userId', m.user_id, 'accountId', m.account_id,
  'firstName', u.first_name, 'lastName', u.last_name, 'displayName', m.display_name,
  'email', u.email, 'login', u.login, 'photo', '/files/photos/' || u.photo_id || '/96',
  'language', u.language, 'status', m.status, 'erasesAt', instant(m.archived_at + interval '30 days'),
  'roles', coalesce(held.roles, '[]'), 'departments', coalesce(placed.departments, '[]'),
  'supervisorGroupId', m.supervisor_group_id,
  'queues', coalesce(serving.queues, '[]'), 'skills', coalesce(skilled.skills, '[]'),
  'live', loaded.loads -> 'live', 'deferred', loaded.loads -> 'deferred',
  'shiftId', o.shift_id, 'units', case when o.user_id is not null then
    json_build_object('limit', o.unit_limit, 'own', o.own_unit_limit, 'version', o.unit_version) end,
  'createdAt', instant(m.created_at), 'version', m.version)`

export interface PageWanted {
  accountIds: readonly string[]
  teamIds: readonly string[]
  words: readonly string[]
  status: Person['status'] | undefined
  sort: PageSort
  limit: number
}

/** The first of those who fit, how many fit in all, and how many in each account. */
export async function findPage(db: Db, organisationId: string, wanted: PageWanted) {
  const { accountIds, teamIds, sort, limit } = wanted
  const visible = sql`${ofAccounts(organisationId, accountIds)}
    ${teamIds.length > 0 ? sql`union ${ofTeams(organisationId, teamIds)}` : sql``}`
  const { rows } = await sql<{ id: string; accountId: string; people: number; total: number }>`
    with fitting as materialized (
      select m.id, m.account_id, m.status, m.created_at, u.first_name, u.last_name, u.email, u.login
        from memberships m join users u on u.id = m.user_id
       where m.organisation_id = ${organisationId} and m.id in (${visible}) and ${fits(wanted)})
    (select id, account_id, 0 as people from fitting order by ${orderOf(sort)}, id limit ${limit})
    union all
    select null, account_id, count(*)::int from fitting group by account_id`.execute(db)
  const ids = rows.flatMap(({ id }) => (id === null ? [] : [id]))
  const counts = rows.flatMap(({ id, accountId, people }) =>
    id === null ? [{ accountId, people }] : [],
  )
  const people =
    ids.length === 0 ? [] : await list(db, organisationId, sql`select unnest(${ids}::uuid[])`)
  const place = new Map(ids.map((id, at) => [id, at]))
  return {
    people: people.toSorted((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0)),
    total: counts.reduce((sum, one) => sum + one.people, 0),
    counts,
  }
}

/** As the list on the screen: what is over shows only when it is asked for. */
function fits({ words, status }: PageWanted) {
  const said = words.map(
    (word) => sql`(u.first_name || ' ' || u.last_name || ' ' || coalesce(m.display_name, '') || ' '
      || u.email || ' ' || u.login) ilike ${`%${word.replace(/[\\%_]/g, '\\$&')}%`}`,
  )
  const state = status === undefined ? sql`m.status <> 'archived'` : sql`m.status = ${status}`
  return sql.join([state, ...said], sql` and `)
}

const ORDERS: Record<string, RawBuilder<unknown>> = {
  name: sql`lower(first_name || ' ' || last_name)`,
  email: sql`lower(email)`,
  login: sql`lower(login)`,
  status: sql`status`,
  created: sql`created_at`,
}

function orderOf(sort: PageSort) {
  const order = ORDERS[sort.replace(/^-/, '')] ?? ORDERS['name']
  return sort.startsWith('-') ? sql`${order} desc` : sql`${order}`
}
