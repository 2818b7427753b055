-- What is set of people decides what chats they get: whether they take part in a queue, whether they
-- are for real chats or for tests, and what they can. Here is what that is kept in, and how
-- operators, places in queues and chats look from now on; 0036 and 0037 decide by it.

-- What a queue asks of whoever gets its chats: the skill, at this level or better. Once a chat has
-- waited for `relax_after_seconds` the skill is no longer asked for at all; null: it always is.
-- (It could as well come down by a level at a time. A whole step is what an administrator can
-- reckon with, and several skills with times of their own make a stair of any shape.)
create table queue_skills (
  organisation_id     uuid not null,
  queue_id            uuid not null,
  skill_id            uuid not null,
  level               smallint not null check (level between 1 and 5),
  relax_after_seconds int check (relax_after_seconds between 1 and 86400),
  primary key (organisation_id, queue_id, skill_id),
  foreign key (organisation_id, queue_id) references queues (organisation_id, id) on delete cascade,
  foreign key (organisation_id, skill_id) references skills (organisation_id, id) on delete cascade
);

-- A waiting chat rings when everybody outside its queue is called together (calls_all, 0036). It
-- means nothing once the chat waits no more.
alter table routed_chats add column rings boolean not null default false;
create index routed_chats_ringing on routed_chats (organisation_id, queue_id)
  where state = 'waiting' and rings;
create index queue_members_outside on queue_members (organisation_id, queue_id) where not participates;

-- A chat's place in routing is forgotten after an hour (0015); which queue it was in last, and
-- whether it was only a test, History must still know.
alter table chats add column queue_id uuid, add column is_test boolean not null default false;
update chats c set queue_id = coalesce(
  (select r.queue_id from routed_chats r where r.organisation_id = c.organisation_id and r.chat_id = c.id),
  (select a.queue_id from assignments a where a.organisation_id = c.organisation_id and a.chat_id = c.id
    order by a.offered_at desc limit 1),
  (select s.queue_id from sites s where s.organisation_id = c.organisation_id and s.id = c.site_id));
update chats c set is_test = true
  from queues q where q.organisation_id = c.organisation_id and q.id = c.queue_id and q.is_test;
create index chats_ended on chats (organisation_id, closed_at desc, id desc) where closed_at is not null;
create index chats_site on chats (organisation_id, site_id, closed_at desc) where closed_at is not null;
create index messages_words on messages using gin (to_tsvector('simple', body));

-- An ended chat that was given to a queue again, and what was said to the team about it.
create table handovers (
  organisation_id uuid not null,
  chat_id         uuid not null,
  at              timestamptz not null,
  by_id           uuid not null references users (id),
  queue_id        uuid not null,
  note            text check (char_length(note) between 1 and 500),
  primary key (organisation_id, chat_id, at),
  foreign key (organisation_id, chat_id) references chats (organisation_id, id),
  foreign key (organisation_id, queue_id) references queues (organisation_id, id)
);

create view handover_rows as
select h.organisation_id, h.chat_id, h.at,
       jsonb_build_object(
         'by', case when u.erased_at is null then u.first_name || ' ' || u.last_name end,
         'at', instant(h.at),
         'note', h.note) as row
  from handovers h
  join users u on u.id = h.by_id;

-- As in 0010, and seen by those who see only a department or a supervisor's group: its people
-- (team:) or its floor (floor:).
create or replace view operator_rows as
select o.organisation_id, o.user_id, m.account_ids,
       array(select 'floor:' || a from unnest(m.account_ids) as a)
         || array(select s || i from unnest(array['team:', 'floor:']) as s, unnest(t.ids) as i)
         || ('user:' || o.user_id) as scopes,
       jsonb_build_object(
         'id', o.user_id,
         'accountIds', to_jsonb(m.account_ids),
         -- The team knows a colleague by name; what visitors see is the membership's to say.
         'name', u.first_name || ' ' || u.last_name,
         'photo', '/files/photos/' || u.photo_id || '/96',
         'department', d.name,
         'availability', o.availability,
         'reason', o.reason,
         'since', instant(o.availability_since),
         'setBy', (select first_name || ' ' || last_name from users where id = o.availability_set_by),
         'connection', case when o.is_present then 'connected'
                            when o.grace_until is not null then 'reconnecting'
                            else 'disconnected' end,
         'connectionSince', instant(o.connection_since),
         'missed', o.missed_in_row,
         'isNotAnswering', o.is_not_answering,
         'live', l.loads -> 'live',
         'deferred', l.loads -> 'deferred',
         'joined', to_jsonb(array(
           select queue_id from queue_members
            where organisation_id = o.organisation_id and user_id = o.user_id and is_joined
            order by queue_id)),
         'takesChats', o.takes_chats,
         'takesTests', o.takes_tests
       ) as row
  from operators o
  join users u on u.id = o.user_id
  cross join lateral (
    select coalesce(array_agg(account_id order by account_id) filter (where status = 'active'), '{}') as account_ids
      from memberships
     where organisation_id = o.organisation_id and user_id = o.user_id
  ) m
  cross join lateral (
    select array(
      select t.id
        from memberships w
       cross join lateral (
         select department_id from department_members
          where organisation_id = w.organisation_id and membership_id = w.id
         union
         select unnest(array[w.supervisor_group_id, w.primary_department_id])) t (id)
       where w.organisation_id = o.organisation_id and w.user_id = o.user_id and w.status = 'active'
         and t.id is not null
       group by t.id order by t.id) as ids
  ) t
  cross join lateral (
    select jsonb_object_agg(kind, jsonb_build_object('used', used, 'limit', chat_limit, 'version', version)) as loads
      from operator_loads
     where organisation_id = o.organisation_id and user_id = o.user_id
  ) l
  left join lateral (
    select d.name
      from memberships p
      left join department_members dm on dm.organisation_id = p.organisation_id and dm.membership_id = p.id
      join departments d on d.organisation_id = p.organisation_id
                        and d.id in (p.primary_department_id, dm.department_id)
     where p.organisation_id = o.organisation_id and p.user_id = o.user_id and p.status = 'active'
     order by d.id is distinct from p.primary_department_id, d.name, d.id
     limit 1
  ) d on true;

