-- Shifts as they turn, and statuses that are for one kind of chat: what of 0073_pausing follows them.

-- After an operator's status has changed: their queues are paused by it, or no longer. What rings in one
-- that is goes to somebody else, unless it is being handed to them.
create function follow_status(
  p_organisation uuid, p_user uuid, out o_chats uuid[], out o_events jsonb[]
)
language plpgsql as $$
declare
  v_now    timestamptz := routing_now();
  v_queue  record;
  v_offer  assignments;
begin
  o_chats := '{}';
  o_events := '{}';
  for v_queue in
    select m.queue_id as id, m.accepts_kind as was_accepted
      from operators o
      join queue_members m on m.organisation_id = o.organisation_id and m.user_id = o.user_id
      join queues q on q.organisation_id = m.organisation_id and q.id = m.queue_id
     where o.organisation_id = p_organisation and o.user_id = p_user and m.accepts_kind <> accepts(o, q.kind)
     order by m.queue_id
  loop
    update queue_members set accepts_kind = not accepts_kind
     where organisation_id = p_organisation and queue_id = v_queue.id and user_id = p_user;
    if v_queue.was_accepted then
      for v_offer in
        select a.* from assignments a
          join routed_chats c on c.organisation_id = a.organisation_id and c.chat_id = a.chat_id
                             and c.handing_id is distinct from a.id
         where a.organisation_id = p_organisation and a.user_id = p_user and a.state = 'offered'
           and a.queue_id = v_queue.id
         order by c.due_at, c.chat_id
      loop
        o_events := o_events || put_back(v_offer, 'rescinded', 'kind_not_accepted', v_now);
        o_chats := o_chats || v_offer.chat_id;
      end loop;
    end if;
    o_events := o_events || queue_member_event(p_organisation, v_queue.id, p_user);
  end loop;
end
$$;

create or replace function set_availability(
  p_organisation uuid, p_user uuid, p_availability availability, p_reason text, p_actor uuid,
  p_finish_as availability default null, p_mark jsonb default null
) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_now    timestamptz := date_trunc('milliseconds', routing_now());
  v_before operators;
  v_held   interval := '0';
  v_is_changed boolean;
  v_back   record;
  v_paused record;
  v_finish availability := case when p_availability = 'finishing' then coalesce(p_finish_as, 'away') end;
begin
  perform lock_operator(p_organisation, p_user);
  select * into v_before from operators where organisation_id = p_organisation and user_id = p_user;
  if not found or v_before.suspended_at is not null then
    return tell_outcome(p_organisation, p_actor, 'not_found', '{}');
  end if;
  v_is_changed := (v_before.availability, v_before.reason, v_before.finish_as, v_before.mark)
    is distinct from (p_availability, p_reason, v_finish, p_mark);
  if p_actor <> p_user then
    select held_minutes * interval '1 minute' into v_held from accounts
     where organisation_id = p_organisation and id = p_organisation;
  elsif v_is_changed and v_before.held_until > v_now then
    return tell_outcome(p_organisation, p_actor, 'held', '{}', '{}', '{}',
      jsonb_build_object('until', instant(v_before.held_until), 'setBy', full_name(v_before.availability_set_by)));
  end if;
  update operators
     set availability = p_availability, reason = p_reason, finish_as = v_finish, mark = p_mark,
         availability_cause = 'chosen',
         availability_since = case when availability = p_availability and mark is not distinct from p_mark
                                   then availability_since else v_now end,
         availability_set_by = case when p_actor <> p_user then p_actor when v_is_changed then null else availability_set_by end,
         held_until = case when v_held > '0' then v_now + v_held when not v_is_changed and p_actor = p_user then held_until end,
         idle_until = null,
         missed_in_row = case when p_availability = 'available' then 0 else missed_in_row end,
         is_not_answering = is_not_answering and p_availability <> 'available'
   where organisation_id = p_organisation and user_id = p_user
     and (v_is_changed or v_held > '0' or idle_until is not null
          or (p_availability = 'available' and missed_in_row > 0));
  v_is_changed := found;
  v_paused := follow_status(p_organisation, p_user);
  if p_availability = 'available' then
    return tell_outcome(p_organisation, p_actor, 'set',
      v_paused.o_events || case when v_is_changed or v_paused.o_events <> '{}'
                                then operator_event(p_organisation, p_user) end,
      v_paused.o_chats, array[p_user]);
  end if;
  v_back := put_back_all(p_organisation, p_user, null, false, p_availability::text);
  perform end_finishing(p_organisation, p_user);
  return tell_outcome(p_organisation, p_actor, 'set',
    v_paused.o_events || v_back.o_events
      || case when v_is_changed or cardinality(v_back.o_chats) > 0
              then operator_event(p_organisation, p_user) end,
    v_paused.o_chats || v_back.o_chats);
end
$$;

create or replace function tend_idle(p_most int default 100) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_now timestamptz := date_trunc('milliseconds', routing_now());
  v_organisation uuid;
  v_users  uuid[];
  v_due    record;
  v_events jsonb[] := '{}';
