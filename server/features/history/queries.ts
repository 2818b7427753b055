// Chats that have ended: which of them somebody may read, and what was written in them.
import { type RawBuilder, sql } from 'kysely'
import {
  type EndedChat,
  HISTORY_PAGE,
  type HistoryPage,
  type HistoryPlaces,
  type HistoryQuery,
  type Thread,
} from '#contract/history.ts'
import type { Language } from '#contract/shapes.ts'
import type { Db } from '../../platform/database.ts'
import { faceOf } from '../chats/queries.ts'
import { wordsWanted } from './rules.ts'

/** Where a permission is held: at accounts, at sites, and at departments and groups of operators. */
export interface Reach {
  accountIds: readonly string[]
  siteIds: readonly string[]
  teamIds: readonly string[]
}

/** Whether the chat `c` of the statement is within reach: of its account, its site, or a holder's team. */
function isWithin({ accountIds, siteIds, teamIds }: Reach): RawBuilder<boolean> {
  const ofTeam = sql`exists (
    select from assignments a
      join memberships m on m.organisation_id = a.organisation_id and m.user_id = a.user_id
     where a.organisation_id = c.organisation_id and a.chat_id = c.id and a.accepted_at is not null
       and teams_of(m.organisation_id, m.id) && ${teamIds}::uuid[])`
  return sql<boolean>`(c.account_id = any (${accountIds}::uuid[]) or c.site_id = any (${siteIds}::uuid[])
    ${teamIds.length === 0 ? sql`` : sql`or ${ofTeam}`})`
}

/** Whoever is erased has no name any more. */
const NAME = sql`case when u.erased_at is null then u.first_name || ' ' || u.last_name end`

const ENDED = sql`
  c.id, c.account_id, jsonb_build_object('id', s.id, 'name', s.name) as site,
  case when q.id is not null then jsonb_build_object('id', q.id, 'name', q.name) end as queue,
  c.kind, c.is_test, v.name as visitor_name, c.created_at as started_at, c.closed_at as ended_at,
  c.closed_because as ended_because,
  (select coalesce(jsonb_agg(jsonb_build_object('id', h.user_id, 'name', ${NAME}) order by h.first), '[]')
     from (select user_id, min(accepted_at) as first from assignments
            where organisation_id = c.organisation_id and chat_id = c.id and accepted_at is not null
            group by user_id) h
     join users u on u.id = h.user_id) as operators,
  c.message_seq as messages,
  (select left(body, 200) from messages
    where organisation_id = c.organisation_id and chat_id = c.id and author = 'visitor'
    order by seq limit 1) as opening`
const WITH_PLACES = sql`
  join sites s on s.organisation_id = c.organisation_id and s.id = c.site_id
  join visitors v on v.organisation_id = c.organisation_id and v.id = c.visitor_id
  left join queues q on q.organisation_id = c.organisation_id and q.id = c.queue_id`

/** A page of the chats within reach, the one that ended last first. */
export async function listEnded(
  db: Db,
  organisationId: string,
  reach: Reach,
  wanted: HistoryQuery,
): Promise<HistoryPage> {
  const { rows } = await sql<EndedChat & { place: string }>`
    with page as (
      select c.* from chats c
       where c.organisation_id = ${organisationId} and c.closed_at is not null
         and ${isWithin(reach)} and ${sql.join(conditions(wanted), sql` and `)}
       order by c.closed_at desc, c.id desc
       limit ${HISTORY_PAGE + 1})
    select ${ENDED},
           to_char(c.closed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '~' || c.id as place
      from page c ${WITH_PLACES}
     order by c.closed_at desc, c.id desc`.execute(db)
  const chats = rows.slice(0, HISTORY_PAGE)
  const next = rows.length > HISTORY_PAGE ? (chats.at(-1)?.place ?? null) : null
  return { chats: chats.map(({ place: _, ...chat }) => chat), next }
}

function conditions(wanted: HistoryQuery): RawBuilder<unknown>[] {
  const { siteId, queueId, operatorId, from, until, after, text } = wanted
  const [at, id] = after?.split('~') ?? []
  return [
    sql`true`,
    ...(siteId ? [sql`c.site_id = ${siteId}`] : []),
    ...(queueId ? [sql`c.queue_id = ${queueId}`] : []),
    ...(operatorId ? [isHeldBy(operatorId)] : []),
    ...(from ? [sql`c.closed_at >= ${from}::timestamptz`] : []),
    ...(until ? [sql`c.closed_at < ${until}::timestamptz`] : []),
    ...(at && id ? [sql`(c.closed_at, c.id) < (${at}::timestamptz, ${id}::uuid)`] : []),
    ...(text?.trim() ? [says(text.trim())] : []),
  ]
}

function isHeldBy(operatorId: string): RawBuilder<unknown> {
  return sql`exists (
    select from assignments
     where organisation_id = c.organisation_id and chat_id = c.id and user_id = ${operatorId}
       and accepted_at is not null)`
}

function says(text: string): RawBuilder<unknown> {
  return sql`(
    exists (select from visitors
             where organisation_id = c.organisation_id and id = c.visitor_id
               and strpos(lower(name), lower(${text})) > 0)
    or c.id in (select chat_id from messages
                 where organisation_id = c.organisation_id
                   and to_tsvector('simple', body) @@ to_tsquery('simple', ${wordsWanted(text)})))`
}