create or replace view chat_rows as
select c.organisation_id, c.chat_id, c.account_id, c.queue_id, c.operator_id, c.state, c.due_at,
       jsonb_build_object(
         'id', c.chat_id,
         'accountId', c.account_id,
         'queueId', c.queue_id,
         'siteId', c.site_id,
         'kind', c.kind,
         'state', c.state,
         'visitorName', c.visitor_name,
         'enqueuedAt', instant(c.enqueued_at),
         'dueAt', instant(c.due_at),
         'operatorId', case when c.state = 'active' then c.operator_id end,
         'offer', case when c.state = 'offered' then jsonb_build_object(
            'id', a.id,
            'operatorId', a.user_id,
            'offeredAt', instant(a.offered_at),
            'expiresAt', instant(a.expires_at)) end,
         'acceptedAt', instant(a.accepted_at),
         'rings', c.rings and c.state = 'waiting',
         'handedOn', (
            select row from handover_rows
             where organisation_id = c.organisation_id and chat_id = c.chat_id
             order by at desc limit 1)
       ) as row
  from routed_chats c
  left join assignments a on a.organisation_id = c.organisation_id and a.id = c.assignment_id;

create or replace view queue_member_rows as
select m.organisation_id, m.queue_id, m.user_id, q.account_id,
       case when m.is_suspended then '{}'
            else array['floor:' || q.account_id, 'user:' || m.user_id] end as scopes,
       jsonb_build_object(
         'id', m.queue_id || ':' || m.user_id,
         'queueId', m.queue_id,
         'userId', m.user_id,
         'isJoined', m.is_joined,
         'joinedAt', instant(m.joined_at),
         'tier', m.tier,
         'participates', m.participates
       ) as row
  from queue_members m
  join queues q on q.organisation_id = m.organisation_id and q.id = m.queue_id;

create function is_line_full(p_queue queues) returns boolean
language sql volatile as $$
  select p_queue.max_waiting <= (
    select count(*) from routed_chats
     where organisation_id = p_queue.organisation_id and queue_id = p_queue.id and state = 'waiting')
$$;

-- Transition: a chat that has ended is given to a queue again. `p_said` is written in it, for the
-- visitor to read; `p_note` is for the team alone. The chat waits as one that has just come: what is
-- locked here stands behind operators in the order of locks, so it is matched after the commit.
-- Status: reopened | open (it has not ended) | queue_full | not_found (also a test for real, or the
-- other way round).
create function reopen_chat(
  p_organisation uuid, p_chat uuid, p_queue uuid, p_actor uuid, p_said text, p_note text
) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_now   timestamptz;
  v_queue queues;
  v_state chat_state;
  v_chat  chats;
begin
  perform must_be_read_committed();
  select * into v_queue from queues where organisation_id = p_organisation and id = p_queue and is_active;
  if not found then return tell_outcome(p_organisation, p_actor, 'not_found', '{}'); end if;
  select state into v_state from routed_chats
   where organisation_id = p_organisation and chat_id = p_chat for no key update;
  select * into v_chat from chats where organisation_id = p_organisation and id = p_chat for no key update;
  if v_chat.id is null or v_chat.is_test <> v_queue.is_test then
    return tell_outcome(p_organisation, p_actor, 'not_found', '{}');
  end if;
  if v_chat.closed_at is null then return tell_outcome(p_organisation, p_actor, 'open', '{}'); end if;
  if is_line_full(v_queue) then return tell_outcome(p_organisation, p_actor, 'queue_full', '{}'); end if;

  v_now := date_trunc('milliseconds', routing_now());
  update chats set closed_at = null, closed_because = null, queue_id = p_queue, message_seq = message_seq + 1
   where organisation_id = p_organisation and id = p_chat returning * into v_chat;
  insert into messages (organisation_id, chat_id, seq, client_id, author, author_id, body)
  values (p_organisation, p_chat, v_chat.message_seq, gen_random_uuid(), 'system', p_actor, p_said);
  insert into handovers (organisation_id, chat_id, at, by_id, queue_id, note)
  values (p_organisation, p_chat, v_now, p_actor, p_queue, p_note);
  insert into routed_chats (organisation_id, chat_id, account_id, queue_id, site_id, kind, priority,
                            enqueued_at, due_at, visitor_name, rings)
  select p_organisation, p_chat, v_chat.account_id, p_queue, v_chat.site_id, v_queue.kind, v_queue.priority,
         v_now, due_at(v_now, v_queue.priority), v.name, calls_all(p_organisation, p_queue)
    from visitors v where v.organisation_id = p_organisation and v.id = v_chat.visitor_id
  on conflict (organisation_id, chat_id) do update
    set queue_id = excluded.queue_id, kind = excluded.kind, priority = excluded.priority,
        state = 'waiting', closed_at = null, enqueued_at = excluded.enqueued_at, due_at = excluded.due_at,
        rings = excluded.rings;
  return tell_outcome(p_organisation, p_actor, 'reopened',
    array[chat_event(p_organisation, p_chat, '{}', jsonb_build_object('chosen', null, 'rule', 'handed_on',
                                                                      'considered', '[]'::jsonb))],
    array[p_chat]);
end
$$;