begin
  perform must_be_read_committed();
  v_organisation := first_unswept(array(select distinct d.organisation_id from idle_due(v_now) d));
  if v_organisation is null then return tell_outcome(null, null, 'nothing', '{}'); end if;
  v_users := array(select d.user_id from idle_due(v_now) d
                    where d.organisation_id = v_organisation order by 1 limit p_most);
  perform from operators where organisation_id = v_organisation and user_id = any (v_users)
    order by user_id for no key update;
  for v_due in
    select * from idle_due(v_now) d where d.organisation_id = v_organisation and d.user_id = any (v_users) order by d.user_id
  loop
    if v_due.what = 'away' then
      update operators
         set availability = 'away', reason = null, availability_cause = 'idle', availability_since = v_now,
             availability_set_by = null, held_until = null
       where organisation_id = v_organisation and user_id = v_due.user_id;
      -- Nobody who is rung counts as idle: nothing is put back.
      v_events := v_events || (follow_status(v_organisation, v_due.user_id)).o_events;
    else
      update operators set idle_until = case when v_due.what = 'warn' then v_now + interval '60 seconds' end
       where organisation_id = v_organisation and user_id = v_due.user_id;
    end if;
    v_events := v_events || operator_event(v_organisation, v_due.user_id);
  end loop;
  return tell_outcome(v_organisation, null, case when v_events = '{}' then 'nothing' else 'tended' end, v_events);
end
$$;

-- Whoever is given another shift, or none, is looked at anew (`tend_shifts`): no calendar has such a version.
create function operators_look_at_shift() returns trigger
language plpgsql as $$
begin
  new.shift_version := -1;
  return new;
end
$$;
create trigger operators_look_at_shift before update of shift_id on operators
  for each row when (new.shift_id is distinct from old.shift_id) execute function operators_look_at_shift();

-- A queue begins or ceases to keep shifts: so is whoever has one there.
create function queues_turn_shifts() returns trigger
language plpgsql as $$
begin
  perform from operators o
    where o.organisation_id = new.organisation_id and o.shift_id is not null and o.user_id in (
      select m.user_id from queue_members m where m.organisation_id = new.organisation_id and m.queue_id = new.id)
    order by o.user_id for no key update;
  update operators o set shift_version = -1
   where o.organisation_id = new.organisation_id and o.shift_id is not null and o.user_id in (
     select m.user_id from queue_members m where m.organisation_id = new.organisation_id and m.queue_id = new.id);
  return null;
end
$$;
create trigger queues_turn_shifts after update of keeps_shifts on queues
  for each row when (new.keeps_shifts <> old.keeps_shifts) execute function queues_turn_shifts();

-- Whose shift is no longer what was told: it turned, the calendar was changed, they have another or none.
create function turned_shifts(p_now timestamptz) returns table (organisation_id uuid, user_id uuid)
language sql stable as $$
  select o.organisation_id, o.user_id
    from hours h
   cross join lateral turn_of(h, p_now) t
    join operators o on o.organisation_id = h.organisation_id and o.shift_id = h.id
                    and (o.is_on_shift, o.shift_turns_at, o.shift_version)
                        is distinct from (t.o_is_open, t.o_changes_at, h.version)
  union all
  select o.organisation_id, o.user_id from operators o where o.shift_version is not null and o.shift_id is null
$$;
create index operators_shift_told on operators (organisation_id, user_id)
  where shift_version is not null and shift_id is null;

-- Transition: of one organisation, operators' shifts become what their calendars say, and the queues that
-- keep shifts are paused for them or no longer. What they have chosen stays, and so does what rings with
-- them. Status: turned | nothing (call until nothing).
create function tend_shifts(p_most int default 25) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_now   timestamptz := routing_now();
  v_organisation uuid;
  v_users  uuid[];
  v_queues uuid[];
  v_user   uuid;
  v_events jsonb[] := '{}';
begin
  perform must_be_read_committed();
  v_organisation := first_unswept(array(select distinct s.organisation_id from turned_shifts(v_now) s));
  if v_organisation is null then return tell_outcome(null, null, 'nothing', '{}'); end if;
  v_users := array(select s.user_id from turned_shifts(v_now) s
                    where s.organisation_id = v_organisation order by 1 limit p_most);
  perform lock_operators(v_organisation, v_users);
  foreach v_user in array v_users loop
    update operators o
       set is_on_shift = s.is_on, shift_turns_at = s.turns_at, shift_version = s.version
      from (select coalesce(t.o_is_open, true) as is_on, t.o_changes_at as turns_at, h.version
              from operators w
              left join hours h on h.organisation_id = w.organisation_id and h.id = w.shift_id
              left join lateral turn_of(h, v_now) t on h.id is not null
             where w.organisation_id = v_organisation and w.user_id = v_user) s
     where o.organisation_id = v_organisation and o.user_id = v_user;
    with turned as (
      update queue_members m set is_on_shift = not m.is_on_shift
        from operators o, queues q
       where m.organisation_id = v_organisation and m.user_id = v_user
         and o.organisation_id = v_organisation and o.user_id = v_user
         and q.organisation_id = v_organisation and q.id = m.queue_id
         and m.is_on_shift <> (o.is_on_shift or not q.keeps_shifts)
      returning m.queue_id)
    select array(select queue_id from turned order by 1) into v_queues;
    v_events := v_events || array(select queue_member_event(v_organisation, q, v_user) from unnest(v_queues) q)
                         || operator_event(v_organisation, v_user);
  end loop;
  return tell_outcome(v_organisation, null, case when v_users = '{}' then 'nothing' else 'turned' end,
    v_events, '{}', array(
      select user_id from operators
       where organisation_id = v_organisation and user_id = any (v_users) and is_on_shift order by user_id));
end
$$;
