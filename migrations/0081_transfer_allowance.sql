-- How far above their limit somebody may be handed a chat.
--
-- Glossary
--   transfer allowance   so many chats of a kind above an operator's limit may be handed to them by
--                        name; 0: none, the limit is the limit for them too. The organisation's to say
--
-- A colleague who is asked for help by name may be asked although they are full. What waits in a line,
-- or is handed to a queue or a department, never is given above a limit. Units and the limits of queues
-- are for what is handed on as for everything else, and a limit of 0 stays none.
--
-- It is held as what is forced is (0052): the chat makes its own room, is marked with it, and nothing
-- follows until there is room under the limit. But no more room than the allowance, whatever asks for it.

alter table accounts add column transfer_allowance smallint not null default 0
  check (transfer_allowance between 0 and 10);   -- of an organisation's root

create function transfer_allowance(p_organisation uuid) returns int
language sql stable as $$
  select transfer_allowance from accounts where organisation_id = p_organisation and id = p_organisation
$$;

-- Whether the load lets a chat in that is handed to its operator by name.
create function lets_handed_in(p_load operator_loads) returns boolean
language sql stable as $$
  select p_load.used < p_load.chat_limit
      or p_load.chat_limit > 0 and p_load.used < p_load.chat_limit + transfer_allowance(p_load.organisation_id)
$$;

-- As `has_room` (0077), for a chat that is handed to the operator by name.
create function has_room_for_handed(p_chat routed_chats, p_user uuid) returns boolean
language sql volatile as $$
  select exists (
    select from queues q
      join operators o on o.organisation_id = q.organisation_id and o.user_id = p_user and has_units(o, q)
      join operator_loads l on l.organisation_id = q.organisation_id and l.user_id = p_user
                           and l.kind = p_chat.kind and lets_handed_in(l)
      left join queue_members m on m.organisation_id = q.organisation_id and m.queue_id = q.id and m.user_id = p_user
     where q.organisation_id = p_chat.organisation_id and q.id = p_chat.queue_id and may_hold_more(m))
$$;

-- As in 0050.
create or replace function why_not_hand_to_whoever_works(p_operator operators, p_chat routed_chats, p_user uuid)
returns text
language sql volatile as $$
  select case
    when p_operator.user_id is null or not is_for(p_operator, p_chat.queue_id) then 'not_found'
    when not p_operator.is_ready then 'not_ready'
    when not has_room_for_handed(p_chat, p_user) then 'at_limit'
  end
$$;

-- Whether the chat is on its way to somebody by name.
create function is_handed_by_name(p_organisation uuid, p_chat uuid) returns boolean
language sql stable as $$
  select exists (
    select from routed_chats c
      join transfers t on t.organisation_id = c.organisation_id and t.id = c.transfer_id and t.outcome is null
     where c.organisation_id = p_organisation and c.chat_id = p_chat and t.to_kind = 'operator')
$$;

-- As in 0077, and of what is handed to somebody by name, within the allowance.
create or replace function assignments_make_room() returns trigger
language plpgsql volatile as $$
begin
  if new.kind = 'transfer' then
    update operator_loads l set over = over + 1
     where organisation_id = new.organisation_id and user_id = new.user_id and kind = new.chat_kind
       and used >= chat_limit and lets_handed_in(l) and is_handed_by_name(new.organisation_id, new.chat_id);
    return new;
  end if;
  update operator_loads set over = over + 1
   where organisation_id = new.organisation_id and user_id = new.user_id and kind = new.chat_kind
     and used >= chat_limit;
  update operators set units_over = units_used + new.units - unit_limit
   where organisation_id = new.organisation_id and user_id = new.user_id
     and units_used + new.units > unit_limit;
  update queue_members set held_over = held + 1 - held_limit
   where organisation_id = new.organisation_id and queue_id = new.queue_id and user_id = new.user_id
     and held + 1 > held_limit;
  return new;
