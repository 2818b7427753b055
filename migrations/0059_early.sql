-- A visitor who comes while it is closed. What becomes of the chat is the queue's to say (when_closed,
-- 0058); nobody is dropped without a word. The rules of 0012 hold here.
--
-- Glossary
--   door    0058
--   early   in front of a closed door: in no line, found by no search, served from the opening on
--
-- Who is early is kept in the chat's state and not asked of the clock in every search, which must find
-- the head of a line by its index. A door is tended by the sweep, a moment after it turns.
-- Hours are about chats alone: no operator's status ever changes by them.

create index routed_chats_early on routed_chats (organisation_id, queue_id, site_id) where state = 'early';
create index queues_clearing on queues (organisation_id, id) where at_closing = 'as_comer';

-- Whoever comes to a closed door, or is brought to it, is early; whoever is there already when it
-- closes is not (but see what_door_does).
create function routed_chats_come_early() returns trigger
language plpgsql as $$
declare
  v_door record;
begin
  if tg_op = 'UPDATE' and old.state = 'closed' then new.is_message := false; end if;
  if new.state = 'waiting' and (tg_op = 'INSERT' or old.state = 'closed' or old.queue_id <> new.queue_id) then
    v_door := door_of_chat(new, routing_now());
    if not v_door.o_is_open then
      new.state := 'early';
      new.opens_at := v_door.o_opens_at;
    end if;
  end if;
  if new.state = 'early' then
    new.rings := false;
    new.held_for := null;
    new.hold_until := null;
  else
    new.opens_at := null;
  end if;
  return new;
end
$$;
create trigger routed_chats_come_early before insert on routed_chats for each row
  when (new.state = 'waiting') execute function routed_chats_come_early();
create trigger routed_chats_change_early before update of state, queue_id on routed_chats for each row
  when (new.state in ('waiting', 'early') or old.state = 'early') execute function routed_chats_come_early();

-- As in 0035; whoever is early will be in the line.
create or replace function is_line_full(p_queue queues) returns boolean
language sql volatile as $$
  select p_queue.max_waiting <= (
    select count(*) from routed_chats
     where organisation_id = p_queue.organisation_id and queue_id = p_queue.id and state = 'waiting') + (
    select count(*) from routed_chats
     where organisation_id = p_queue.organisation_id and queue_id = p_queue.id and state = 'early')
$$;

-- As in 0047; a queue that is closed is skipped.
create or replace function overflow_target(p_chat routed_chats, p_rule text) returns uuid
language plpgsql volatile as $$
declare
  v_passed uuid[] := passed_by(p_chat) || p_chat.queue_id;
  v_from   queues;
  v_queue  queues;
begin
  if p_rule is null or cardinality(v_passed) > 3 then return null; end if;
  select * into v_from from queues where organisation_id = p_chat.organisation_id and id = p_chat.queue_id;
  v_queue := v_from;
  for v_step in 1 .. 3 loop
    select * into v_queue from queues
     where organisation_id = p_chat.organisation_id and id = v_queue.overflow_queue_id;
    if not found then return null; end if;
    continue when not v_queue.is_active or v_queue.id = any (v_passed) or is_line_full(v_queue)
      or (v_queue.kind, v_queue.is_test) is distinct from (v_from.kind, v_from.is_test)
      or (p_rule = 'overflow_unattended' and not is_attended(v_queue.organisation_id, v_queue.id))
      or not (door_of(v_queue.organisation_id, v_queue.id,
                      case when v_queue.kind = 'live' then p_chat.site_id end, routing_now())).o_is_open;
    return v_queue.id;
  end loop;
  return null;
end
$$;

-- As in 0047, from before a closed door as well.
create or replace function overflow_to(p_chat routed_chats, p_queue uuid, p_rule text) returns jsonb
language plpgsql volatile as $$
begin
  update routed_chats
     set queue_id = p_queue, passed_queues = passed_by(p_chat) || p_chat.queue_id, state = 'waiting',
         rings = calls_all(organisation_id, p_queue), held_for = null, hold_until = null
   where organisation_id = p_chat.organisation_id and chat_id = p_chat.chat_id and state in ('waiting', 'early');
  update chats set queue_id = p_queue where organisation_id = p_chat.organisation_id and id = p_chat.chat_id;
  return chat_event(p_chat.organisation_id, p_chat.chat_id, chat_scopes(p_chat),
    jsonb_build_object('chosen', null, 'rule', p_rule, 'considered', '[]'::jsonb));
end
$$;

-- What the door does to a chat in front of it, or to one that waits behind it, now: null (nothing) |
-- opened | overflow_closed (it goes on to another queue) | closed (it is early, or opens at another
-- time than was said).
create function what_door_does(p_chat routed_chats, p_now timestamptz) returns text
language plpgsql volatile as $$
declare
  v_queue queues;
  v_door  record := door_of_chat(p_chat, p_now);
