-- How operators, chats and queue members look on a screen, and who may see them.
--
-- A row that is told (through the event log) and a row that is listed (by a snapshot) come from
-- the same view, so a screen that has heard everything equals a screen that has just been loaded.
-- The shapes are those of contract/presence.ts, contract/routing.ts and contract/queues.ts.

-- The clock of every deadline in routing. A test may stop it for its session; servers' own clocks
-- play no part. Volatile, so take it into a variable before comparing it with an indexed column.
create function routing_now() returns timestamptz
language sql volatile as $$
  select coalesce(nullif(current_setting('switchboard.now', true), '')::timestamptz, clock_timestamp())
$$;

create function instant(p_at timestamptz) returns text
language sql stable as $$
  select to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

-- What each statement below sees must be what was committed when it began. Under a stricter
-- isolation a function would go on seeing the world of before it waited for a lock.
create function must_be_read_committed() returns void
language plpgsql as $$
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'routing runs in read committed' using errcode = 'invalid_transaction_state';
  end if;
end
$$;

create view operator_rows as
select o.organisation_id, o.user_id, m.account_ids,
       array(select 'floor:' || a from unnest(m.account_ids) as a) || ('user:' || o.user_id) as scopes,
       jsonb_build_object(
         'id', o.user_id,
         'accountIds', to_jsonb(m.account_ids),
         -- The team knows a colleague by name; what visitors see is the membership's to say.
         'name', u.first_name || ' ' || u.last_name,
         'photo', '/files/photos/' || u.photo_id || '/96',
         'department', d.name,
         'availability', o.availability,
         'reason', o.reason,
         'since', instant(o.availability_since),
         'setBy', (select first_name || ' ' || last_name from users where id = o.availability_set_by),
         'connection', case when o.is_present then 'connected'
                            when o.grace_until is not null then 'reconnecting'
                            else 'disconnected' end,
         'connectionSince', instant(o.connection_since),
         'missed', o.missed_in_row,
         'isNotAnswering', o.is_not_answering,
         'live', l.loads -> 'live',
         'deferred', l.loads -> 'deferred',
         'joined', to_jsonb(array(
           select queue_id from queue_members
            where organisation_id = o.organisation_id and user_id = o.user_id and is_joined
            order by queue_id))
       ) as row
  from operators o
  join users u on u.id = o.user_id
  cross join lateral (
    select coalesce(array_agg(account_id order by account_id) filter (where status = 'active'), '{}') as account_ids
      from memberships
     where organisation_id = o.organisation_id and user_id = o.user_id
  ) m
  cross join lateral (
    select jsonb_object_agg(kind, jsonb_build_object('used', used, 'limit', chat_limit, 'version', version)) as loads
      from operator_loads
     where organisation_id = o.organisation_id and user_id = o.user_id
  ) l
  left join lateral (
    select d.name
      from memberships p
      left join department_members dm on dm.organisation_id = p.organisation_id and dm.membership_id = p.id
      join departments d on d.organisation_id = p.organisation_id
                        and d.id in (p.primary_department_id, dm.department_id)
     where p.organisation_id = o.organisation_id and p.user_id = o.user_id and p.status = 'active'
     order by d.id is distinct from p.primary_department_id, d.name, d.id
     limit 1
  ) d on true;

create view chat_rows as
select c.organisation_id, c.chat_id, c.account_id, c.queue_id, c.operator_id, c.state, c.due_at,
       jsonb_build_object(
         'id', c.chat_id,
         'accountId', c.account_id,
         'queueId', c.queue_id,
         'siteId', c.site_id,
         'kind', c.kind,
         'state', c.state,
         'visitorName', c.visitor_name,
         'enqueuedAt', instant(c.enqueued_at),
         'dueAt', instant(c.due_at),
         'operatorId', case when c.state = 'active' then c.operator_id end,
         'offer', case when c.state = 'offered' then jsonb_build_object(
            'id', a.id,
            'operatorId', a.user_id,
            'offeredAt', instant(a.offered_at),
            'expiresAt', instant(a.expires_at)) end,
         'acceptedAt', instant(a.accepted_at)
       ) as row
  from routed_chats c
  left join assignments a on a.organisation_id = c.organisation_id and a.id = c.assignment_id;

create view queue_member_rows as
select m.organisation_id, m.queue_id, m.user_id, q.account_id,
       array['floor:' || q.account_id, 'user:' || m.user_id] as scopes,
       jsonb_build_object(
         'id', m.queue_id || ':' || m.user_id,
         'queueId', m.queue_id,
         'userId', m.user_id,
         'isJoined', m.is_joined,
         'joinedAt', instant(m.joined_at),
         'tier', m.tier
       ) as row
  from queue_members m
  join queues q on q.organisation_id = m.organisation_id and q.id = m.queue_id;

