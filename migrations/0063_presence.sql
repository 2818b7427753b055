-- Finishing, idle, and a status that its operator cannot undo. The rules of 0012 hold here.
--
--   finishing   no new work: whatever asks who is ready (is_ready, 0008) passes by. It ends in the very
--               transaction in which the last chat does, whatever ended that, so nobody has to look.
--   idle        no key, no pointer, on any device, for the organisation's `idle_minutes`. Its operator is
--               warned for a minute and then away. Servers decide by the clock of the database; what a
--               tab or a server is doing that is frozen or dead has no part in it.
--   held        set by somebody else, for the organisation's `held_minutes`.

alter table operators
  add check ((availability = 'finishing') = (finish_as is not null)),
  add check (idle_until is null or availability = 'available' and is_present),
  add check (mark is null or availability in ('away', 'busy', 'finishing'));

-- What belongs to an availability ends with it, whatever ended it. Somebody who comes after having been
-- gone for good is there, and not idle since the last time.
create function operators_keep_presence() returns trigger
language plpgsql as $$
begin
  if new.availability <> 'finishing' then new.finish_as := null; end if;
  if new.availability in ('available', 'offline') then new.mark := null; end if;
  if new.suspended_at is not null then
    new.held_until := null;
    new.availability_cause := 'chosen';
  end if;
  if new.availability <> 'available' or not new.is_present then new.idle_until := null; end if;
  if new.is_present and not old.is_present and old.grace_until is null then
    insert into operator_activity as a values (new.organisation_id, new.user_id, routing_now())
    on conflict (organisation_id, user_id) do update set active_at = greatest(a.active_at, excluded.active_at);
  end if;
  return new;
end
$$;
create trigger operators_keep_presence before update on operators for each row when (
    (old.availability, old.is_present, old.suspended_at) is distinct from (new.availability, new.is_present, new.suspended_at))
  execute function operators_keep_presence();

alter view operator_rows rename to operator_rows_without_presence;
create view operator_rows as
select r.organisation_id, r.user_id, r.account_ids, r.scopes,
       r.row || jsonb_build_object(
         'finishAs', o.finish_as, 'cause', o.availability_cause, 'heldUntil', instant(o.held_until),
         'idleUntil', instant(o.idle_until), 'mark', o.mark) as row
  from operator_rows_without_presence r
  join operators o on o.organisation_id = r.organisation_id and o.user_id = r.user_id;

-- As in 0057, and knows what nobody chose.
create or replace function operators_write_status() returns trigger
language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    old.reason := null;
    perform write_status(old, 'offline', 'removed', null);
    return null;
  elsif tg_op = 'INSERT' then
    perform write_status(new, status_of(new), 'began', null);
    return null;
  end if;
  perform write_status(new, status_of(new), case
      when new.suspended_at is not null and old.suspended_at is null then 'suspended'
      when new.suspended_at is null and old.suspended_at is not null then 'restored'
      when (new.availability, new.reason) is distinct from (old.availability, old.reason) then new.availability_cause
      when new.is_present and not old.is_present then 'connected'
      when old.is_present and not new.is_present then 'connection_lost'
      when new.is_not_answering and not old.is_not_answering then 'missed_offers'
      when old.is_not_answering and not new.is_not_answering then 'answered'
      else 'grace_over'
    end,
    case
      when new.suspended_at is not distinct from old.suspended_at
        and (new.availability, new.reason) is distinct from (old.availability, old.reason)
        and new.availability_cause <> 'chosen' then null
      when (new.availability, new.reason, new.suspended_at) is distinct from (old.availability, old.reason, old.suspended_at)
        then coalesce(new.availability_set_by, new.user_id)
      when old.is_not_answering and not new.is_not_answering then new.user_id
    end);
  return null;
end
$$;

-- As in 0057, and keeps what the status chosen was.
create or replace function write_status(p operators, p_status operator_status, p_cause text, p_actor uuid) returns void
language plpgsql as $$
declare
  v_last status_changes;
begin
  select * into v_last from status_changes
   where organisation_id = p.organisation_id and user_id = p.user_id
   order by at desc limit 1;
  if v_last.status = p_status and v_last.reason is not distinct from p.reason then return; end if;
  insert into status_changes (organisation_id, user_id, at, status, reason, cause, actor_id, mark)
  values (p.organisation_id, p.user_id, greatest(routing_now(), v_last.at), p_status, p.reason, p_cause, p_actor,
          case when p_status in ('away', 'busy') then p.mark end)
  on conflict (organisation_id, user_id, at) do update
    set status = excluded.status, reason = excluded.reason, cause = excluded.cause, actor_id = excluded.actor_id,
        mark = excluded.mark;