begin
  if v_door.o_is_open then return case when p_chat.state = 'early' then 'opened' end; end if;
  select * into v_queue from queues where organisation_id = p_chat.organisation_id and id = p_chat.queue_id;
  if p_chat.state = 'waiting' and v_queue.at_closing <> 'as_comer' then return null; end if;
  if v_queue.when_closed = 'overflow' and overflow_target(p_chat, 'overflow_closed') is not null then
    return 'overflow_closed';
  end if;
  return case when p_chat.state = 'waiting' or p_chat.opens_at is distinct from v_door.o_opens_at then 'closed' end;
end
$$;

-- Chats that their door does something to now. A door is looked at once for all who stand there alike.
create function due_at_doors(p_now timestamptz, p_organisation uuid default null)
returns table (organisation_id uuid, chat_id uuid)
language sql volatile as $$
  with standing as materialized (
    select c from routed_chats c
     where c.state = 'early' and (p_organisation is null or c.organisation_id = p_organisation)
    union all
    select c from queues q
      join routed_chats c on c.organisation_id = q.organisation_id and c.queue_id = q.id and c.state = 'waiting'
     where q.at_closing = 'as_comer' and (p_organisation is null or q.organisation_id = p_organisation)
       and exists (
         select from hours h where h.organisation_id = q.organisation_id and not (turn_of(h, p_now)).o_is_open)
  ),
  alike as materialized (
    select (c).organisation_id, (array_agg((c).chat_id))[1] as one, array_agg((c).chat_id) as chats
      from standing
     group by (c).organisation_id, (c).queue_id, (c).site_id, (c).kind, (c).state, (c).opens_at, passed_by(c)
  )
  select a.organisation_id, unnest(a.chats)
    from alike a
    join routed_chats c on c.organisation_id = a.organisation_id and c.chat_id = a.one
   where what_door_does(c, p_now) is not null
$$;

-- Transition: doors of one organisation have opened or closed: those who were early wait, or the
-- other way round; up to `p_most`. They are matched after the commit; should the server die before,
-- the reconciler finds them. Status: tended | nothing (call until it is nothing).
create function tend_doors(p_most int default 100) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_now    timestamptz := date_trunc('milliseconds', routing_now());
  v_organisation uuid;
  v_chat   routed_chats;
  v_does   text;
  v_events jsonb[] := '{}';
  v_chats  uuid[] := '{}';
begin
  perform must_be_read_committed();
  v_organisation := first_unswept(array(select distinct d.organisation_id from due_at_doors(v_now) d));
  if v_organisation is null then return tell_outcome(null, null, 'nothing', '{}'); end if;
  for v_chat in
    select c.* from routed_chats c
     where c.organisation_id = v_organisation and c.state in ('early', 'waiting')
       and c.chat_id in (select d.chat_id from due_at_doors(v_now, v_organisation) d)
     order by c.due_at, c.chat_id limit p_most for no key update skip locked
  loop
    v_does := what_door_does(v_chat, v_now);
    continue when v_does is null;
    if v_does = 'overflow_closed' then
      v_events := v_events || overflow_to(v_chat, overflow_target(v_chat, v_does), v_does);
    else
      update routed_chats
         set state = case v_does when 'opened' then 'waiting' else 'early' end::chat_state,
             opens_at = (door_of_chat(v_chat, v_now)).o_opens_at,
             queue_since = case v_does when 'opened' then v_now else queue_since end,
             rings = v_does = 'opened' and calls_all(organisation_id, queue_id)
       where organisation_id = v_organisation and chat_id = v_chat.chat_id;
      v_events := v_events || chat_event(v_organisation, v_chat.chat_id, chat_scopes(v_chat), because_of(v_does));
    end if;
    v_chats := v_chats || v_chat.chat_id;
  end loop;
  return tell_outcome(v_organisation, null, case when v_chats = '{}' then 'nothing' else 'tended' end,
    v_events, v_chats);
end
$$;

-- Where a new chat begins: in the queue that it is for, in another one where that is closed or full,
-- or nowhere (no queue) where it is full. What is left for later fills no line.
create function come_in(inout p_chat routed_chats, p_queue queues, out o_rule text)
language plpgsql volatile as $$
declare
  v_to uuid;
begin
  p_chat.is_message := false;
  if not (door_of(p_chat.organisation_id, p_queue.id, p_chat.site_id, p_chat.enqueued_at)).o_is_open then
    p_chat.is_message := p_queue.when_closed = 'message';
    o_rule := case p_queue.when_closed when 'message' then 'message_left' when 'overflow' then 'overflow_closed' end;
    v_to := case p_queue.when_closed
      when 'message' then (select id from queues where organisation_id = p_queue.organisation_id
                            and id = p_queue.message_queue_id and is_active)
      when 'overflow' then overflow_target(p_chat, o_rule) end;
  end if;
  if v_to is null and not p_chat.is_message and is_line_full(p_queue) then
    o_rule := 'overflow_full';
    v_to := overflow_target(p_chat, o_rule);
    if v_to is null then p_chat.queue_id := null; end if;
  end if;
  o_rule := case when v_to is not null then o_rule end;
  if v_to is null then return; end if;
  p_chat.queue_id := v_to;
  p_chat.queue_since := p_chat.enqueued_at;
  p_chat.passed_queues := array[p_queue.id];
  p_chat.kind := (select kind from queues where organisation_id = p_queue.organisation_id and id = v_to);
