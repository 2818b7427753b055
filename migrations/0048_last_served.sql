-- A visitor who comes back is kept for the operator who served them last, for as long as the queue
-- says, if that operator is there: better known than a little faster. The rules of 0012 hold here;
-- what a chat that is held means to matching is in 0044 and 0045.
--
-- A hold is a place in the line that only one operator can take from. It ends by the sweep, which
-- makes it an ordinary place again, and not by a look at the clock in every search: a search must
-- find the head of a line by its index, and nothing may depend on whose clock is asked.

alter table queues add column affinity_seconds smallint not null default 0
  check (affinity_seconds between 0 and 600);
create index routed_chats_held on routed_chats (hold_until) where held_for is not null;

-- Whether an operator serves a queue now, busy or not.
create function serves_now(p_organisation uuid, p_queue uuid, p_user uuid) returns boolean
language sql stable as $$
  select exists (
    select from queues q
      join queue_members m on m.organisation_id = q.organisation_id and m.queue_id = q.id
                          and m.user_id = p_user and m.is_joined and m.participates
      join operators o on o.organisation_id = q.organisation_id and o.user_id = p_user and o.is_ready
                      and case when q.is_test then o.takes_tests else o.takes_chats end
      join operator_loads l on l.organisation_id = q.organisation_id and l.user_id = p_user
                           and l.kind = q.kind and l.chat_limit > 0
     where q.organisation_id = p_organisation and q.id = p_queue and q.strategy <> 'manual_pick')
$$;

-- Who served the visitor of a chat last, in another chat, ended or not.
create function last_served_by(p_organisation uuid, p_chat uuid) returns uuid
language sql stable as $$
  select a.user_id
    from chats this
    join chats c on c.organisation_id = this.organisation_id and c.visitor_id = this.visitor_id and c.id <> this.id
    join assignments a on a.organisation_id = c.organisation_id and a.chat_id = c.id and a.accepted_at is not null
   where this.organisation_id = p_organisation and this.id = p_chat
   order by a.accepted_at desc, a.user_id
   limit 1
$$;

-- A chat that comes is held for whoever served its visitor last, if they serve its queue now and
-- have what it asks for.
create function routed_chats_are_held() returns trigger
language plpgsql volatile as $$
declare
  v_seconds int;
  v_user    uuid;
begin
  select affinity_seconds into v_seconds from queues
   where organisation_id = new.organisation_id and id = new.queue_id;
  if v_seconds = 0 then return new; end if;
  v_user := last_served_by(new.organisation_id, new.chat_id);
  if serves_now(new.organisation_id, new.queue_id, v_user) and may_have(new, v_user, new.enqueued_at) then
    new.held_for := v_user;
    new.hold_until := new.enqueued_at + v_seconds * interval '1 second';
  end if;
  return new;
end
$$;
create trigger routed_chats_are_held before insert on routed_chats for each row
  when (new.state = 'waiting') execute function routed_chats_are_held();

-- Chats that need wait for one operator no longer: the time is over, or the operator has gone.
create function holds_over(p_now timestamptz) returns table (organisation_id uuid, chat_id uuid)
language sql stable as $$
  select c.organisation_id, c.chat_id from routed_chats c
   where c.held_for is not null and c.state = 'waiting'
     and (c.hold_until <= p_now or not serves_now(c.organisation_id, c.queue_id, c.held_for))
$$;

-- Transition: such chats of one organisation are everybody's again, where they stand, up to `p_most`.
-- They are matched after the commit; should the server die before, the reconciler finds them.
-- Status: released | nothing (call until it is nothing).
create function release_holds(p_most int default 100) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_now    timestamptz := routing_now();
  v_organisation uuid;
  v_chat   routed_chats;
  v_events jsonb[] := '{}';
  v_chats  uuid[] := '{}';
begin
  perform must_be_read_committed();
  v_organisation := first_unswept(array(select distinct h.organisation_id from holds_over(v_now) h));
  if v_organisation is null then return tell_outcome(null, null, 'nothing', '{}'); end if;
  for v_chat in
    select c.* from routed_chats c
     where c.organisation_id = v_organisation and c.state = 'waiting' and c.held_for is not null
       and c.chat_id in (select h.chat_id from holds_over(v_now) h where h.organisation_id = v_organisation)
     order by c.due_at, c.chat_id limit p_most for no key update skip locked
  loop
    update routed_chats set held_for = null, hold_until = null
     where organisation_id = v_organisation and chat_id = v_chat.chat_id;
    v_events := v_events || chat_event(v_organisation, v_chat.chat_id, chat_scopes(v_chat),
      jsonb_build_object('chosen', null, 'rule', 'hold_over', 'considered', jsonb_build_array(
        jsonb_build_object('operatorId', v_chat.held_for, 'ruledOutBy', 'hold_over'))));
    v_chats := v_chats || v_chat.chat_id;
  end loop;
  return tell_outcome(v_organisation, null, case when v_chats = '{}' then 'nothing' else 'released' end,
    v_events, v_chats);
end
$$;
