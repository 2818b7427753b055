-- Nobody is called to a queue that is paused for them, who only stands by for it.

-- Whether a queue's chats ring with all who stand by for it: somebody does, and nobody serves it.
create or replace function calls_all(p_organisation uuid, p_queue uuid) returns boolean
language sql stable as $$
  select exists (
      select from queue_members
       where organisation_id = p_organisation and queue_id = p_queue and not participates and not is_suspended
         and is_on_shift and accepts_kind)
     and not is_attended(p_organisation, p_queue)
$$;

-- Transition: somebody who stands by takes a chat that rings with all of them.
-- Status: taken | not_found gone not_ready at_limit.
create or replace function take_chat(p_organisation uuid, p_chat uuid, p_user uuid)
returns routing_outcome
language plpgsql
set search_path = public
as $$
declare
  v_operator operators;
  v_chat     routed_chats;
  v_member   queue_members;
  v_no       text;
  v_event    jsonb;
begin
  perform must_be_read_committed();
  select * into v_operator from operators
   where organisation_id = p_organisation and user_id = p_user for no key update;
  select * into v_chat from routed_chats
   where organisation_id = p_organisation and chat_id = p_chat for no key update;
  if v_chat.state = 'active' and v_chat.operator_id = p_user then
    return tell_outcome(p_organisation, p_user, 'taken', '{}', p_detail => jsonb_build_object('chatId', p_chat));
  end if;
  select * into v_member from queue_members
   where organisation_id = p_organisation and queue_id = v_chat.queue_id and user_id = p_user
     and not is_suspended;
  v_no := case
    when v_operator.user_id is null or v_member.user_id is null then 'not_found'
    when v_chat.state <> 'waiting' or not v_chat.rings or v_member.participates then 'gone'
    when not is_for(v_operator, v_chat.queue_id) then 'gone'
    when not (v_member.is_on_shift and v_member.accepts_kind) then 'gone'
    when not v_operator.is_ready then 'not_ready'
    when not has_room(v_chat, p_user) then 'at_limit'
  end;
  -- Whoever looked for a chat meanwhile passed over this one, for it was locked: it is looked at again.
  if v_no is not null then
    return tell_outcome(p_organisation, p_user, v_no, '{}', case when v_chat.state = 'waiting' then array[p_chat] end);
  end if;
  v_event := put_to(v_chat, p_user, jsonb_build_object('chosen', p_user, 'rule', 'rang_together',
    'considered', jsonb_build_array(jsonb_build_object('operatorId', p_user, 'ruledOutBy', null))), 'pick');
  perform has_answered(p_organisation, p_user);
  return tell_outcome(p_organisation, p_user, 'taken',
    array[v_event, operator_event(p_organisation, p_user)],
    p_detail => jsonb_build_object('chatId', p_chat));
end
$$;