end
$$;
drop trigger assignments_make_room on assignments;
create trigger assignments_make_room before insert on assignments for each row
  when (new.kind in ('forced', 'transfer') and new.state in ('offered', 'active'))
  execute function assignments_make_room();

-- As in 0050. Whoever is handed a chat above their limit is told with the allowance that lets it in: by
-- the log it is seen that nobody else was given one.
create or replace function begin_transfer(
  p_organisation uuid, p_transfer uuid, p_chat uuid, p_holder uuid, p_actor uuid,
  p_to_kind text, p_to uuid, p_to_name text, p_note text
) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_now      timestamptz;
  v_chat     routed_chats;
  v_operator operators;
  v_transfer transfers;
  v_rules    record;
  v_no       text;
  v_event    jsonb;
  v_above    jsonb := '{}';
  v_person   uuid := case when p_to_kind = 'operator' then p_to end;
begin
  perform must_be_read_committed();
  if v_person is not null then
    select * into v_operator from operators
     where organisation_id = p_organisation and user_id = v_person for no key update;
  end if;
  v_chat := lock_chat(p_organisation, p_chat);
  select * into v_transfer from transfers where organisation_id = p_organisation and id = p_transfer;
  if found then
    return tell_outcome(p_organisation, p_actor,
      case when (v_transfer.chat_id, v_transfer.by_id) = (p_chat, p_actor) then 'begun' else 'not_found' end, '{}');
  end if;
  select a.transfers_most as most, a.transfer_seconds as seconds, (
           select count(*) from transfers t
            where t.organisation_id = p_organisation and t.chat_id = p_chat and t.outcome = 'taken'
              and t.by_id = t.from_id) as times
    into v_rules from accounts a where a.organisation_id = p_organisation and a.id = p_organisation;
  v_transfer := transfer_under_way(v_chat);
  v_no := case
    when v_chat.chat_id is null then 'not_found'
    when v_chat.state <> 'active' or v_chat.operator_id <> coalesce(p_holder, v_chat.operator_id) then 'not_holder'
    when v_transfer.id is not null then 'under_way'
    when v_person = v_chat.operator_id then 'same'
    when p_holder is not null and v_rules.times >= v_rules.most then 'too_many'
    when v_person is not null then why_not_hand_to(v_operator, v_chat, v_person)
  end;
  if v_no is not null then return tell_outcome(p_organisation, p_actor, v_no, '{}'); end if;

  v_now := date_trunc('milliseconds', routing_now());
  insert into transfers (organisation_id, id, chat_id, from_id, from_name, by_id, by_name,
                         to_kind, to_id, to_name, note, began_at, ends_at)
  select p_organisation, p_transfer, p_chat, v_chat.operator_id, full_name(v_chat.operator_id), p_actor,
         full_name(p_actor), p_to_kind, p_to, p_to_name, p_note, v_now,
         v_now + case when v_person is null then v_rules.seconds else q.offer_seconds end * interval '1 second'
    from queues q where q.organisation_id = p_organisation and q.id = v_chat.queue_id
  returning * into v_transfer;
  update routed_chats set transfer_id = p_transfer where organisation_id = p_organisation and chat_id = p_chat;
  if v_person is null then
    return tell_outcome(p_organisation, p_actor, 'begun',
      array[chat_event(p_organisation, p_chat, chat_scopes(v_chat), because_of('transfer_begun'))], array[p_chat]);
  end if;
  if not has_room(v_chat, v_person) then
    v_above := jsonb_build_object('because',
      jsonb_build_object('rule', 'handed_above', 'allowance', transfer_allowance(p_organisation)));
  end if;
  -- In a statement of its own: what a row looks like is asked as of where the statement began.
  v_event := hand_to(v_transfer, v_chat, v_person,
    jsonb_build_array(jsonb_build_object('operatorId', v_person, 'ruledOutBy', null)), v_now);
  return tell_outcome(p_organisation, p_actor, 'begun',
    array[v_event, operator_event(p_organisation, v_person) || v_above]);
end
$$;

select plan_transitions_by_key();
