// What routing looks at for a chat, as it stands. Who is asked, and what rules each one out, the
// functions of the database say by which chats are given (candidates, ruled_out_by): nothing here
// judges a second time.
import { type RawBuilder, sql } from 'kysely'
import { LISTED_MAX, type WhyChat } from '#contract/why.ts'
import type { Db } from '../../platform/database.ts'
import { isSeen, NAME, type Sight } from './queries.ts'
import type { Facts } from './rules.ts'

/** What is looked at for one chat. */
export interface Look {
  listed: Facts[]
  others: WhyChat['others']
  next: WhyChat['next']
}

/** Which chats, and for whom; everybody whom routing looks at, when nobody is named. */
interface Asked {
  chatIds: readonly string[]
  userId?: string
}

/** Looks at each of the chats as routing does. */
export async function lookAt(
  db: Db,
  organisationId: string,
  { chatIds, userId }: Asked,
  sight: Sight,
): Promise<Map<string, Look>> {
  const { rows } = await sql<
    { chatId: string } & (
      | { kind: 'listed'; row: Facts }
      | { kind: 'others'; row: WhyChat['others'][number] }
      | { kind: 'next'; row: NonNullable<Look['next']> }
    )
  >`
    with ${looked(organisationId, chatIds, sight, userId)}
    select l.chat_id, 'listed' as kind, ${FACTS} as row, l.n
      from listed l ${WITH_FACTS}
     where l.is_listed
    union all
    select l.chat_id, 'others', jsonb_build_object('ruledOutBy', l.ruled_out_by, 'n', count(*)), null
      from listed l
     where not l.is_listed
     group by l.chat_id, l.ruled_out_by
    union all
    select l.chat_id, 'next', jsonb_build_object(
             'userId', case when l.is_seen then l.user_id end,
             'name', case when l.is_seen then ${NAME} end,
             'rule', case when (l.chat).held_for is null then (l.queue).strategy::text else 'last_served' end), null
      from next l join users u on u.id = l.user_id
     order by n`.execute(db)
  const looks = new Map(chatIds.map((id): [string, Look] => [id, NOBODY()]))
  for (const row of rows) {
    const look = looks.get(row.chatId)
    if (row.kind === 'listed') look?.listed.push(row.row)
    else if (row.kind === 'others') look?.others.push(row.row)
    else if (look) look.next = row.row
  }
  return looks
}

const NOBODY = (): Look => ({ listed: [], others: [], next: null })

/**
 * line: the chats. chosen: what routing itself says of each (its first twenty). assigned: they and all
 * others of the queue. looked: what rules each out, beyond the twenty by the same rule. next: the first whom nothing rules
 * out, other than whoever is being asked already.
 */
function looked(
  organisationId: string,
  chatIds: readonly string[],
  sight: Sight,
  userId: string | undefined,
): RawBuilder<unknown> {
  const ofUser = userId === undefined ? sql`` : sql`where l.user_id = ${userId}`
  return sql`
    asked as materialized (select routing_now() as now),
    line as materialized (
      select c.organisation_id, c.chat_id, c as chat, q as queue, a.now
        from asked a, routed_chats c
        join queues q on q.organisation_id = c.organisation_id and q.id = c.queue_id
       where c.organisation_id = ${organisationId} and c.chat_id = any (${chatIds}::uuid[])),
    chosen as materialized (
      select l.chat_id, k.user_id, k.ruled_out_by, k.place
        from line l cross join lateral candidates(l.chat, l.queue, l.now) k),
    assigned as materialized (
      select l.chat_id, m.user_id from line l
        join queue_members m on m.organisation_id = l.organisation_id and m.queue_id = (l.chat).queue_id
       union select chat_id, user_id from chosen),
    looked as materialized (
      select l.organisation_id, l.chat_id, w.user_id, l.chat, l.queue, l.now,
             case when (l.chat).state = 'early' then 'closed_until'
                  when k.user_id is not null then k.ruled_out_by
                  else ruled_out_by(l.chat, l.queue, o, m, b, may_have(l.chat, w.user_id, l.now),
                                    is_excluded(l.chat, w.user_id, l.now)) end as ruled_out_by,
             case when k.ruled_out_by is null and (l.chat).state <> 'early' then k.place end as place,
             ${isSeen(sql`w.user_id`, sight)} as is_seen
        from assigned w
        join line l on l.chat_id = w.chat_id
        join operators o on o.organisation_id = l.organisation_id and o.user_id = w.user_id
        join operator_loads b on b.organisation_id = l.organisation_id and b.user_id = w.user_id
                             and b.kind = (l.chat).kind
        left join queue_members m on m.organisation_id = l.organisation_id and m.user_id = w.user_id
                                 and m.queue_id = (l.chat).queue_id
        left join chosen k on k.chat_id = l.chat_id and k.user_id = w.user_id
       where m.is_suspended is not true),
    next as materialized (
      select distinct on (l.chat_id) l.chat_id, l.user_id, l.is_seen, l.chat, l.queue
        from looked l
       where l.place is not null and l.user_id is distinct from (l.chat).operator_id
       order by l.chat_id, l.place),
    listed as materialized (
      select o.*, o.is_seen and o.n <= ${LISTED_MAX} as is_listed
        from (
          select l.*, row_number() over (
                   partition by l.chat_id
                   order by not l.is_seen, (l.chat).operator_id is distinct from l.user_id,
                            l.ruled_out_by is not null, l.place, l.user_id) as n
            from looked l ${ofUser}) o)`
}

