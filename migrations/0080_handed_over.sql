-- What was put to somebody because another handed it over stays theirs to answer, also once whoever handed
-- it over is gone and it is an offer like any other (`let_go`, 0050): it was meant for them, not for
-- whoever serves its queue.

-- As in 0073_shifts.
create or replace function follow_status(
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
         where a.organisation_id = p_organisation and a.user_id = p_user and a.state = 'offered'
           and a.queue_id = v_queue.id and a.kind <> 'transfer'
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

select plan_transitions_by_key();
