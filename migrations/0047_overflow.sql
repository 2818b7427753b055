-- A chat that its queue cannot serve soon enough goes on to another queue: when it has waited there
-- for so long, when nobody attends the queue, or at once when it comes and the line is full. The
-- rules of 0012 hold here.
--
-- Glossary
--   chain   a queue, the queue that its chats overflow to, the one after that, and so on
--   passed  a queue that a chat has left by overflow: it never overflows into it again
--
-- A chat keeps its due_at wherever it goes: who has waited stands before whoever has just come. A
-- chain is no circle and has three steps at most, which is kept here when it is set up; and because
-- chains change while chats are in them, a chat counts its own steps too.

alter table queues
  add column overflow_queue_id uuid,
  add column overflow_after_seconds int check (overflow_after_seconds between 1 and 86400),
  add column overflow_when_unattended boolean not null default false,
  add foreign key (organisation_id, overflow_queue_id) references queues (organisation_id, id);
create index queues_overflowing on queues (organisation_id, overflow_queue_id)
  where overflow_queue_id is not null;

-- What is kept of a chat that ended and was handed on later is older than its place in the line, and
-- counts for nothing (in_queue_since and passed_by, below).
alter table routed_chats
  add column queue_since timestamptz,                 -- null: since it came
  add column passed_queues uuid[] not null default '{}';

create function routed_chats_enter_queues() returns trigger
language plpgsql as $$
begin
  new.queue_since := date_trunc('milliseconds', routing_now());
  return new;
end
$$;
create trigger routed_chats_enter_queues before update of queue_id on routed_chats for each row
  when (old.queue_id <> new.queue_id) execute function routed_chats_enter_queues();

create function in_queue_since(p_chat routed_chats) returns timestamptz
language sql immutable as $$
  select greatest(p_chat.queue_since, p_chat.enqueued_at)
$$;

create function passed_by(p_chat routed_chats) returns uuid[]
language sql immutable as $$
  select case when p_chat.queue_since >= p_chat.enqueued_at then p_chat.passed_queues else '{}' end
$$;

-- No circle, and no chain of more than three steps, counted from its very first queue. The advisory
-- lock lets one chain of an organisation be set at a time, so that two cannot close a circle together.
create function queues_overflow_ends() returns trigger
language plpgsql as $$
declare
  v_next  uuid := new.overflow_queue_id;
  v_steps int := 0;
begin
  perform pg_advisory_xact_lock(46, hashtext(new.organisation_id::text));
  while v_next is not null loop
    v_steps := v_steps + 1;
    if v_next = new.id then
      raise exception 'overflow in a circle' using errcode = 'check_violation', constraint = 'queues_overflow_circle';
    end if;
    exit when v_steps > 3;
    select overflow_queue_id into v_next from queues where organisation_id = new.organisation_id and id = v_next;
  end loop;
  v_steps := v_steps + (
    with recursive before as (
      select new.id as id, 0 as steps
      union all
      select q.id, b.steps + 1 from before b
        join queues q on q.organisation_id = new.organisation_id and q.overflow_queue_id = b.id
       where b.steps < 4)
    select max(steps) from before);
  if v_steps > 3 then
    raise exception 'overflow too long' using errcode = 'check_violation', constraint = 'queues_overflow_too_long';
  end if;
  return new;
end
$$;
create trigger queues_overflow_ends before insert or update of overflow_queue_id on queues for each row
  when (new.overflow_queue_id is not null) execute function queues_overflow_ends();

-- Where a chat may go on to, along the chain of its queue; null: it stays. A queue that is out of
-- use, full or already passed is skipped, and, for a chat that nobody attends, one that nobody
-- attends either.
create function overflow_target(p_chat routed_chats, p_rule text) returns uuid
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
      or (p_rule = 'overflow_unattended' and not is_attended(v_queue.organisation_id, v_queue.id));
    return v_queue.id;
  end loop;
  return null;
end
$$;

-- Waiting chats that go on now, and why.
create function overflowing(p_now timestamptz, p_organisation uuid default null)
returns table (organisation_id uuid, chat_id uuid, rule text)
language sql volatile as $$
  select c.organisation_id, c.chat_id, r.rule
    from queues q
   cross join lateral (
     select q.overflow_when_unattended and not is_attended(q.organisation_id, q.id) as unattended) u
    join routed_chats c on c.organisation_id = q.organisation_id and c.queue_id = q.id and c.state = 'waiting'
   cross join lateral (
     select case
       when in_queue_since(c) + q.overflow_after_seconds * interval '1 second' <= p_now then 'overflow_waited'
       when u.unattended then 'overflow_unattended'
     end as rule) r
   where q.overflow_queue_id is not null and (q.overflow_after_seconds is not null or u.unattended)
     and (p_organisation is null or q.organisation_id = p_organisation)
     and r.rule is not null and overflow_target(c, r.rule) is not null
$$;

