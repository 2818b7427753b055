-- An operator's part in routing follows their memberships. The rules of 0012 and 0014 hold here.

-- Brings the places of an operator (locked) in line with their memberships, and with whether they
-- are suspended. What they hold or are offered from a place that they lose waits again, where it stood.
create function follow_places(
  p_organisation uuid, p_user uuid, p_serves boolean, p_gone_from uuid,
  out o_chats uuid[], out o_events jsonb[]
)
language plpgsql volatile as $$
declare
  v_place record;
  v_back  record;
begin
  o_chats := '{}';
  o_events := '{}';
  for v_place in
    select m.queue_id, m.is_suspended, r.scopes, case
             when s.standing = 'serves' and not p_serves then 'suspended'
             else s.standing end as standing
      from queue_members m
      join queue_member_rows r using (organisation_id, queue_id, user_id)
     cross join lateral place_standing(m.organisation_id, r.account_id, m.user_id, p_gone_from) as s (standing)
     where m.organisation_id = p_organisation and m.user_id = p_user
     order by m.queue_id
  loop
    continue when v_place.standing = case when v_place.is_suspended then 'suspended' else 'serves' end;
    if v_place.standing = 'serves' then
      update queue_members
         set is_suspended = false, is_joined = rejoins_at is not null, joined_at = rejoins_at, rejoins_at = null
       where organisation_id = p_organisation and user_id = p_user and queue_id = v_place.queue_id;
      o_events := o_events || queue_member_event(p_organisation, v_place.queue_id, p_user);
      continue;
    end if;
    v_back := put_back_all(p_organisation, p_user, v_place.queue_id, true, 'operator_removed');
    o_chats := o_chats || v_back.o_chats;
    o_events := o_events || v_back.o_events;
    if v_place.standing = 'gone' then
      delete from queue_members
       where organisation_id = p_organisation and user_id = p_user and queue_id = v_place.queue_id;
    else
      update queue_members set is_suspended = true, rejoins_at = joined_at, is_joined = false, joined_at = null
       where organisation_id = p_organisation and user_id = p_user and queue_id = v_place.queue_id;
    end if;
    o_events := o_events || event('queue_member', v_place.queue_id || ':' || p_user, '{}', v_place.scopes,
      case when v_place.standing = 'suspended' then queue_member_row(p_organisation, v_place.queue_id, p_user) end, null);
  end loop;
end
$$;

-- Transition: memberships of a user have changed. `p_serves`: whether one that is active answers
-- chats. When none does, what they hold or are offered waits again, where it stood, and they are
-- offline and on no floor until one does again; limits, queues and whether they had joined are kept.
-- `p_gone_from`: the account whose membership has ended for good.
-- Status: suspended | serves | not_found.
create function follow_memberships(
  p_organisation uuid, p_user uuid, p_serves boolean, p_actor uuid, p_gone_from uuid default null
) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_now    timestamptz := date_trunc('milliseconds', routing_now());
  -- Wherever they may have been seen: what did not see them makes nothing of it.
  v_seen   text[] := array(
    select 'floor:' || account_id from memberships
     where organisation_id = p_organisation and user_id = p_user and account_id is distinct from p_gone_from
     order by account_id) || array_remove(array['floor:' || p_gone_from], null);
  v_back   record;
  v_chats  uuid[] := '{}';
  v_events jsonb[] := '{}';
begin
  if not lock_operator(p_organisation, p_user) then
    return tell_outcome(p_organisation, p_actor, 'not_found', '{}');
  end if;
  if p_serves then
    update operators set suspended_at = null
     where organisation_id = p_organisation and user_id = p_user and suspended_at is not null;
  else
    v_back := put_back_all(p_organisation, p_user, null, true, 'operator_removed');
    v_chats := v_back.o_chats;
    v_events := v_back.o_events;
    update operators
       set availability = 'offline', reason = null, availability_since = v_now,
           availability_set_by = case when p_actor <> p_user then p_actor end,
           missed_in_row = 0, is_not_answering = false, suspended_at = v_now
     where organisation_id = p_organisation and user_id = p_user and suspended_at is null;
  end if;
  v_back := follow_places(p_organisation, p_user, p_serves, p_gone_from);
  return tell_outcome(p_organisation, p_actor, case when p_serves then 'serves' else 'suspended' end,
    v_events || v_back.o_events || operator_event(p_organisation, p_user, v_seen),
    v_chats || v_back.o_chats,
    case when p_serves then array[p_user] end);
end
$$;

-- Transition: no active membership of the user answers chats any more. Status: suspended | not_found.
create function suspend_operator(p_organisation uuid, p_user uuid, p_actor uuid) returns routing_outcome
language sql volatile as $$
  select follow_memberships(p_organisation, p_user, false, p_actor)
$$;

-- Transition: one does again. Status: serves | not_found.
create function resume_operator(p_organisation uuid, p_user uuid, p_actor uuid) returns routing_outcome
language sql volatile as $$
  select follow_memberships(p_organisation, p_user, true, p_actor)
$$;

-- As in 0014; a suspended operator who becomes one once more, through another membership, is back.
create or replace function register_operator(
  p_organisation uuid, p_user uuid, p_live int, p_deferred int, p_actor uuid default null
) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_now timestamptz := date_trunc('milliseconds', routing_now());
  v_is_suspended boolean;
begin
  perform must_be_read_committed();
  -- A connection that is opened or closed at this moment has been committed when we are through
  -- here, or waits for us (lock_operator_or_absence).
  perform pg_advisory_xact_lock(45, hashtext(p_user::text));
  insert into operators (organisation_id, user_id, availability_since, connection_since, is_present)
  values (p_organisation, p_user, v_now, v_now, is_connected(p_organisation, p_user))
  on conflict do nothing;
  if not found then
    select suspended_at is not null into v_is_suspended from operators
     where organisation_id = p_organisation and user_id = p_user;
    perform from memberships where organisation_id = p_organisation and user_id = p_user and status = 'active';
    if found and v_is_suspended then
      return follow_memberships(p_organisation, p_user, true, p_actor);
    end if;
    return tell_outcome(p_organisation, p_actor, 'already', '{}');
  end if;
  insert into operator_loads (organisation_id, user_id, kind, chat_limit, set_by, set_at)
  values (p_organisation, p_user, 'live', p_live, p_actor, v_now),
         (p_organisation, p_user, 'deferred', p_deferred, p_actor, v_now);
  return tell_outcome(p_organisation, p_actor, 'registered', array[operator_event(p_organisation, p_user)]);
end
$$;

-- What the log told of people, so that it can be found again when one of them is erased.
create index event_log_people on event_log (organisation_id, entity_id)
  where kind in ('person', 'record', 'invitation');
