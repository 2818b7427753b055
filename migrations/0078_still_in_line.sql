-- A chat may go on to another queue, or be moved there, between the look at the heads of somebody's lines
-- and the lock on it. It is then not theirs to be given: they need not serve that queue, nor have the room
-- that it asks for.

-- As in 0070, and takes a chat only where it was seen.
create or replace function seek_waiting_chats(
  p_organisation uuid, p_user uuid, out o_taken int, out o_events jsonb[]
)
language plpgsql volatile as $$
declare
  v_now      timestamptz;
  v_head     record;
  v_chat     routed_chats;
  v_is_taken boolean;
  v_seen     int;
  v_most     int := 2;
begin
  o_taken := 0;
  o_events := '{}';
  loop
    perform from operators o
      where o.organisation_id = p_organisation and o.user_id = p_user and o.is_ready and o.wrap_up_until is null
        and exists (select from operator_loads l
                     where l.organisation_id = p_organisation and l.user_id = p_user and l.used < l.chat_limit);
    exit when not found;
    v_now := routing_now();
    v_is_taken := false;
    v_seen := 0;
    for v_head in
      select c.chat_id, c.queue_id
        from heads(p_organisation, p_user, v_now, v_most) with ordinality h (chat_id, place)
        join routed_chats c on c.organisation_id = p_organisation and c.chat_id = h.chat_id
       order by h.place
    loop
      v_seen := v_seen + 1;
      select * into v_chat from routed_chats
       where organisation_id = p_organisation and chat_id = v_head.chat_id and state = 'waiting'
         and queue_id = v_head.queue_id and (held_for is null or held_for = p_user)
         for no key update skip locked;
      continue when not found;
      o_events := o_events || put_to(v_chat, p_user, jsonb_build_object('chosen', p_user,
        'rule', 'longest_waiting', 'considered', bystanders(v_chat, p_user, v_now)));
      o_taken := o_taken + 1;
      v_is_taken := true;
      exit;
    end loop;
    exit when not v_is_taken and v_seen < v_most;
    v_most := case when v_is_taken then 2 else v_most * 4 end;
  end loop;
end
$$;

select plan_transitions_by_key();
