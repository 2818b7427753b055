-- The same rules with less work: what a chat's life asks of the database, again and again, asks it more
-- briefly. Nothing that is decided, told or kept is another.
--
-- A life of a chat is some hundred and fifty small statements, and what each costs is mostly getting it
-- under way. So a row is made by one function instead of views that lie on one another, a search that can find
-- nobody is not begun, and what has just been locked is not read and locked again.

-- What a screen shows of a chat. As in 0065 and before, in one step; what it has not is not looked up.
create function chat_shown(p routed_chats) returns jsonb
language plpgsql stable as $$
declare
  v_held     assignments;
  v_offer    assignments;
  v_handed   jsonb;
  v_transfer jsonb;
begin
  if p.assignment_id is not null then
    select * into v_held from assignments where organisation_id = p.organisation_id and id = p.assignment_id;
  end if;
  -- Whom it is put to just now: from its queue, or by whoever hands it on.
  if p.handing_id is not null then
    select * into v_offer from assignments where organisation_id = p.organisation_id and id = p.handing_id;
  elsif p.state = 'offered' then
    v_offer := v_held;
  end if;
  -- A transfer of before the chat last came to a queue is history.
  if p.transfer_id is not null then
    select t.row into v_transfer from transfer_rows t
     where t.organisation_id = p.organisation_id and t.id = p.transfer_id and t.began_at >= p.enqueued_at;
  end if;
  select h.row into v_handed from handover_rows h
   where h.organisation_id = p.organisation_id and h.chat_id = p.chat_id
   order by h.at desc limit 1;
  return jsonb_build_object(
    'id', p.chat_id,
    'accountId', p.account_id,
    'queueId', p.queue_id,
    'siteId', p.site_id,
    'kind', p.kind,
    'state', p.state,
    'visitorName', p.visitor_name,
    'enqueuedAt', instant(p.enqueued_at),
    'dueAt', instant(p.due_at),
    'operatorId', case when p.state = 'active' then p.operator_id end,
    'offer', case when v_offer.id is not null then jsonb_build_object(
       'id', v_offer.id,
       'operatorId', v_offer.user_id,
       'offeredAt', instant(v_offer.offered_at),
       'expiresAt', instant(v_offer.expires_at)) end,
    'acceptedAt', instant(v_held.accepted_at),
    'rings', p.rings and p.state = 'waiting',
    'handedOn', v_handed,
    'transfer', v_transfer,
    'opensAt', instant(p.opens_at),
    'parked', case when p.state = 'parked' then jsonb_build_object(
       'operatorId', p.parked_for,
       'at', instant(p.parked_at),
       'because', p.parked_because,
       'isOwed', p.parked_owes) end);
end
$$;

create or replace view chat_rows as
select c.organisation_id, c.chat_id, c.account_id, c.queue_id, c.operator_id, c.state, c.due_at,
       chat_shown(c) as row, c.handing_to, c.parked_for
  from routed_chats c;
drop view chat_rows_without_parking;
drop view chat_rows_without_transfer;

-- What a screen shows of an operator, and who may see it. As in 0063 and before, in one step.
create function operator_shown(p operators, out account_ids uuid[], out scopes text[], out shown jsonb)
language plpgsql stable as $$
declare
  v_user       record;
  v_teams      uuid[];
  v_department text;
  v_loads      jsonb;
  v_joined     uuid[];
  v_wrap_up    jsonb;
begin
  -- The team knows a colleague by name; what visitors see is the membership's to say.
  select first_name || ' ' || last_name as name, photo_id into v_user from users where id = p.user_id;
  select coalesce(array_agg(distinct m.account_id order by m.account_id), '{}'),
         coalesce(array_agg(distinct t.id order by t.id) filter (where t.id is not null), '{}')
    into account_ids, v_teams
    from memberships m
    left join department_members dm on dm.organisation_id = m.organisation_id and dm.membership_id = m.id
   cross join lateral unnest(array[m.supervisor_group_id, m.primary_department_id, dm.department_id]) t (id)
   where m.organisation_id = p.organisation_id and m.user_id = p.user_id and m.status = 'active';
  if v_teams <> '{}' then
    select d.name into v_department
      from memberships m
      left join department_members dm on dm.organisation_id = m.organisation_id and dm.membership_id = m.id
      join departments d on d.organisation_id = m.organisation_id
                        and d.id in (m.primary_department_id, dm.department_id)
     where m.organisation_id = p.organisation_id and m.user_id = p.user_id and m.status = 'active'
     order by d.id is distinct from m.primary_department_id, d.name, d.id
     limit 1;
  end if;
  select jsonb_object_agg(kind, jsonb_build_object('used', used, 'limit', chat_limit, 'version', version))
    into v_loads
    from operator_loads
   where organisation_id = p.organisation_id and user_id = p.user_id;
  v_joined := array(
    select queue_id from queue_members
     where organisation_id = p.organisation_id and user_id = p.user_id and is_joined
     order by queue_id);
  perform from assignments
    where organisation_id = p.organisation_id and user_id = p.user_id and wraps_until is not null limit 1;
  if found or p.wrap_up_until is not null then
    v_wrap_up := wrap_up_row(p.organisation_id, p.user_id, p.wrap_up_until);
  end if;
  scopes := array(select 'floor:' || a from unnest(account_ids) a)
         || array(select s || i from unnest(array['team:', 'floor:']) s, unnest(v_teams) i)
         || ('user:' || p.user_id);
  shown := jsonb_build_object(
    'id', p.user_id,
    'accountIds', to_jsonb(account_ids),
    'name', v_user.name,
    'photo', '/files/photos/' || v_user.photo_id || '/96',
    'department', v_department,
    'availability', p.availability,
    'reason', p.reason,
    'since', instant(p.availability_since),
    'setBy', case when p.availability_set_by is not null then full_name(p.availability_set_by) end,
    'connection', case when p.is_present then 'connected'
                       when p.grace_until is not null then 'reconnecting'
                       else 'disconnected' end,
    'connectionSince', instant(p.connection_since),
    'missed', p.missed_in_row,
    'isNotAnswering', p.is_not_answering,
    'live', v_loads -> 'live',
    'deferred', v_loads -> 'deferred',
    'joined', to_jsonb(v_joined),
    'takesChats', p.takes_chats,
    'takesTests', p.takes_tests,
    'wrapUp', v_wrap_up,
    'units', jsonb_build_object('used', p.units_used, 'limit', p.unit_limit, 'version', p.unit_version),
    'finishAs', p.finish_as,
    'cause', p.availability_cause,
    'heldUntil', instant(p.held_until),
    'idleUntil', instant(p.idle_until),
    'mark', p.mark);
