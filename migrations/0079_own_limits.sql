-- The own limit of an operator is set as before; what holds follows from it (0079_limits_of_roles).

-- As in 0024.
create or replace function set_operator_means(
  p_organisation uuid, p_user uuid, p_live int, p_deferred int,
  p_takes_chats boolean, p_takes_tests boolean, p_actor uuid, p_now timestamptz
) returns boolean
language plpgsql volatile as $$
declare
  v_is_changed boolean;
begin
  update operator_loads l
     set own_limit = w.wanted, version = version + 1, set_by = p_actor, set_at = p_now
    from (values ('live'::chat_kind, p_live), ('deferred', p_deferred)) as w (kind, wanted)
   where l.organisation_id = p_organisation and l.user_id = p_user and l.kind = w.kind
     and l.own_limit <> w.wanted;
  v_is_changed := found;
  update operators
     set takes_chats = coalesce(p_takes_chats, takes_chats), takes_tests = coalesce(p_takes_tests, takes_tests)
   where organisation_id = p_organisation and user_id = p_user
     and (takes_chats <> coalesce(p_takes_chats, takes_chats) or takes_tests <> coalesce(p_takes_tests, takes_tests));
  return v_is_changed or found;
end
$$;

-- As in 0014. What is set, and was before, is the operator's own.
create or replace function set_limit(
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
     set own_limit = p_limit, version = version + 1, set_by = p_actor,
         set_at = date_trunc('milliseconds', routing_now())
   where organisation_id = p_organisation and user_id = p_user and kind = p_kind and version = p_version
  returning * into v_load;
  v_is_set := found;
  -- The same person setting the same value on top of the same version has asked twice.
  v_is_retry := not v_is_set and v_before.version = p_version + 1 and v_before.own_limit = p_limit
    and v_before.set_by is not distinct from p_actor;
  if not v_is_set then v_load := v_before; end if;
  return tell_outcome(p_organisation, p_actor,
    case when v_is_set or v_is_retry then 'set' else 'stale' end,
    case when v_is_set then array[operator_event(p_organisation, p_user)] else '{}' end,
    '{}',
    case when v_is_set and v_load.chat_limit > v_before.chat_limit then array[p_user] end,
    jsonb_build_object('userId', p_user, 'kind', p_kind, 'limit', v_load.own_limit,
      'version', v_load.version, 'setBy', v_load.set_by, 'setAt', instant(v_load.set_at),
      'before', case when v_is_set then v_before.own_limit end));
end
$$;

-- As in 0060. What is set, and was before, is the operator's own.
create or replace function set_unit_limit(p_organisation uuid, p_user uuid, p_limit int, p_version int, p_actor uuid)
returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_before operators;
  v_now    operators;
  v_is_new boolean;
  v_is_retry boolean;
begin
  if not lock_operator(p_organisation, p_user) then
    return tell_outcome(p_organisation, p_actor, 'not_found', '{}');
  end if;
  select * into v_before from operators where organisation_id = p_organisation and user_id = p_user;
  update operators
     set own_unit_limit = p_limit, unit_version = unit_version + 1, unit_set_by = p_actor,
         unit_set_at = date_trunc('milliseconds', routing_now())
   where organisation_id = p_organisation and user_id = p_user and unit_version = p_version;
  v_is_new := found;
  v_is_retry := not v_is_new and v_before.unit_version = p_version + 1
    and (v_before.own_unit_limit, v_before.unit_set_by) is not distinct from (p_limit, p_actor);
  select * into v_now from operators where organisation_id = p_organisation and user_id = p_user;
  return tell_outcome(p_organisation, p_actor,
    case when v_is_new or v_is_retry then 'set' else 'stale' end,
    case when v_is_new then array[operator_event(p_organisation, p_user)] else '{}' end,
    '{}',
    case when v_is_new and (v_now.unit_limit is null or v_now.unit_limit > v_before.unit_limit) then array[p_user] end,
    jsonb_build_object('userId', p_user, 'limit', v_now.own_unit_limit, 'version', v_now.unit_version,
      'setBy', v_now.unit_set_by, 'setAt', instant(v_now.unit_set_at),
      'isNew', v_is_new, 'before', v_before.own_unit_limit));
end
$$;

-- As in 0060.
create or replace function put_unit_limits(p_organisation uuid, p_items jsonb, p_actor uuid) returns setof uuid
language sql volatile as $$
  update operators o
     set own_unit_limit = w."unitLimit", unit_version = unit_version + 1, unit_set_by = p_actor,
         unit_set_at = date_trunc('milliseconds', routing_now())
    from jsonb_to_recordset(p_items) as w ("userId" uuid, "unitLimit" smallint)
   where o.organisation_id = p_organisation and o.user_id = w."userId"
     and o.own_unit_limit is distinct from w."unitLimit"
  returning o.user_id
$$;

select plan_transitions_by_key();
