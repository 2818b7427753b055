// The rows of the status ledger.
import { sql } from 'kysely'
import type { StatusDay, StatusInterval } from '#contract/statuses.ts'
import type { Db } from '../../platform/database.ts'
import { isDay } from './rules.ts'

type Bounds = Pick<StatusDay, 'day' | 'timeZone' | 'from' | 'to' | 'end'>

/** The day's first and last moment in the account's time zone; without a day today. A day that is yet to
 * come ends where it begins; undefined where there is no such day. */
export async function findBounds(
  db: Db,
  organisationId: string,
  accountId: string,
  day: string | undefined,
): Promise<Bounds | undefined> {
  if (day !== undefined && !isDay(day)) return undefined
  const { rows } = await sql<Bounds>`
    with asked as (
      select time_zone, coalesce(${day ?? null}::date, (routing_now() at time zone time_zone)::date) as day, routing_now() as now
        from accounts where organisation_id = ${organisationId} and id = ${accountId}
    ), bounds as (
      select *, day::timestamp at time zone time_zone as begins, (day + 1)::timestamp at time zone time_zone as ends
        from asked
    )
    select day::text, time_zone, instant(begins) as "from", instant(ends) as "end",
           instant(greatest(begins, least(ends, now))) as "to"
      from bounds`.execute(db)
  return rows.at(0)
}

/**
 * The intervals of an operator between two moments, the earliest first: they begin with the first
 * moment, follow on each other, and end with the last. Before the first line of the ledger the operator
 * was offline.
 */
export async function listIntervals(
  db: Db,
  organisationId: string,
  userId: string,
  { from, to }: Pick<StatusDay, 'from' | 'to'>,
): Promise<StatusInterval[]> {
  const { rows } = await sql<StatusInterval>`
    with known as (
      (select at, status::text, reason, cause, actor_id, mark from status_changes
        where organisation_id = ${organisationId} and user_id = ${userId} and at <= ${from}::timestamptz
        order by at desc limit 1)
      union all
      select at, status::text, reason, cause, actor_id, mark from status_changes
       where organisation_id = ${organisationId} and user_id = ${userId}
         and at > ${from}::timestamptz and at < ${to}::timestamptz
    ), lines as (
      select * from known
      union all
      select ${from}::timestamptz, 'offline', null, 'before', null, null
       where not exists (select from known where at <= ${from}::timestamptz)
    )
    select l.status, l.reason, l.cause, l.mark -> 'accepts' as accepts,
           coalesce((l.mark ->> 'isPaid')::boolean, l.status not in ('away', 'offline')) as is_paid,
           case when u.id is not null then jsonb_build_object('id', u.id, 'name', u.first_name || ' ' || u.last_name) end as actor,
           instant(l.at) as since,
           instant(greatest(l.at, ${from}::timestamptz)) as "from",
           instant(coalesce(lead(l.at) over (order by l.at), ${to}::timestamptz)) as "to"
      from lines l
      left join users u on u.id = l.actor_id
     where ${from}::timestamptz < ${to}::timestamptz
     order by l.at`.execute(db)
  return rows
}