end
$$;

create or replace view operator_rows as
select o.organisation_id, o.user_id, s.account_ids, s.scopes, s.shown as row
  from operators o cross join lateral operator_shown(o) s;
drop view operator_rows_without_presence;
drop view operator_rows_without_units;
drop view operator_rows_without_wrap_up;

-- As in 0010.
create or replace function operator_event(p_organisation uuid, p_user uuid, p_before text[] default '{}') returns jsonb
language plpgsql stable as $$
declare
  v_scopes text[];
  v_row    jsonb;
begin
  select r.scopes, r.row into v_scopes, v_row from operator_rows r
   where r.organisation_id = p_organisation and r.user_id = p_user;
  if not found then return null; end if;
  return event('operator', p_user::text, v_scopes, p_before, v_row, null);
end
$$;

-- As in 0049 and 0065, in one expression, and with the casts that do not depend on a setting: so
-- PostgreSQL puts it into whatever asks instead of calling it.
create or replace function chat_scopes(p_chat routed_chats) returns text[]
language sql immutable as $$
  select case p_chat.state
    when 'closed' then '{}'::text[]
    when 'parked' then array['floor:' || p_chat.account_id::text]
                    || case when p_chat.parked_for is null then '{}'::text[] else array['user:' || p_chat.parked_for::text] end
    else array['floor:' || p_chat.account_id::text]
      || case when p_chat.state = 'active' then '{}'::text[] else array['queue:' || p_chat.queue_id::text] end
      || case when p_chat.operator_id is null then '{}'::text[] else array['user:' || p_chat.operator_id::text] end
      || case when p_chat.handing_to is null then '{}'::text[] else array['user:' || p_chat.handing_to::text] end
  end
$$;
drop function chat_scopes_of_others(routed_chats);
drop function chat_scopes_without_transfer(routed_chats);

-- As in 0010.
create or replace function event(p_kind text, p_id text, p_scopes text[], p_before text[], p_row jsonb, p_because jsonb)
returns jsonb
language plpgsql immutable as $$
declare
  v_left text[] := '{}';
begin
  if not p_before <@ p_scopes then
    v_left := array(select b.scope from unnest(p_before) with ordinality b (scope, place)
                     where b.scope <> all (p_scopes) order by b.place);
  end if;
  return jsonb_build_object('kind', p_kind, 'id', p_id, 'scopes', p_scopes, 'left', v_left,
                            'row', p_row, 'because', p_because);
end
$$;

-- As in 0010.
create or replace function chat_event(p_organisation uuid, p_chat uuid, p_before text[], p_because jsonb) returns jsonb
language plpgsql stable as $$
declare
  v_chat routed_chats;
begin
  select * into v_chat from routed_chats where organisation_id = p_organisation and chat_id = p_chat;
  if not found then return null; end if;
  return event('chat', p_chat::text, chat_scopes(v_chat), p_before,
               case when v_chat.state <> 'closed' then chat_shown(v_chat) end, p_because);
end
$$;

-- As in 0001, in the same order and under the same lock; the rows are read from the array in one go.
create or replace function append_events(p_organisation uuid, p_actor uuid, p_events jsonb) returns bigint
language plpgsql volatile as $$
declare
  v_seq bigint;
begin
  perform lock_log(p_organisation);
  select coalesce(max(seq), 0) into v_seq from event_log where organisation_id = p_organisation;
  insert into event_log (organisation_id, seq, actor_id, kind, entity_id, scopes, left_scopes, row, because)
  select p_organisation, v_seq + e.place, p_actor, e.kind, e.id,
         coalesce(e.scopes, '{}'), coalesce(e."left", '{}'), e."row", e.because
    from rows from (jsonb_to_recordset(p_events)
           as (kind text, id text, scopes text[], "left" text[], "row" jsonb, because jsonb))
         with ordinality as e (kind, id, scopes, "left", "row", because, place);
  return v_seq + jsonb_array_length(p_events);
end
$$;
