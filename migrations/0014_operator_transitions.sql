-- What happens to an operator: a limit is set, a status chosen, a queue joined or left.
--
-- The rules of 0012 hold here too: one transition, one transaction, one round trip; operator's row
-- first, the log last; to be called twice without harm.

-- Locks an operator's row; whether there is one.
create function lock_operator(p_organisation uuid, p_user uuid) returns boolean
language plpgsql volatile as $$
begin
  perform must_be_read_committed();
  perform from operators where organisation_id = p_organisation and user_id = p_user for no key update;
  return found;
end
$$;

-- Locks an operator's row or, where there is none, keeps one from being made until we commit: what
-- is said of a user's connections meanwhile is then said before a new operator looks at them.
create function lock_operator_or_absence(p_organisation uuid, p_user uuid) returns void
language plpgsql volatile as $$
begin
  if lock_operator(p_organisation, p_user) then return; end if;
  perform pg_advisory_xact_lock_shared(45, hashtext(p_user::text));
  perform lock_operator(p_organisation, p_user);
end
$$;

create function is_connected(p_organisation uuid, p_user uuid) returns boolean
language sql volatile as $$
  select exists (select from connections
    where organisation_id = p_organisation and user_id = p_user and gone_at is null)
$$;

-- Transition: a user becomes an operator, with a limit for each kind. Does nothing to one who is an
-- operator already. May stand before others in one transaction: nobody else can hold a row that is
-- not there yet. Status: registered | already.
create function register_operator(
  p_organisation uuid, p_user uuid, p_live int, p_deferred int, p_actor uuid default null
) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_now timestamptz := date_trunc('milliseconds', routing_now());
begin
  perform must_be_read_committed();
  -- A connection that is opened or closed at this moment has been committed when we are through
  -- here, or waits for us (lock_operator_or_absence).
  perform pg_advisory_xact_lock(45, hashtext(p_user::text));
  insert into operators (organisation_id, user_id, availability_since, connection_since, is_present)
  values (p_organisation, p_user, v_now, v_now, is_connected(p_organisation, p_user))
  on conflict do nothing;
  if not found then return tell_outcome(p_organisation, p_actor, 'already', '{}'); end if;
  insert into operator_loads (organisation_id, user_id, kind, chat_limit, set_by, set_at)
  values (p_organisation, p_user, 'live', p_live, p_actor, v_now),
         (p_organisation, p_user, 'deferred', p_deferred, p_actor, v_now);
  return tell_outcome(p_organisation, p_actor, 'registered', array[operator_event(p_organisation, p_user)]);
end
$$;

-- Transition: a user is an operator no more (archived, erased). What they were offered or held
-- waits again, where it stood; their places in queues are gone. Status: removed | not_found.
create function remove_operator(p_organisation uuid, p_user uuid, p_actor uuid default null)
returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_scopes text[];
  v_back   record;
  v_events jsonb[];
begin
  if not lock_operator(p_organisation, p_user) then
    return tell_outcome(p_organisation, p_actor, 'not_found', '{}');
  end if;
  select scopes into v_scopes from operator_rows where organisation_id = p_organisation and user_id = p_user;
  v_back := put_back_all(p_organisation, p_user, null, true, 'operator_removed');
  v_events := v_back.o_events
    || array(select event('queue_member', row ->> 'id', '{}', scopes, null, null) from queue_member_rows
              where organisation_id = p_organisation and user_id = p_user)
    || event('operator', p_user::text, '{}', v_scopes, null, null);
  delete from queue_members where organisation_id = p_organisation and user_id = p_user;
  delete from operator_loads where organisation_id = p_organisation and user_id = p_user;
  delete from operators where organisation_id = p_organisation and user_id = p_user;
  return tell_outcome(p_organisation, p_actor, 'removed', v_events, v_back.o_chats);
end
$$;