end
$$;

-- As in 0047, by way of the door.
create or replace function enqueue_chat(p_organisation uuid, p_chat uuid, p_queue uuid, p_priority int default 0)
returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_now   timestamptz := date_trunc('milliseconds', routing_now());
  v_chat  record;
  v_new   routed_chats;
  v_queue queues;
  v_in    record;
  v_state chat_state;
  v_events jsonb[];
  v_seek  record;
begin
  perform must_be_read_committed();
  select c.account_id, c.site_id, c.closed_at, v.name into v_chat
    from chats c join visitors v on v.organisation_id = c.organisation_id and v.id = c.visitor_id
   where c.organisation_id = p_organisation and c.id = p_chat;
  if not found then return tell_outcome(p_organisation, null, 'not_found', '{}'); end if;
  if v_chat.closed_at is not null then return tell_outcome(p_organisation, null, 'closed', '{}'); end if;
  select * into v_queue from queues where organisation_id = p_organisation and id = p_queue;
  if not found then return tell_outcome(p_organisation, null, 'not_found', '{}'); end if;
  select state into v_state from routed_chats where organisation_id = p_organisation and chat_id = p_chat;
  if found then
    return tell_outcome(p_organisation, null, 'already', '{}',
      case when v_state = 'waiting' then array[p_chat] end);
  end if;
  v_new.organisation_id := p_organisation;
  v_new.chat_id := p_chat;
  v_new.queue_id := p_queue;
  v_new.site_id := v_chat.site_id;
  v_new.kind := v_queue.kind;
  v_new.priority := v_queue.priority + p_priority;
  v_new.enqueued_at := v_now;
  v_new.passed_queues := '{}';
  v_in := come_in(v_new, v_queue);
  v_new := v_in.p_chat;
  if v_new.queue_id is null then return tell_outcome(p_organisation, null, 'queue_full', '{}'); end if;
  insert into routed_chats (organisation_id, chat_id, account_id, queue_id, site_id, kind, priority, enqueued_at,
                            due_at, visitor_name, rings, queue_since, passed_queues, is_message)
  values (p_organisation, p_chat, v_chat.account_id, v_new.queue_id, v_chat.site_id, v_new.kind,
          v_new.priority, v_now, due_at(v_now, v_new.priority), v_chat.name,
          calls_all(p_organisation, v_new.queue_id), v_new.queue_since, v_new.passed_queues, v_new.is_message)
  on conflict (organisation_id, chat_id) do nothing;
  if not found then return tell_outcome(p_organisation, null, 'already', '{}', array[p_chat]); end if;
  v_events := array[chat_event(p_organisation, p_chat, '{}', case when v_in.o_rule is not null then because_of(v_in.o_rule) end)];
  v_seek := seek_operator(p_organisation, p_chat);
  v_events := v_events || v_seek.o_event
    || case when v_seek.o_found = 'offered' then operator_event(p_organisation, v_seek.o_user) end;
  update chats set queue_id = v_new.queue_id, is_test = v_queue.is_test, kind = v_new.kind
   where organisation_id = p_organisation and id = p_chat;
  select state into v_state from routed_chats where organisation_id = p_organisation and chat_id = p_chat;
  return tell_outcome(p_organisation, null, v_state::text, v_events,
    case when v_state = 'waiting' then array[p_chat] end);
end
$$;

-- How a site's door looks to who comes to it: whether it is open, or its visitors are served
-- elsewhere meanwhile; if not, when it opens and what there is to do; and when to look again.
create function site_door(
  p_organisation uuid, p_site uuid, p_now timestamptz,
  out o_is_open boolean, out o_opens_at timestamptz, out o_offers text, out o_changes_at timestamptz
)
language plpgsql volatile as $$
declare
  v_queue queues;
  v_chat  routed_chats;
begin
  select q.* into v_queue from sites s join queues q on q.organisation_id = s.organisation_id and q.id = s.queue_id
   where s.organisation_id = p_organisation and s.id = p_site;
  select d.* into o_is_open, o_opens_at from door_of(p_organisation, v_queue.id, p_site, p_now) d;
  v_chat.organisation_id := p_organisation;
  v_chat.queue_id := v_queue.id;
  v_chat.site_id := p_site;
  o_is_open := o_is_open or v_queue.when_closed = 'overflow' and overflow_target(v_chat, 'overflow_closed') is not null;
  if not o_is_open then
    o_offers := case v_queue.when_closed when 'message' then 'message' else 'wait' end;
  end if;
  with recursive chain as (
    select q.*, 0 as steps from queues q where q.organisation_id = p_organisation and q.id = v_queue.id
    union all
    select q.*, c.steps + 1 from chain c
      join queues q on q.organisation_id = c.organisation_id and q.id = c.overflow_queue_id
     where c.steps < 3 and c.when_closed = 'overflow')
  select min((turn_of(h, p_now)).o_changes_at) into o_changes_at from hours h
   where h.organisation_id = p_organisation and h.id in (
     select hours_id from chain union select hours_id from sites where organisation_id = p_organisation and id = p_site);
end
$$;