end
$$;

-- Whoever is finishing (locked) and has no chat left is what they wanted to be then.
create function end_finishing(p_organisation uuid, p_user uuid) returns void
language plpgsql volatile as $$
begin
  update operators
     set availability = finish_as, availability_cause = 'finished',
         availability_since = date_trunc('milliseconds', routing_now())
   where organisation_id = p_organisation and user_id = p_user and availability = 'finishing'
     and not exists (
       select from assignments a
        where a.organisation_id = p_organisation and a.user_id = p_user and a.state in ('offered', 'active'));
end
$$;

create function assignments_end_finishing() returns trigger
language plpgsql as $$
begin
  perform end_finishing(old.organisation_id, old.user_id);
  return null;
end
$$;
create trigger assignments_end_finishing after update of state on assignments for each row
  when (old.state in ('offered', 'active') and new.state not in ('offered', 'active'))
  execute function assignments_end_finishing();
create trigger assignments_gone_end_finishing after delete on assignments for each row
  when (old.state in ('offered', 'active')) execute function assignments_end_finishing();

-- As in 0025: an availability is declared, by the operator or by somebody for them. What somebody else
-- has set holds for a while: the operator may repeat it, and nothing else. Whoever is finishing without
-- a chat has finished.
-- Status: set | held (detail {until, setBy}) | not_found (also who is suspended).
drop function set_availability(uuid, uuid, availability, text, uuid);
create function set_availability(
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
  if p_availability = 'available' then
    return tell_outcome(p_organisation, p_actor, 'set',
      array[case when v_is_changed then operator_event(p_organisation, p_user) end], '{}', array[p_user]);
  end if;
  v_back := put_back_all(p_organisation, p_user, null, false, p_availability::text);
  perform end_finishing(p_organisation, p_user);
  return tell_outcome(p_organisation, p_actor, 'set',
    v_back.o_events || case when v_is_changed or cardinality(v_back.o_chats) > 0
                            then operator_event(p_organisation, p_user) end,
    v_back.o_chats);
end
$$;

-- Transition: what somebody else has set may be undone by the operator from now on.
-- Status: lifted (also when nothing was held) | not_found.
create function lift_hold(p_organisation uuid, p_user uuid, p_actor uuid) returns routing_outcome
language plpgsql volatile set search_path = public as $$
begin
  if not lock_operator(p_organisation, p_user) then
    return tell_outcome(p_organisation, p_actor, 'not_found', '{}');
  end if;
  update operators set held_until = null
   where organisation_id = p_organisation and user_id = p_user and held_until is not null;
  return tell_outcome(p_organisation, p_actor, 'lifted',
    array[case when found then operator_event(p_organisation, p_user) end]);
end
$$;

-- As in 0015; without a grace of its own (`p_grace_seconds` null) it is the organisation's.
create or replace function lose_presence(
  p_organisation uuid, p_user uuid, p_gone_at timestamptz, p_grace_seconds int,
  out o_chats uuid[], out o_events jsonb[]
)
language plpgsql volatile as $$
declare
  v_back record;
begin
  o_chats := '{}';
  o_events := '{}';
  if is_connected(p_organisation, p_user) then return; end if;
  update operators
     set is_present = false, connection_since = p_gone_at,
         grace_until = p_gone_at + interval '1 second' * coalesce(p_grace_seconds, (
           select grace_seconds from accounts where organisation_id = p_organisation and id = p_organisation))
   where organisation_id = p_organisation and user_id = p_user and is_present;
  if not found then return; end if;
  v_back := put_back_all(p_organisation, p_user, null, false, 'not_connected');
  o_chats := v_back.o_chats;
  o_events := v_back.o_events || operator_event(p_organisation, p_user);
end
$$;

-- As before, but who is finishing is there, and takes nothing more.
alter function why_not_hand_to(operators, routed_chats, uuid) rename to why_not_hand_to_whoever_works;
create function why_not_hand_to(p_operator operators, p_chat routed_chats, p_user uuid) returns text
language sql volatile as $$
  select case when w.no = 'not_ready' and p_operator.availability = 'finishing' and p_operator.is_present
              then 'finishing' else w.no end
    from (select why_not_hand_to_whoever_works(p_operator, p_chat, p_user) as no) w
$$;