-- Transition: a limit is set, by somebody who saw version `p_version` of it. Chats above a lowered
-- limit stay. Status: set | stale | not_found. Detail: what stands now
-- {userId, kind, limit, version, setBy, setAt} and, when it was set, `before`.
create function set_limit(
  p_organisation uuid, p_user uuid, p_kind chat_kind, p_limit int, p_version int, p_actor uuid
) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_before operator_loads;
  v_load   operator_loads;
  v_is_set boolean;
  v_is_retry boolean;
begin
  if not lock_operator(p_organisation, p_user) then
    return tell_outcome(p_organisation, p_actor, 'not_found', '{}');
  end if;
  select * into strict v_before from operator_loads
   where organisation_id = p_organisation and user_id = p_user and kind = p_kind;
  update operator_loads
     set chat_limit = p_limit, version = version + 1, set_by = p_actor,
         set_at = date_trunc('milliseconds', routing_now())
   where organisation_id = p_organisation and user_id = p_user and kind = p_kind and version = p_version
  returning * into v_load;
  v_is_set := found;
  -- The same person setting the same value on top of the same version has asked twice.
  v_is_retry := not v_is_set and v_before.version = p_version + 1 and v_before.chat_limit = p_limit
    and v_before.set_by is not distinct from p_actor;
  if not v_is_set then v_load := v_before; end if;
  return tell_outcome(p_organisation, p_actor,
    case when v_is_set or v_is_retry then 'set' else 'stale' end,
    case when v_is_set then array[operator_event(p_organisation, p_user)] else '{}' end,
    '{}',
    case when v_is_set and p_limit > v_before.chat_limit then array[p_user] end,
    jsonb_build_object('userId', p_user, 'kind', p_kind, 'limit', v_load.chat_limit,
      'version', v_load.version, 'setBy', v_load.set_by, 'setAt', instant(v_load.set_at),
      'before', case when v_is_set then v_before.chat_limit end));
end
$$;

-- Transition: an availability is declared, by the operator or by somebody for them. Whoever is no
-- longer available is no longer rung, but keeps the chats they hold. Status: set | not_found.
create function set_availability(
  p_organisation uuid, p_user uuid, p_availability availability, p_reason text, p_actor uuid
) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_now  timestamptz := date_trunc('milliseconds', routing_now());
  v_is_changed boolean;
  v_back record;
begin
  if not lock_operator(p_organisation, p_user) then
    return tell_outcome(p_organisation, p_actor, 'not_found', '{}');
  end if;
  update operators
     set availability = p_availability,
         reason = p_reason,
         availability_since = case when availability = p_availability then availability_since else v_now end,
         availability_set_by = case when p_actor <> p_user then p_actor end,
         missed_in_row = case when p_availability = 'available' then 0 else missed_in_row end,
         is_not_answering = is_not_answering and p_availability <> 'available'
   where organisation_id = p_organisation and user_id = p_user
     and (availability <> p_availability or reason is distinct from p_reason
          or (p_availability = 'available' and missed_in_row > 0));
  v_is_changed := found;
  if p_availability = 'available' then
    return tell_outcome(p_organisation, p_actor, 'set',
      array[case when v_is_changed then operator_event(p_organisation, p_user) end], '{}', array[p_user]);
  end if;
  v_back := put_back_all(p_organisation, p_user, null, false, p_availability::text);
  return tell_outcome(p_organisation, p_actor, 'set',
    v_back.o_events || case when v_is_changed or cardinality(v_back.o_chats) > 0
                            then operator_event(p_organisation, p_user) end,
    v_back.o_chats);
end
$$;