/** The chat, if it has ended and is within reach. */
export async function findEnded(
  db: Db,
  organisationId: string,
  reach: Reach,
  chatId: string,
): Promise<EndedChat | undefined> {
  const { rows } = await sql<EndedChat>`
    select ${ENDED} from chats c ${WITH_PLACES}
     where c.organisation_id = ${organisationId} and c.id = ${chatId} and c.closed_at is not null
       and ${isWithin(reach)}`.execute(db)
  return rows[0]
}

/** Everything that was written in the chat, with the names by which the team knows its own. */
export async function readThread(
  db: Db,
  organisationId: string,
  chatId: string,
): Promise<Pick<Thread, 'messages' | 'handovers'>> {
  const { rows: messages } = await sql<Thread['messages'][number]>`
    select w.seq, w.author, case when w.author <> 'visitor' then w.author_id end as author_id,
           case w.author when 'visitor' then v.name else ${NAME} end as author_name, w.body, w.at
      from messages w
      join chats c on c.organisation_id = w.organisation_id and c.id = w.chat_id
      join visitors v on v.organisation_id = c.organisation_id and v.id = c.visitor_id
      left join users u on u.id = w.author_id
     where w.organisation_id = ${organisationId} and w.chat_id = ${chatId}
     order by w.seq`.execute(db)
  const { rows: handovers } = await sql<{ row: Thread['handovers'][number] }>`
    select row from handover_rows
     where organisation_id = ${organisationId} and chat_id = ${chatId} order by at`.execute(db)
  return { messages, handovers: handovers.map(({ row }) => row) }
}

/** What decides who may give the chat to a queue, and how it says so; ended or not. */
export async function findPlace(
  db: Db,
  organisationId: string,
  chatId: string,
  actorId: string,
): Promise<
  | {
      accountId: string
      siteId: string
      teamIds: string[]
      language: Language
      /** How visitors of the site know the actor. */
      actorName: string
    }
  | undefined
> {
  const { rows } = await sql<{
    accountId: string
    siteId: string
    teamIds: string[]
    language: Language
    actorName: string
  }>`
    select c.account_id, c.site_id, s.language, face.name as actor_name, array(
             select distinct t from assignments a
               join memberships m on m.organisation_id = a.organisation_id and m.user_id = a.user_id
              cross join unnest(teams_of(m.organisation_id, m.id)) as t
              where a.organisation_id = c.organisation_id and a.chat_id = c.id
                and a.accepted_at is not null) as team_ids
      from chats c
      join sites s on s.organisation_id = c.organisation_id and s.id = c.site_id
     cross join lateral ${faceOf(sql`${actorId}::uuid`)} face
     where c.organisation_id = ${organisationId} and c.id = ${chatId}`.execute(db)
  return rows[0]
}

/** The queues that the chat may be given to: of its branch, and for tests only if it is one. */
export async function listTargets(
  db: Db,
  organisationId: string,
  chatId: string,
): Promise<{ id: string; name: string }[]> {
  const { rows } = await sql<{ id: string; name: string }>`
    select q.id, q.name
      from chats c
      join queues q on q.organisation_id = c.organisation_id and q.is_active and q.is_test = c.is_test
     where c.organisation_id = ${organisationId} and c.id = ${chatId}
       and is_same_branch(c.organisation_id, c.account_id, q.account_id)
     order by lower(q.name), q.id`.execute(db)
  return rows
}

/** The sites, queues and operators of the chats within reach. */
export async function listPlaces(
  db: Db,
  organisationId: string,
  { accountIds, siteIds, teamIds }: Reach,
): Promise<HistoryPlaces> {
  const sites = await sql<{ id: string; name: string }>`
    select id, name from sites
     where organisation_id = ${organisationId}
       and (account_id = any (${accountIds}::uuid[]) or id = any (${siteIds}::uuid[]))
     order by lower(name), id`.execute(db)
  const queues = await sql<{ id: string; name: string }>`
    select id, name from queues q
     where organisation_id = ${organisationId}
       and (account_id = any (${accountIds}::uuid[])
            or exists (select from sites where organisation_id = q.organisation_id
                          and queue_id = q.id and id = any (${siteIds}::uuid[])))
     order by lower(name), id`.execute(db)
  const operators = await sql<{ id: string; name: string | null }>`
    select u.id, ${NAME} as name from users u
     where exists (
       select from memberships m
         left join operators o on o.organisation_id = m.organisation_id and o.user_id = m.user_id
        where m.organisation_id = ${organisationId} and m.user_id = u.id
          and (o.user_id is not null or m.status = 'archived')
          and (m.account_id = any (${accountIds}::uuid[])
               or teams_of(m.organisation_id, m.id) && ${teamIds}::uuid[]
               or exists (
                 select from sites s
                   join queue_members qm on qm.organisation_id = s.organisation_id and qm.queue_id = s.queue_id
                  where s.organisation_id = m.organisation_id and s.id = any (${siteIds}::uuid[])
                    and qm.user_id = u.id)))
     order by u.erased_at is not null, lower(u.last_name), lower(u.first_name), u.id`.execute(db)
  return { sites: sites.rows, queues: queues.rows, operators: operators.rows }
}
