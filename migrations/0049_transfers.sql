-- Handing a chat that somebody holds to another person, to a queue or to a department.
--
-- Whoever holds the chat keeps it until it is taken: the visitor always has somebody, and a transfer
-- that comes to nothing leaves everything as it was. A chat that is handed on therefore has two live
-- assignments for a while: the one of its holder (active) and that of the person who is asked
-- (offered). Both count, each against the limit of its own operator: whoever accepts has the room,
-- because the offer has taken it already.
--
-- Glossary
--   transfer   somebody hands a chat on: to whom, with which note, and what came of it
--   handing    the offer that stands within a transfer; a chat has one at most (assignments_one_offer)
--   sought     a transfer to a queue or a department between two handings: the next is looked for
--   outcome    how it ended; null while it is under way
--
-- A queue is asked as a waiting chat would ask it: one operator after another, with the due_at that
-- the chat has had since it first waited, so that it stands before whoever came later. The other
-- way, giving the chat up to the new queue at once, would have been less work here; but then nobody
-- has the visitor while that queue is busy, and a chat that nobody takes has to find its way back to
-- an operator who may be full by then. Nothing of that can happen to a chat that never left.

create table transfers (
  organisation_id  uuid not null,
  id               uuid not null,         -- made by the page: asking twice is asking once
  chat_id          uuid not null,
  from_id          uuid,                  -- who held it; null when nobody did
  from_name        text,
  by_id            uuid not null,         -- who asked: the holder, or somebody above
  by_name          text,
  to_kind          text not null check (to_kind in ('operator', 'queue', 'department')),
  to_id            uuid not null,
  to_name          text,
  note             text check (char_length(note) between 1 and 500),
  began_at         timestamptz not null,
  ends_at          timestamptz not null,
  outcome          text check (outcome in ('taken', 'declined', 'missed', 'unavailable', 'removed', 'nobody',
                     'queue_closed', 'taken_back', 'sender_gone', 'chat_ended', 'assigned', 'moved')),
  ended_at         timestamptz,
  ended_by_id      uuid,
  ended_by_name    text,
  reason           text check (char_length(reason) between 1 and 200),
  primary key (organisation_id, id),
  foreign key (organisation_id, chat_id) references chats (organisation_id, id),
  check ((outcome is null) = (ended_at is null))
);
create unique index transfers_one_under_way on transfers (organisation_id, chat_id) where outcome is null;
create index transfers_under_way on transfers (organisation_id, ends_at) where outcome is null;
create index transfers_of_chat on transfers (organisation_id, chat_id, began_at);

-- What an organisation may set: how often those who hold a chat may hand it on, and how long a queue
-- or a department is asked.
alter table accounts
  add column transfers_most smallint not null default 5 check (transfers_most between 0 and 50),
  add column transfer_seconds smallint not null default 120 check (transfer_seconds between 15 and 3600);

-- The chat's last transfer, and the offer that stands within it.
alter table routed_chats
  add column transfer_id uuid,
  add column handing_id uuid,
  add column handing_to uuid,
  add check ((handing_id is null) = (handing_to is null)),
  add check (handing_id is null or state = 'active');

create index routed_chats_handed on routed_chats (organisation_id, handing_to) where handing_to is not null;

-- Only what is held can be handed on: whatever ends the holding ends the handing with it.
create function routed_chats_end_handing() returns trigger
language plpgsql as $$
begin
  new.handing_id := null;
  new.handing_to := null;
  return new;
end
$$;
create trigger routed_chats_end_handing before update of state on routed_chats for each row
  when (old.handing_id is not null and new.state <> 'active') execute function routed_chats_end_handing();

create function full_name(p_user uuid) returns text
language sql stable as $$
  select first_name || ' ' || last_name from users where id = p_user
$$;

create view transfer_rows as
select t.organisation_id, t.chat_id, t.id, t.began_at,
       jsonb_build_object(
         'id', t.id,
         'chatId', t.chat_id,
         'fromId', t.from_id,
         'fromName', t.from_name,
         'byId', t.by_id,
         'byName', t.by_name,
         'to', jsonb_build_object('kind', t.to_kind, 'id', t.to_id, 'name', t.to_name),
         'note', t.note,
         'at', instant(t.began_at),
         'endsAt', instant(t.ends_at),
         'outcome', t.outcome,
         'endedAt', instant(t.ended_at),
         'endedById', t.ended_by_id,
         'endedByName', t.ended_by_name,
         'reason', t.reason) as row
  from transfers t;

-- A chat's row says how it is handed on, and to whom it is put just now. A transfer of before the
-- chat last came to a queue is history.
alter view chat_rows rename to chat_rows_without_transfer;
create view chat_rows as
select c.organisation_id, c.chat_id, c.account_id, c.queue_id, c.operator_id, c.state, c.due_at,
       b.row || jsonb_build_object('transfer', t.row)
             || case when h.id is null then '{}' else jsonb_build_object('offer', jsonb_build_object(
                  'id', h.id,
                  'operatorId', h.user_id,
                  'offeredAt', instant(h.offered_at),
                  'expiresAt', instant(h.expires_at))) end as row,
       c.handing_to
  from routed_chats c
  join chat_rows_without_transfer b on b.organisation_id = c.organisation_id and b.chat_id = c.chat_id
  left join transfer_rows t on t.organisation_id = c.organisation_id and t.id = c.transfer_id
                           and t.began_at >= c.enqueued_at
  left join assignments h on h.organisation_id = c.organisation_id and h.id = c.handing_id;

