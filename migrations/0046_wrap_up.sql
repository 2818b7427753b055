-- Wrap-up: after a chat its operator has time to finish (notes, a ticket, a breath). How long is the
-- queue's to say, and what it costs:
--   by default the operator is given nothing new, of any queue, until the time is over;
--   where the wrap-up takes a slot, the ended chat goes on counting against the limit instead, and
--   the operator's other places are filled as ever.
-- Either ends at its time, swept by whichever server comes first, or when the operator says "done".
-- The rules of 0012 hold here.

alter table queues add column wrap_up_takes_slot boolean not null default false;

-- An assignment whose chat has ended and that still takes its slot.
alter table assignments
  add column wraps_until timestamptz,
  add check (wraps_until is null or state = 'ended');
create index assignments_wrapping on assignments (organisation_id, user_id, wraps_until)
  where wraps_until is not null;
create index operators_wrapping_up on operators (wrap_up_until) where wrap_up_until is not null;

create function takes_slot(p_state assignment_state, p_wraps_until timestamptz) returns int
language sql immutable as $$
  select case when p_state in ('offered', 'active') or p_wraps_until is not null then 1 else 0 end
$$;

-- As in 0044. A chat that ends into a wrap-up moves no load: its slot is taken without a break, so
-- that nobody else's chat can slip in between and break the limit.
create or replace function assignments_move_loads() returns trigger
language plpgsql as $$
declare
  v_row assignments := case when tg_op = 'DELETE' then old else new end;
  v_by  int := 0;
  v_today date;
begin
  if tg_op <> 'DELETE' then v_by := v_by + takes_slot(new.state, new.wraps_until); end if;
  if tg_op <> 'INSERT' then v_by := v_by - takes_slot(old.state, old.wraps_until); end if;
  if v_by <> 0 then
    update operator_loads set used = used + v_by
     where organisation_id = v_row.organisation_id and user_id = v_row.user_id and kind = v_row.chat_kind;
    if not found then
      raise exception 'only an operator can be assigned a chat' using errcode = 'foreign_key_violation';
    end if;
  end if;
  if v_row.state = 'active' and (tg_op = 'INSERT' or tg_op = 'UPDATE' and old.state <> 'active') then
    v_today := day_of(v_row.organisation_id, routing_now());
    update operators
       set taken_today = case when taken_on = v_today then taken_today + 1 else 1 end, taken_on = v_today
     where organisation_id = v_row.organisation_id and user_id = v_row.user_id;
  end if;
  return null;
end
$$;
drop trigger assignments_move_loads on assignments;
create trigger assignments_move_loads after insert or delete or update of state, wraps_until on assignments
  for each row execute function assignments_move_loads();

-- Until when an operator wraps up, and whether they are given nothing new at all; null when not.
create function wrap_up_row(p_organisation uuid, p_user uuid, p_wrap_up_until timestamptz) returns jsonb
language sql stable as $$
  select jsonb_build_object('until', instant(max(w.until)), 'isPaused', p_wrap_up_until is not null)
    from (select p_wrap_up_until as until
          union all
          select wraps_until from assignments
           where organisation_id = p_organisation and user_id = p_user and wraps_until is not null) w
  having max(w.until) is not null
$$;

alter view operator_rows rename to operator_rows_without_wrap_up;
create view operator_rows as
select r.organisation_id, r.user_id, r.account_ids, r.scopes,
       r.row || jsonb_build_object('wrapUp', wrap_up_row(r.organisation_id, r.user_id, o.wrap_up_until)) as row
  from operator_rows_without_wrap_up r
  join operators o on o.organisation_id = r.organisation_id and o.user_id = r.user_id;

-- Begins the wrap-up after an active chat, of which the operator and the chat are locked. Answers
-- until when the assignment keeps its slot; null when it does not.
create function begin_wrap_up(p_chat routed_chats, p_now timestamptz) returns timestamptz
language plpgsql volatile as $$
declare
  v_queue queues;
  v_until timestamptz;
begin
  if p_chat.state <> 'active' then return null; end if;
  select * into v_queue from queues where organisation_id = p_chat.organisation_id and id = p_chat.queue_id;
  if v_queue.wrap_up_seconds = 0 then return null; end if;
  v_until := p_now + v_queue.wrap_up_seconds * interval '1 second';
  if v_queue.wrap_up_takes_slot then return v_until; end if;
  update operators set wrap_up_until = greatest(wrap_up_until, v_until)
   where organisation_id = p_chat.organisation_id and user_id = p_chat.operator_id;
  return null;
end
$$;

-- As in 0013. A chat ends, whatever state it is in, and its operator wraps up.
create or replace function end_chat(
  p_organisation uuid, p_chat uuid, p_holder uuid, p_because chat_end, p_actor uuid
) returns routing_outcome
language plpgsql volatile as $$
declare
  v_now    timestamptz;
  v_seen   routed_chats;
  v_chat   routed_chats;
  v_because chat_end := p_because;
  v_wraps  timestamptz;
  v_seek   record;
  v_events jsonb[];