-- Transition: an administrator lets a user serve a queue. Status: assigned | not_operator | not_found.
create function assign_queue_member(
  p_organisation uuid, p_queue uuid, p_user uuid, p_tier int default 1, p_actor uuid default null
) returns routing_outcome
language plpgsql volatile set search_path = public as $$
begin
  if not lock_operator(p_organisation, p_user) then
    return tell_outcome(p_organisation, p_actor, 'not_operator', '{}');
  end if;
  perform from queues where organisation_id = p_organisation and id = p_queue;
  if not found then return tell_outcome(p_organisation, p_actor, 'not_found', '{}'); end if;
  insert into queue_members as m (organisation_id, queue_id, user_id, tier)
  values (p_organisation, p_queue, p_user, p_tier)
  on conflict (organisation_id, queue_id, user_id) do update set tier = excluded.tier
   where m.tier <> excluded.tier;
  return tell_outcome(p_organisation, p_actor, 'assigned',
    array[case when found then queue_member_event(p_organisation, p_queue, p_user) end]);
end
$$;

-- Transition: a user is taken out of a queue; what they hold from it they keep.
-- Status: unassigned (also when they were not in it) | not_operator.
create function unassign_queue_member(p_organisation uuid, p_queue uuid, p_user uuid, p_actor uuid default null)
returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_scopes text[];
  v_back   record;
begin
  if not lock_operator(p_organisation, p_user) then
    return tell_outcome(p_organisation, p_actor, 'not_operator', '{}');
  end if;
  select scopes into v_scopes from queue_member_rows
   where organisation_id = p_organisation and queue_id = p_queue and user_id = p_user;
  if not found then return tell_outcome(p_organisation, p_actor, 'unassigned', '{}'); end if;
  v_back := put_back_all(p_organisation, p_user, p_queue, false, 'not_joined');
  delete from queue_members where organisation_id = p_organisation and queue_id = p_queue and user_id = p_user;
  return tell_outcome(p_organisation, p_actor, 'unassigned',
    v_back.o_events || event('queue_member', p_queue || ':' || p_user, '{}', v_scopes, null, null)
                    || operator_event(p_organisation, p_user),
    v_back.o_chats, array[p_user]);
end
$$;

-- Transition: an operator begins to serve a queue they are assigned to. Status: joined | not_assigned.
create function join_queue(p_organisation uuid, p_queue uuid, p_user uuid, p_actor uuid default null)
returns routing_outcome
language plpgsql volatile set search_path = public as $$
begin
  perform lock_operator(p_organisation, p_user);
  update queue_members set is_joined = true, joined_at = date_trunc('milliseconds', routing_now())
   where organisation_id = p_organisation and queue_id = p_queue and user_id = p_user and not is_joined;
  if found then
    return tell_outcome(p_organisation, coalesce(p_actor, p_user), 'joined',
      array[queue_member_event(p_organisation, p_queue, p_user), operator_event(p_organisation, p_user)],
      '{}', array[p_user]);
  end if;
  perform from queue_members where organisation_id = p_organisation and queue_id = p_queue and user_id = p_user;
  return tell_outcome(p_organisation, p_user, case when found then 'joined' else 'not_assigned' end, '{}');
end
$$;

-- Transition: an operator stops serving a queue; its offers to them are put back, what they hold
-- they keep. Status: left | not_assigned.
create function leave_queue(p_organisation uuid, p_queue uuid, p_user uuid, p_actor uuid default null)
returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_back record;
begin
  perform lock_operator(p_organisation, p_user);
  update queue_members set is_joined = false, joined_at = null
   where organisation_id = p_organisation and queue_id = p_queue and user_id = p_user and is_joined;
  if found then
    v_back := put_back_all(p_organisation, p_user, p_queue, false, 'not_joined');
    return tell_outcome(p_organisation, coalesce(p_actor, p_user), 'left',
      v_back.o_events || queue_member_event(p_organisation, p_queue, p_user)
                      || operator_event(p_organisation, p_user),
      v_back.o_chats, array[p_user]);
  end if;
  perform from queue_members where organisation_id = p_organisation and queue_id = p_queue and user_id = p_user;
  return tell_outcome(p_organisation, p_user, case when found then 'left' else 'not_assigned' end, '{}');
end
$$;