-- Whoever is asked sees the chat beside the one who holds it.
alter function chat_scopes(routed_chats) rename to chat_scopes_without_transfer;
create function chat_scopes(p_chat routed_chats) returns text[]
language sql immutable as $$
  select chat_scopes_without_transfer(p_chat)
    || case when p_chat.handing_to is null then '{}'::text[] else array['user:' || p_chat.handing_to] end
$$;

-- Why something happened to a chat that is handed on, as events and offers keep it.
create function because_of(p_rule text, p_chosen uuid default null, p_considered jsonb default '[]') returns jsonb
language sql immutable as $$
  select jsonb_build_object('chosen', p_chosen, 'rule', p_rule, 'considered', p_considered)
$$;

-- Locks operators, in the one order in which operators are locked; nulls and doubles do no harm.
create function lock_operators(p_organisation uuid, p_users uuid[]) returns void
language plpgsql volatile as $$
begin
  perform must_be_read_committed();
  perform from operators where organisation_id = p_organisation and user_id = any (p_users)
    order by user_id for no key update;
end
$$;

create function lock_chat(p_organisation uuid, p_chat uuid) returns routed_chats
language plpgsql volatile as $$
declare
  v_chat routed_chats;
begin
  select * into v_chat from routed_chats
   where organisation_id = p_organisation and chat_id = p_chat for no key update;
  return v_chat;
end
$$;

-- The chat as it would be once it is taken: in the queue that it is handed to, if it is a queue.
create function chat_as_taken(p_transfer transfers, p_chat routed_chats) returns routed_chats
language plpgsql stable as $$
declare
  v_chat routed_chats := p_chat;
begin
  if p_transfer.to_kind = 'queue' then
    v_chat.queue_id := p_transfer.to_id;
    select kind into strict v_chat.kind from queues
     where organisation_id = p_chat.organisation_id and id = p_transfer.to_id;
  end if;
  return v_chat;
end
$$;

-- Who can be asked to take a chat that is handed to a queue or a department: whoever is there and for
-- such chats, has not passed this transfer on, and does not hold the chat. `has_room` is told apart:
-- who is full now may have room in a moment. The order is that of tiers, then who is loaded least.
create function transfer_candidates(p_transfer transfers, p_chat routed_chats, p_now timestamptz)
returns table (user_id uuid, has_room boolean, place bigint)
language sql stable as $$
  with taken as (select (chat_as_taken(p_transfer, p_chat)).*),
  crew as (
    select m.user_id, m.tier
      from queue_members m
     where p_transfer.to_kind = 'queue' and m.organisation_id = p_transfer.organisation_id
       and m.queue_id = p_transfer.to_id and m.is_joined and m.participates and not m.is_suspended
    union
    select m.user_id, 1
      from memberships m
     where p_transfer.to_kind = 'department' and m.organisation_id = p_transfer.organisation_id
       and m.status = 'active'
       and (m.primary_department_id = p_transfer.to_id or exists (
         select from department_members d
          where d.organisation_id = m.organisation_id and d.membership_id = m.id
            and d.department_id = p_transfer.to_id))
  )
  select o.user_id, l.used < l.chat_limit,
         row_number() over (order by w.tier, l.used / greatest(l.chat_limit, 1)::float8,
                                     o.last_offered_at nulls first, o.user_id)
    from crew w
    join operators o on o.organisation_id = p_transfer.organisation_id and o.user_id = w.user_id and o.is_ready
                  and o.wrap_up_until is null
   cross join taken c
    join queues q on q.organisation_id = c.organisation_id and q.id = c.queue_id
    join operator_loads l on l.organisation_id = o.organisation_id and l.user_id = o.user_id and l.kind = c.kind
                         and l.chat_limit > 0
   where o.user_id is distinct from p_chat.operator_id
     and case when q.is_test then o.takes_tests else o.takes_chats end
     and (p_transfer.to_kind = 'department'
          or c.enqueued_at + skill_wait(c.organisation_id, c.queue_id, o.user_id) <= p_now)
     and not exists (
       select from assignments a
        where a.organisation_id = p_chat.organisation_id and a.chat_id = p_chat.chat_id
          and a.user_id = o.user_id and a.kind = 'transfer' and a.offered_at >= p_transfer.began_at
          and a.state in ('declined', 'expired'))
$$;

-- Whether the queue that a chat is handed to takes chats no longer.
create function is_target_closed(p_transfer transfers) returns boolean
language sql stable as $$
  select p_transfer.to_kind = 'queue' and not exists (
    select from queues
     where organisation_id = p_transfer.organisation_id and id = p_transfer.to_id and is_active)
$$;
