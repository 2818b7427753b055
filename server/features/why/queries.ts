// What there is to explain: a chat and what became of it, the queues of an operator; and what of
// people the asker may see.
import { type RawBuilder, sql } from 'kysely'
import type { ChatState } from '#contract/routing.ts'
import type { WhyChat } from '#contract/why.ts'
import type { Database, Db } from '../../platform/database.ts'

/** Whom the asker may see: people of these accounts, departments and groups. */
export interface Sight {
  accountIds: readonly string[]
  teamIds: readonly string[]
}

/** So many of what was tried for one chat are told, the latest ones. */
const TRIED_MAX = 50

/** Everything that is read by the work is of one moment. */
export function atOneMoment<T>({ db }: Database, work: (at: Db) => Promise<T>): Promise<T> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(work)
}

/** The clock by which chats are given. */
export async function readClock(db: Db): Promise<string> {
  const { rows } = await sql<{ now: string }>`select instant(routing_now()) as now`.execute(db)
  return rows[0]?.now ?? ''
}

/** Whether the asker sees the user; `l` is the row that says of which organisation. */
export function isSeen(
  userId: RawBuilder<unknown>,
  { accountIds, teamIds }: Sight,
): RawBuilder<boolean> {
  const ofTeam = sql`or teams_of(s.organisation_id, s.id) && ${teamIds}::uuid[]`
  return sql<boolean>`exists (
    select from memberships s
     where s.organisation_id = l.organisation_id and s.user_id = ${userId}
       and (s.account_id = any (${accountIds}::uuid[]) ${teamIds.length > 0 ? ofTeam : sql``}))`
}

/** Whoever is erased has no name any more. */
export const NAME = sql`case when u.erased_at is null then u.first_name || ' ' || u.last_name end`

export type Found = NonNullable<Awaited<ReturnType<typeof findChat>>>

/** A chat, whatever has become of it. */
export async function findChat(db: Db, organisationId: string, chatId: string) {
  const { rows } = await sql<{
    accountId: string
    state: ChatState
    visitorName: string | null
    queueId: string | null
    queueName: string | null
    queueAccountId: string | null
    strategy: string | null
    enqueuedAt: string | null
    endedAt: string | null
    endedBecause: string | null
    place: number | null
    waiting: number
    opensAt: string | null
    rings: boolean
    offeredTo: string | null
    offerEndsAt: string | null
    heldFor: string | null
    holdUntil: string | null
    parking: Omit<NonNullable<WhyChat['parked']>, 'userId' | 'name'> | null
    parkedFor: string | null
    overflowId: string | null
    overflowName: string | null
    overflowAccountId: string | null
    overflowsAt: string | null
  }>`
    select c.account_id, coalesce(r.state, 'closed') as state, v.name as visitor_name,
           q.id as queue_id, q.name as queue_name, q.account_id as queue_account_id, q.strategy,
           r.enqueued_at, c.closed_at as ended_at, c.closed_because as ended_because,
           case when r.state in ('waiting', 'offered') then 1 + (
             select count(*)::int from routed_chats w
              where w.organisation_id = r.organisation_id and w.queue_id = r.queue_id
                and w.state = 'waiting' and (w.due_at, w.chat_id) < (r.due_at, r.chat_id)) end as place,
           (select count(*)::int from routed_chats w
             where w.organisation_id = c.organisation_id and w.queue_id = q.id
               and w.state = 'waiting') as waiting,
           instant(r.opens_at) as opens_at, coalesce(r.rings and r.state = 'waiting', false) as rings,
           case when r.state = 'offered' then r.operator_id end as offered_to,
           case when r.state = 'offered' then a.expires_at end as offer_ends_at,
           case when r.state = 'waiting' then r.held_for end as held_for, r.hold_until,
           r.parked_for,
           case when r.state = 'parked' then jsonb_build_object(
             'at', instant(r.parked_at), 'because', r.parked_because, 'isOwed', r.parked_owes, 'wakeTo', q.wake_to,
             'until', instant(least(
               r.parked_at + q.close_parked_days * interval '24 hours',
               case when r.parked_owes and r.parked_because = 'gone'
                    then r.parked_at + q.keep_hours * interval '1 hour' end))) end as parking,
           n.id as overflow_id, n.name as overflow_name, n.account_id as overflow_account_id,
           case when n.id is not null
                then in_queue_since(r) + q.overflow_after_seconds * interval '1 second' end as overflows_at
      from chats c
      join visitors v on v.organisation_id = c.organisation_id and v.id = c.visitor_id
      left join routed_chats r on r.organisation_id = c.organisation_id and r.chat_id = c.id
      left join queues q on q.organisation_id = c.organisation_id and q.id = coalesce(r.queue_id, c.queue_id)
      left join assignments a on a.organisation_id = r.organisation_id and a.id = r.assignment_id
      left join queues n on n.organisation_id = r.organisation_id and r.state = 'waiting'
                        and q.overflow_after_seconds is not null
                        and n.id = overflow_target(r, 'overflow_waited')
     where c.organisation_id = ${organisationId} and c.id = ${chatId}`.execute(db)
  return rows[0]
}

