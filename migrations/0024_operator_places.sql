-- Everything that editing a person may change of an operator, as one transition: queues, tiers and
-- participation, limits, and which chats they are for. The rules of 0012 and 0014 hold.

-- Transition: `p_put` is [{queueId, tier, participates}], `p_remove` the queues they leave; null for
-- a limit or a kind leaves it as it is. What is offered from a queue that they leave waits again;
-- what they hold they keep. A queue that is gone is passed over.
-- Status: set | not_operator. Detail: {lost}, the ids of queues of p_put that are gone.
create function set_operator_places(
  p_organisation uuid, p_user uuid, p_put jsonb, p_remove uuid[], p_live int, p_deferred int,
  p_takes_chats boolean, p_takes_tests boolean, p_actor uuid
) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_now    timestamptz := date_trunc('milliseconds', routing_now());
  v_scopes text[];
  v_queue  uuid;
  v_back   record;
  v_put    uuid[];
  v_chats  uuid[] := '{}';
  v_events jsonb[] := '{}';
  v_is_changed boolean;
begin
  if not lock_operator(p_organisation, p_user) then
    return tell_outcome(p_organisation, p_actor, 'not_operator', '{}');
  end if;
  v_is_changed := set_operator_means(p_organisation, p_user, p_live, p_deferred, p_takes_chats, p_takes_tests,
                                     p_actor, v_now);

  with put as (
    insert into queue_members as m (organisation_id, queue_id, user_id, tier, participates)
    select p_organisation, q.id, p_user, w.tier, w.participates
      from jsonb_to_recordset(p_put) as w ("queueId" uuid, tier smallint, participates boolean)
      join queues q on q.organisation_id = p_organisation and q.id = w."queueId"
     order by q.id
    on conflict (organisation_id, queue_id, user_id)
    do update set tier = excluded.tier, participates = excluded.participates
     where (m.tier, m.participates) <> (excluded.tier, excluded.participates)
    returning queue_id)
  select coalesce(array_agg(queue_id order by queue_id), '{}') into v_put from put;
  v_events := v_events || array(select queue_member_event(p_organisation, q, p_user) from unnest(v_put) as q);

  foreach v_queue in array coalesce(p_remove, '{}') loop
    select scopes into v_scopes from queue_member_rows
     where organisation_id = p_organisation and queue_id = v_queue and user_id = p_user;
    continue when not found;
    v_back := put_back_all(p_organisation, p_user, v_queue, false, 'not_joined');
    delete from queue_members
     where organisation_id = p_organisation and queue_id = v_queue and user_id = p_user;
    v_chats := v_chats || v_back.o_chats;
    v_events := v_events || v_back.o_events
      || event('queue_member', v_queue || ':' || p_user, '{}', v_scopes, null, null);
    v_is_changed := true;
  end loop;

  if v_is_changed or v_put <> '{}' then
    v_events := v_events || operator_event(p_organisation, p_user);
  end if;
  return tell_outcome(p_organisation, p_actor, 'set', v_events, v_chats,
    case when v_is_changed or v_put <> '{}' then array[p_user] end,
    jsonb_build_object('lost', array(
      select w."queueId" from jsonb_to_recordset(p_put) as w ("queueId" uuid)
       where not exists (select from queues where organisation_id = p_organisation and id = w."queueId"))));
end
$$;

-- The limits and the kinds of an operator (locked), as `set_operator_places` is given them; whether
-- that changed anything. Chats above a lowered limit stay.
create function set_operator_means(
  p_organisation uuid, p_user uuid, p_live int, p_deferred int,
  p_takes_chats boolean, p_takes_tests boolean, p_actor uuid, p_now timestamptz
) returns boolean
language plpgsql volatile as $$
declare
  v_is_changed boolean;
begin
  update operator_loads l
     set chat_limit = w.wanted, version = version + 1, set_by = p_actor, set_at = p_now
    from (values ('live'::chat_kind, p_live), ('deferred', p_deferred)) as w (kind, wanted)
   where l.organisation_id = p_organisation and l.user_id = p_user and l.kind = w.kind
     and l.chat_limit <> w.wanted;
  v_is_changed := found;
  update operators
     set takes_chats = coalesce(p_takes_chats, takes_chats), takes_tests = coalesce(p_takes_tests, takes_tests)
   where organisation_id = p_organisation and user_id = p_user
     and (takes_chats <> coalesce(p_takes_chats, takes_chats) or takes_tests <> coalesce(p_takes_tests, takes_tests));
  return v_is_changed or found;
end
$$;
