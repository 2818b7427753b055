// The status ledger over some days, of several operators at once.
import { sql } from 'kysely'
import type { LedgerLine } from '#contract/status-file.ts'
import type { StatusPeriod } from '#contract/statuses.ts'
import type { Db } from '../../platform/database.ts'
import type { Place } from './reach.ts'

export interface Person {
  userId: string
  name: string
  login: string
  /** Where they work; the first one's time zone is that of their days. */
  places: Place[]
}

/** The operators who work somewhere, by name; or the one. */
export async function listPeople(
  db: Db,
  organisationId: string,
  userId: string | undefined,
): Promise<Person[]> {
  const { rows } = await sql<Person>`
    select o.user_id, u.first_name || ' ' || u.last_name as name, u.login, m.places
      from operators o
      join users u on u.id = o.user_id
     cross join lateral (
      select jsonb_agg(jsonb_build_object(
               'accountId', m.account_id, 'teamIds', teams_of(m.organisation_id, m.id)) order by m.account_id) as places
        from memberships m
       where m.organisation_id = o.organisation_id and m.user_id = o.user_id and m.status = 'active') m
     where o.organisation_id = ${organisationId} and o.user_id = coalesce(${userId ?? null}::uuid, o.user_id)
       and m.places is not null
     order by lower(u.last_name), lower(u.first_name), o.user_id`.execute(db)
  return rows
}

interface Wanted extends Pick<StatusPeriod, 'from' | 'to'> {
  userIds: readonly string[]
  /** Of each of them, whose time zone counts. */
  accountIds: readonly string[]
}

/**
 * Every interval of the operators in the days given, cut at midnight and at whole seconds: what a day's
 * seconds come to is the day, or what of it is over. In the order of the operators, then of time.
 */
export async function listLedger(
  db: Db,
  organisationId: string,
  { userIds, accountIds, from, to }: Wanted,
): Promise<(Omit<LedgerLine, 'operator' | 'login'> & { userId: string })[]> {
  const { rows } = await sql<Omit<LedgerLine, 'operator' | 'login'> & { userId: string }>`
    with days as (
      select w.user_id, w.n, a.time_zone, d.day::date as day, d.day at time zone a.time_zone as begins,
             least((d.day + interval '1 day') at time zone a.time_zone, routing_now()) as ends
        from unnest(${userIds}::uuid[], ${accountIds}::uuid[]) with ordinality as w (user_id, account_id, n)
        join accounts a on a.organisation_id = ${organisationId} and a.id = w.account_id
       cross join generate_series(${from}::timestamp, ${to}::timestamp, interval '1 day') as d (day)
    ), spans as (
      select user_id, min(begins) as begins, max(ends) as ends from days where begins < ends group by user_id
    ), known as (
      select s.user_id, s.begins, l.*
        from spans s
       cross join lateral (
        (select at, status::text, reason, cause, actor_id, mark from status_changes
          where organisation_id = ${organisationId} and user_id = s.user_id and at <= s.begins
          order by at desc limit 1)
        union all
        select at, status::text, reason, cause, actor_id, mark from status_changes
         where organisation_id = ${organisationId} and user_id = s.user_id and at > s.begins and at < s.ends) l
      union all
      select s.user_id, s.begins, '-infinity', 'offline', null, 'before', null, null from spans s
    ), lines as (
      select *, lead(at, 1, 'infinity') over (partition by user_id order by at) as until from known
    )
    select d.user_id, d.day::text, d.time_zone,
           to_char(greatest(l.at, d.begins) at time zone d.time_zone, 'YYYY-MM-DD HH24:MI:SS') as "from",
           to_char(least(l.until, d.ends) at time zone d.time_zone, 'YYYY-MM-DD HH24:MI:SS') as "to",
           (floor(extract(epoch from least(l.until, d.ends)))
             - floor(extract(epoch from greatest(l.at, d.begins))))::int as seconds,
           l.status, l.reason, l.cause, l.mark -> 'accepts' as accepts,
           coalesce((l.mark ->> 'isPaid')::boolean, l.status not in ('away', 'offline')) as is_paid,
           u.first_name || ' ' || u.last_name as actor
      from days d
      join lines l on l.user_id = d.user_id and l.at < d.ends and l.until > d.begins
      left join users u on u.id = l.actor_id
     where d.begins < d.ends
     order by d.n, d.day, l.at`.execute(db)
  return rows
}