type Tried = WhyChat['assignments'][number]

/** To whom a chat was put, and why, as it was kept with each; the latest last. */
export async function listTried(
  db: Db,
  organisationId: string,
  chatId: string,
  sight: Sight,
): Promise<Tried[]> {
  const { rows } = await sql<Tried>`
    select l.id, case when s.seen then l.user_id end as user_id, case when s.seen then ${NAME} end as name,
           l.state, l.offered_at, l.accepted_at, l.ended_at, l.because ->> 'rule' as rule,
           coalesce(k.considered, '[]') as considered
      from (select * from assignments
             where organisation_id = ${organisationId} and chat_id = ${chatId}
             order by offered_at desc, id limit ${TRIED_MAX}) l
      left join users u on u.id = l.user_id
     cross join lateral (select ${isSeen(sql`l.user_id`, sight)} as seen) s
     cross join lateral (
       select jsonb_agg(jsonb_build_object(
                'userId', case when o.seen then e.one ->> 'operatorId' end,
                'name', case when o.seen then ${NAME} end,
                'ruledOutBy', e.one ->> 'ruledOutBy') order by e.n) as considered
         from jsonb_array_elements(l.because -> 'considered') with ordinality e (one, n)
         left join users u on u.id = (e.one ->> 'operatorId')::uuid
        cross join lateral (
          select ${isSeen(sql`(e.one ->> 'operatorId')::uuid`, sight)} as seen) o) k
     order by l.offered_at, l.id`.execute(db)
  return rows
}

export interface Served {
  id: string
  name: string
  accountId: string
  strategy: string
  isJoined: boolean
  participates: boolean
  waiting: number
  /** The chat that is due first there; null when nothing waits. */
  chatId: string | null
  chatAccountId: string | null
  visitorName: string | null
  enqueuedAt: string | null
}

/** The queues that an operator is assigned to, and the head of each line. */
export async function listServed(
  db: Db,
  organisationId: string,
  userId: string,
): Promise<Served[]> {
  const { rows } = await sql<Served>`
    select q.id, q.name, q.account_id, q.strategy, m.opted_in as is_joined, m.participates,
           (select count(*)::int from routed_chats w
             where w.organisation_id = q.organisation_id and w.queue_id = q.id
               and w.state = 'waiting') as waiting,
           f.chat_id, f.account_id as chat_account_id, f.visitor_name, f.enqueued_at
      from queue_members m
      join queues q on q.organisation_id = m.organisation_id and q.id = m.queue_id
      left join lateral (
        select c.chat_id, c.account_id, c.visitor_name, c.enqueued_at from routed_chats c
         where c.organisation_id = m.organisation_id and c.queue_id = m.queue_id and c.state = 'waiting'
         order by c.due_at, c.chat_id limit 1) f on true
     where m.organisation_id = ${organisationId} and m.user_id = ${userId} and not m.is_suspended
     order by lower(q.name), q.id`.execute(db)
  return rows
}