/** What rules out by, looked up for those who are listed alone. */
const WITH_FACTS = sql`
  join users u on u.id = l.user_id
  join operators o on o.organisation_id = l.organisation_id and o.user_id = l.user_id
  join operator_loads b on b.organisation_id = l.organisation_id and b.user_id = l.user_id
                       and b.kind = (l.chat).kind
  left join queue_members m on m.organisation_id = l.organisation_id and m.user_id = l.user_id
                           and m.queue_id = (l.chat).queue_id
  left join exclusions x on x.organisation_id = l.organisation_id and x.chat_id = l.chat_id
                        and x.user_id = l.user_id and x.until > l.now
  left join next n on n.chat_id = l.chat_id and n.user_id = l.user_id
  left join lateral (
    select min(expires_at) filter (where chat_kind = (l.chat).kind) as ends_at, min(expires_at) as any_ends_at,
           min(expires_at) filter (where queue_id = (l.chat).queue_id) as of_queue_ends_at
      from assignments
     where organisation_id = l.organisation_id and user_id = l.user_id and state = 'offered') offer on true
  left join operator_loads other on other.organisation_id = l.organisation_id and other.user_id = l.user_id
                                and other.kind <> (l.chat).kind
  left join lateral (
    select jsonb_agg(jsonb_build_object(
             'skillId', s.skill_id, 'name', k.name, 'asked', s.level, 'held', coalesce(h.level, 0),
             'relaxesAt', instant((l.chat).enqueued_at + s.relax_after_seconds * interval '1 second'))
             order by lower(k.name), s.skill_id) as lacks
      from queue_skills s
      join skills k on k.organisation_id = s.organisation_id and k.id = s.skill_id
      left join user_skills h on h.organisation_id = s.organisation_id and h.user_id = l.user_id
                             and h.skill_id = s.skill_id
     where s.organisation_id = l.organisation_id and s.queue_id = (l.chat).queue_id
       and coalesce(h.level, 0) < s.level
       and (s.relax_after_seconds is null
            or (l.chat).enqueued_at + s.relax_after_seconds * interval '1 second' > l.now)) skills on true`

const roleThatLimits = (kind: RawBuilder<unknown>) => sql`(
  select jsonb_build_object('key', role_key, 'name', role_name)
    from role_limits(l.organisation_id, l.user_id) where kind = ${kind})`

const FACTS = sql`jsonb_build_object(
  'userId', l.user_id,
  'name', coalesce(${NAME}, ''),
  'photo', '/files/photos/' || u.photo_id || '/96',
  'ruledOutBy', l.ruled_out_by,
  'place', l.place,
  'isNext', n.user_id is not null,
  'isOffered', (l.chat).state = 'offered' and (l.chat).operator_id = l.user_id,
  'isEarly', (l.chat).state = 'early',
  'opensAt', instant((l.chat).opens_at),
  'isForIt', case when (l.queue).is_test then o.takes_tests else o.takes_chats end,
  'availability', o.availability,
  'since', instant(o.availability_since),
  'connection', case when o.is_present then 'connected'
                     when o.grace_until is not null then 'reconnecting'
                     else 'disconnected' end,
  'isNotAnswering', o.is_not_answering,
  'participates', coalesce(m.participates, true),
  'isJoined', coalesce(m.opted_in, true),
  'isOnShift', coalesce(m.is_on_shift, true),
  'shiftTurnsAt', instant(o.shift_turns_at),
  'acceptsKind', coalesce(m.accepts_kind, true),
  'lacks', coalesce(skills.lacks, '[]'),
  'used', b.used,
  'limit', b.chat_limit,
  'byRole', case when b.role_limit < b.own_limit then ${roleThatLimits(sql`b.kind::text`)} end,
  'usedOther', coalesce(other.used, 0),
  'units', case when o.unit_limit is not null then jsonb_build_object(
     'used', o.units_used, 'limit', o.unit_limit, 'needed', (l.queue).chat_units,
     'byRole', case when o.unit_limit is distinct from o.own_unit_limit
                    then ${roleThatLimits(sql`'units'`)} end) end,
  'ofQueue', case when m.held_limit is not null then jsonb_build_object(
     'used', m.held, 'limit', m.held_limit) end,
  'coolsUntil', instant(m.cools_until),
  'wrapUpUntil', instant(o.wrap_up_until),
  'heldUntil', case when (l.chat).held_for <> l.user_id then instant((l.chat).hold_until) end,
  'offerEndsAt', instant(offer.ends_at),
  'anyOfferEndsAt', instant(offer.any_ends_at),
  'ofQueueEndsAt', instant(offer.of_queue_ends_at),
  'excludedUntil', instant(x.until),
  'isExcluded', x.until is not null and is_excluded(l.chat, l.user_id, l.now))`
