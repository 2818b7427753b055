-- A visitor asks: what they say of themselves, their chat, its first message and its place in the
-- queue are one transition and one round trip. The place in the queue takes the log's lock, which is
-- given back by the commit alone; between the two no server process may pause, for everybody else of
-- the organisation would wait for it.

-- `already` is answered for a chat that is there, whoever's it is. Where it answers that the visitor may
-- not ask, nothing was done; a full queue breaks the constraint `queue_full`, and all of it is undone.
create function ask_chat(
  p_organisation uuid, p_visitor uuid, p_chat uuid, p_client uuid, p_body text,
  p_name text, p_email text, p_page_url text, p_most_open int
) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_visitor visitors;
  v_site    sites;
  v_queue   queues;
  v_no      text;
  v_outcome routing_outcome;
begin
  perform must_be_read_committed();
  -- One chat at a time begins: what is read from here on holds until the commit.
  select * into v_visitor from visitors
   where organisation_id = p_organisation and id = p_visitor for no key update;
  if not found then return tell_outcome(p_organisation, null, 'not_found', '{}'); end if;
  perform from chats where id = p_chat;
  if found then
    -- Asked again after a connection broke: nobody may have matched it since.
    return tell_outcome(p_organisation, null, 'already', '{}', array(
      select chat_id from routed_chats
       where organisation_id = p_organisation and chat_id = p_chat and state = 'waiting'));
  end if;
  select * into strict v_site from sites where organisation_id = p_organisation and id = v_visitor.site_id;
  select * into strict v_queue from queues where organisation_id = p_organisation and id = v_site.queue_id;
  v_no := case
    when not (v_site.is_active and v_queue.is_active and is_open_account(p_organisation, v_site.account_id))
    then 'not_available'
    when p_most_open <= (
      select count(*) from chats
       where organisation_id = p_organisation and visitor_id = p_visitor and closed_at is null)
    then 'too_many_open_chats'
    -- What is left at a closed door needs an address to answer to.
    when coalesce(p_email, v_visitor.email) is null
     and (site_door(p_organisation, v_site.id, routing_now())).o_offers = 'message'
    then 'contact_needed' end;
  if v_no is not null then return tell_outcome(p_organisation, null, v_no, '{}'); end if;

  if p_name is not null or p_email is not null then
    update visitors set name = coalesce(p_name, name), email = coalesce(p_email, email)
     where organisation_id = p_organisation and id = p_visitor;
  end if;
  insert into chats (organisation_id, id, account_id, site_id, visitor_id, kind, page_url, message_seq)
  values (p_organisation, p_chat, v_site.account_id, v_site.id, p_visitor, v_queue.kind, p_page_url, 1);
  insert into messages (organisation_id, chat_id, seq, client_id, author, author_id, body)
  values (p_organisation, p_chat, 1, p_client, 'visitor', p_visitor, p_body);
  v_outcome := enqueue_chat(p_organisation, p_chat, v_queue.id);
  if v_outcome.status = 'queue_full' then
    raise exception 'the queue is full' using errcode = 'check_violation', constraint = 'queue_full';
  end if;
  return v_outcome;
end
$$;

select plan_transitions_by_key();