begin
  select * into v_seen from routed_chats where organisation_id = p_organisation and chat_id = p_chat;
  if not found then
    return tell_outcome(p_organisation, p_actor, case
      when exists (select from chats where organisation_id = p_organisation and id = p_chat and closed_at is not null)
      then 'closed' else 'not_found' end, '{}');
  end if;
  if v_seen.operator_id is not null then
    perform from operators
      where organisation_id = p_organisation and user_id = v_seen.operator_id for no key update;
  end if;
  select * into v_chat from routed_chats
   where organisation_id = p_organisation and chat_id = p_chat for no key update;
  if v_chat.state = 'closed' then return tell_outcome(p_organisation, p_actor, 'closed', '{}'); end if;
  if v_chat.operator_id is distinct from v_seen.operator_id then
    return tell_outcome(p_organisation, p_actor, 'again', '{}');
  end if;
  if p_holder is not null and (v_chat.state <> 'active' or v_chat.operator_id <> p_holder) then
    return tell_outcome(p_organisation, p_actor, 'not_holder', '{}');
  end if;
  if p_because = 'abandoned' and v_chat.state = 'active' then v_because := 'visitor'; end if;

  v_now := date_trunc('milliseconds', routing_now());
  v_wraps := begin_wrap_up(v_chat, v_now);
  update assignments
     set state = case when state = 'active' then 'ended' else 'rescinded' end::assignment_state, ended_at = v_now,
         wraps_until = v_wraps
   where organisation_id = p_organisation and id = v_chat.assignment_id and state in ('offered', 'active');
  update routed_chats set state = 'closed', assignment_id = null, operator_id = null, closed_at = v_now,
         held_for = null, hold_until = null
   where organisation_id = p_organisation and chat_id = p_chat;
  delete from exclusions where organisation_id = p_organisation and chat_id = p_chat;
  v_events := array[chat_event(p_organisation, p_chat, chat_scopes(v_chat),
    jsonb_build_object('chosen', null, 'rule', 'closed_' || v_because, 'considered', '[]'::jsonb))];
  if v_chat.operator_id is not null then
    v_seek := seek_chats(p_organisation, v_chat.operator_id);
    v_events := v_events || v_seek.o_events || operator_event(p_organisation, v_chat.operator_id);
  end if;
  update chats set closed_at = v_now, closed_because = v_because
   where organisation_id = p_organisation and id = p_chat and closed_at is null;
  return tell_outcome(p_organisation, p_actor, 'closed', v_events, '{}',
    case when v_chat.operator_id is not null then array[v_chat.operator_id] end);
end
$$;

-- Ends what operators (locked) wrap up: all of it, or what was due by `p_due`.
create function stop_wrapping_up(p_organisation uuid, p_users uuid[], p_due timestamptz default 'infinity')
returns void
language sql volatile as $$
  update operators set wrap_up_until = null
   where organisation_id = p_organisation and user_id = any (p_users) and wrap_up_until <= p_due;
  update assignments set wraps_until = null
   where organisation_id = p_organisation and user_id = any (p_users) and wraps_until <= p_due;
$$;

-- Transition: an operator is done before the time is over, and may be given the next chat.
-- Status: ended (also when there was nothing to end) | not_found.
create function end_wrap_up(p_organisation uuid, p_user uuid) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_was jsonb;
begin
  if not lock_operator(p_organisation, p_user) then
    return tell_outcome(p_organisation, p_user, 'not_found', '{}');
  end if;
  v_was := operator_row(p_organisation, p_user) -> 'wrapUp';
  if v_was = 'null' then return tell_outcome(p_organisation, p_user, 'ended', '{}'); end if;
  perform stop_wrapping_up(p_organisation, array[p_user]);
  return tell_outcome(p_organisation, p_user, 'ended', array[operator_event(p_organisation, p_user)],
    '{}', array[p_user]);
end
$$;

-- Who has wrapped up for long enough.
create function wrapped_up(p_now timestamptz) returns table (organisation_id uuid, user_id uuid)
language sql stable as $$
  select organisation_id, user_id from operators where wrap_up_until <= p_now
  union
  select organisation_id, user_id from assignments where wraps_until <= p_now
$$;

-- Transition: wrap-ups of one organisation whose time is over end, of up to `p_most` operators. They
-- are matched after the commit; should the server die before, the reconciler finds them.
-- Status: ended | nothing (call until it is nothing).
create function expire_wrap_ups(p_most int default 100) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_now timestamptz := routing_now();
  v_organisation uuid;
  v_users uuid[];
begin
  perform must_be_read_committed();
  v_organisation := first_unswept(array(select distinct w.organisation_id from wrapped_up(v_now) w));
  if v_organisation is null then return tell_outcome(null, null, 'nothing', '{}'); end if;
  v_users := array(select w.user_id from wrapped_up(v_now) w
                    where w.organisation_id = v_organisation order by 1 limit p_most);
  perform from operators where organisation_id = v_organisation and user_id = any (v_users)
    order by user_id for no key update;
  perform stop_wrapping_up(v_organisation, v_users, v_now);
  return tell_outcome(v_organisation, null, case when v_users = '{}' then 'nothing' else 'ended' end,
    array(select operator_event(v_organisation, u) from unnest(v_users) u), '{}', v_users);
end
$$;

-- As in 0040: whoever is an operator no more wraps up nothing.
alter function unmake_operator(uuid, uuid) rename to unmake_operator_at_work;
create function unmake_operator(
  p_organisation uuid, p_user uuid, out o_chats uuid[], out o_events jsonb[]
)
language plpgsql volatile as $$
begin
  perform stop_wrapping_up(p_organisation, array[p_user]);
  select u.o_chats, u.o_events into o_chats, o_events from unmake_operator_at_work(p_organisation, p_user) u;
end
$$;