create function operator_row(p_organisation uuid, p_user uuid) returns jsonb
language sql stable as $$
  select row from operator_rows where organisation_id = p_organisation and user_id = p_user
$$;

create function chat_row(p_organisation uuid, p_chat uuid) returns jsonb
language sql stable as $$
  select row from chat_rows where organisation_id = p_organisation and chat_id = p_chat
$$;

create function queue_member_row(p_organisation uuid, p_queue uuid, p_user uuid) returns jsonb
language sql stable as $$
  select row from queue_member_rows
   where organisation_id = p_organisation and queue_id = p_queue and user_id = p_user
$$;

-- Who sees a chat: its floor while it is open, its queue until somebody has it, and the operator
-- to whom it is offered or who holds it.
create function chat_scopes(p_chat routed_chats) returns text[]
language sql immutable as $$
  select case when p_chat.state = 'closed' then '{}'::text[] else
    array['floor:' || p_chat.account_id]
    || case when p_chat.state = 'active' then '{}'::text[] else array['queue:' || p_chat.queue_id] end
    || case when p_chat.operator_id is null then '{}'::text[] else array['user:' || p_chat.operator_id] end
  end
$$;

-- Events for append_events (0001). They are made while the transaction goes on and appended all
-- together as its last act, because the log's lock is the last to be taken.
create function event(p_kind text, p_id text, p_scopes text[], p_before text[], p_row jsonb, p_because jsonb)
returns jsonb
language sql immutable as $$
  select jsonb_build_object('kind', p_kind, 'id', p_id, 'scopes', p_scopes,
    'left', array(select b.scope from unnest(p_before) with ordinality b (scope, place)
                   where b.scope <> all (p_scopes) order by b.place),
    'row', p_row, 'because', p_because)
$$;

create function chat_event(p_organisation uuid, p_chat uuid, p_before text[], p_because jsonb) returns jsonb
language sql stable as $$
  select event('chat', p_chat::text, chat_scopes(c), p_before,
               case when c.state <> 'closed' then chat_row(p_organisation, p_chat) end, p_because)
    from routed_chats c
   where c.organisation_id = p_organisation and c.chat_id = p_chat
$$;

create function operator_event(p_organisation uuid, p_user uuid, p_before text[] default '{}') returns jsonb
language sql stable as $$
  select event('operator', p_user::text, r.scopes, p_before, r.row, null)
    from operator_rows r
   where r.organisation_id = p_organisation and r.user_id = p_user
$$;

create function queue_member_event(p_organisation uuid, p_queue uuid, p_user uuid) returns jsonb
language sql stable as $$
  select event('queue_member', p_queue || ':' || p_user, r.scopes, '{}', r.row, null)
    from queue_member_rows r
   where r.organisation_id = p_organisation and r.queue_id = p_queue and r.user_id = p_user
$$;

-- What every routing function answers.
--   status           what happened, one word; a refusal is an answer, not an error
--   match_chats      chats left waiting, and
--   match_operators  operators left with room: the caller matches them after its commit. Within
--                    the transaction neither side of a pair can see the other if both are being
--                    changed at once; whoever commits later and looks afterwards sees both.
create type routing_outcome as (
  organisation_id uuid,
  status          text,
  seq             bigint,   -- of the last event; null when nothing was told
  match_chats     uuid[],
  match_operators uuid[],
  detail          jsonb
);

-- The last act of a transition: tell, then answer. Events that came to nothing are null.
create function tell_outcome(
  p_organisation uuid, p_actor uuid, p_status text, p_events jsonb[],
  p_chats uuid[] default '{}', p_operators uuid[] default '{}', p_detail jsonb default null
) returns routing_outcome
language plpgsql volatile as $$
declare
  v_events jsonb := to_jsonb(array_remove(p_events, null));
  v_seq bigint;
begin
  if jsonb_array_length(v_events) > 0 then
    v_seq := append_events(p_organisation, p_actor, v_events);
  end if;
  return (p_organisation, p_status, v_seq, coalesce(p_chats, '{}'), coalesce(p_operators, '{}'), p_detail);
end
$$;

-- Tells an operator's row anew after something outside routing changed it: a name, a photo, a
-- department, a membership. `p_left`: scopes that no longer see it.
create function tell_operator(p_organisation uuid, p_user uuid, p_actor uuid, p_left text[] default '{}')
returns routing_outcome
language sql volatile as $$
  select tell_outcome(p_organisation, p_actor, 'told', array[operator_event(p_organisation, p_user, p_left)])
$$;