-- Puts a waiting chat, locked, into another queue's line.
create function overflow_to(p_chat routed_chats, p_queue uuid, p_rule text) returns jsonb
language plpgsql volatile as $$
begin
  update routed_chats
     set queue_id = p_queue, passed_queues = passed_by(p_chat) || p_chat.queue_id,
         rings = calls_all(organisation_id, p_queue), held_for = null, hold_until = null
   where organisation_id = p_chat.organisation_id and chat_id = p_chat.chat_id and state = 'waiting';
  update chats set queue_id = p_queue where organisation_id = p_chat.organisation_id and id = p_chat.chat_id;
  return chat_event(p_chat.organisation_id, p_chat.chat_id, chat_scopes(p_chat),
    jsonb_build_object('chosen', null, 'rule', p_rule, 'considered', '[]'::jsonb));
end
$$;

-- Transition: chats of one organisation go on to another queue, up to `p_most`. They are matched
-- after the commit; should the server die before, the reconciler finds them. A chat that somebody
-- has locked is on its way to an operator, or is looked at again.
-- Status: moved | nothing (call until it is nothing).
create function overflow_chats(p_most int default 100) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_now    timestamptz := routing_now();
  v_organisation uuid;
  v_target uuid;
  v_chat   routed_chats;
  v_due    jsonb;
  v_events jsonb[] := '{}';
  v_chats  uuid[] := '{}';
begin
  perform must_be_read_committed();
  v_organisation := first_unswept(array(select distinct o.organisation_id from overflowing(v_now) o));
  if v_organisation is null then return tell_outcome(null, null, 'nothing', '{}'); end if;
  select jsonb_object_agg(o.chat_id, o.rule) into v_due from overflowing(v_now, v_organisation) o;
  for v_chat in
    select c.* from routed_chats c
     where c.organisation_id = v_organisation and c.state = 'waiting'
       and c.chat_id in (select k::uuid from jsonb_object_keys(v_due) k)
     order by c.due_at, c.chat_id limit p_most for no key update skip locked
  loop
    v_target := overflow_target(v_chat, v_due ->> v_chat.chat_id::text);
    continue when v_target is null;
    v_events := v_events || overflow_to(v_chat, v_target, v_due ->> v_chat.chat_id::text);
    v_chats := v_chats || v_chat.chat_id;
  end loop;
  return tell_outcome(v_organisation, null, case when v_chats = '{}' then 'nothing' else 'moved' end,
    v_events, v_chats);
end
$$;

-- As in 0037. Where the line is full the chat begins in the queue that it overflows to, as one that
-- has passed the full one; with no such queue it is refused.
create or replace function enqueue_chat(p_organisation uuid, p_chat uuid, p_queue uuid, p_priority int default 0)
returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_now   timestamptz := date_trunc('milliseconds', routing_now());
  v_chat  record;
  v_new   routed_chats;
  v_queue queues;
  v_state chat_state;
  v_events jsonb[];
  v_because jsonb;
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
  v_new.priority := v_queue.priority + p_priority;
  v_new.enqueued_at := v_now;
  v_new.passed_queues := '{}';
  if is_line_full(v_queue) then
    v_new.queue_id := overflow_target(v_new, 'overflow_full');
    if v_new.queue_id is null then return tell_outcome(p_organisation, null, 'queue_full', '{}'); end if;
    v_new.queue_since := v_now;
    v_new.passed_queues := array[p_queue];
    v_because := jsonb_build_object('chosen', null, 'rule', 'overflow_full', 'considered', '[]'::jsonb);
  end if;

  insert into routed_chats (organisation_id, chat_id, account_id, queue_id, site_id, kind, priority,
                            enqueued_at, due_at, visitor_name, rings, queue_since, passed_queues)
  values (p_organisation, p_chat, v_chat.account_id, v_new.queue_id, v_chat.site_id, v_queue.kind,
          v_new.priority, v_now, due_at(v_now, v_new.priority), v_chat.name,
          calls_all(p_organisation, v_new.queue_id), v_new.queue_since, v_new.passed_queues)
  on conflict (organisation_id, chat_id) do nothing;
  if not found then
    return tell_outcome(p_organisation, null, 'already', '{}', array[p_chat]);
  end if;
  v_events := array[chat_event(p_organisation, p_chat, '{}', v_because)];
  v_seek := seek_operator(p_organisation, p_chat);
  v_events := v_events || v_seek.o_event;
  if v_seek.o_found = 'offered' then
    v_events := v_events || operator_event(p_organisation, v_seek.o_user);
  end if;
  update chats set queue_id = v_new.queue_id, is_test = v_queue.is_test
   where organisation_id = p_organisation and id = p_chat;
  select state into v_state from routed_chats where organisation_id = p_organisation and chat_id = p_chat;
  return tell_outcome(p_organisation, null, v_state::text, v_events,
    case when v_state = 'waiting' then array[p_chat] end);
end
$$;
