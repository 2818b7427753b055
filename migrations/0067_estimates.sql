-- What visitors were told of their wait, held against what became of it.
--
-- Glossary
--   told      a range of seconds that a visitor who waits was shown, and when
--   answered  an operator accepted the chat after that

-- The first range and the last one that a chat's visitor was told; there until the chat is answered
-- or has ended without. It is written beside routing and never looked at by it: no chat waits for it.
create table told_waits (
  organisation_id uuid not null,
  chat_id         uuid not null,
  queue_id        uuid not null,       -- where it waited when it was told first
  first_at        timestamptz not null default clock_timestamp(),
  first_from      int not null check (first_from >= 0),
  first_to        int not null check (first_to >= first_from),
  last_at         timestamptz not null default clock_timestamp(),
  last_from       int not null check (last_from >= 0),
  last_to         int not null check (last_to >= last_from),
  primary key (organisation_id, chat_id)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01);

-- By the day on which they were answered, in the organisation's time zone.
create table estimate_days (
  organisation_id uuid not null,
  queue_id        uuid not null,
  day             date not null,
  told            int not null check (told > 0),
  within_first    int not null check (within_first between 0 and told),
  within_last     int not null check (within_last between 0 and told),
  primary key (organisation_id, queue_id, day),
  foreign key (organisation_id, queue_id) references queues (organisation_id, id) on delete cascade
);

-- Keeps what visitors are told now: [{ organisationId, chatId, queueId, from, to }]. What was told to
-- a chat that nobody has answered stays the first.
create function keep_told(p_told jsonb) returns void
language sql volatile set search_path = public as $$
  insert into told_waits as t (organisation_id, chat_id, queue_id, first_from, first_to, last_from, last_to)
  select w."organisationId", w."chatId", w."queueId", w."from", w."to", w."from", w."to"
    from jsonb_to_recordset(p_told) as w ("organisationId" uuid, "chatId" uuid, "queueId" uuid, "from" int, "to" int)
   order by 1, 2
  on conflict (organisation_id, chat_id) do update
    set last_at = clock_timestamp(), last_from = excluded.last_from, last_to = excluded.last_to
$$;

-- Counts those who were answered, and forgets them and those who never were: answers how many went.
-- Any server may do it; what another is at is passed over.
create function count_estimates(p_most int default 500) returns int
language plpgsql volatile set search_path = public as $$
declare
  v_rows int;
begin
  with over as (
    select t.organisation_id, t.chat_id, t.queue_id, a.accepted_at,
           extract(epoch from a.accepted_at - t.first_at) between t.first_from and t.first_to as is_first,
           extract(epoch from a.accepted_at - t.last_at) between t.last_from and t.last_to as is_last
      from told_waits t
      left join routed_chats c on c.organisation_id = t.organisation_id and c.chat_id = t.chat_id
     cross join lateral (
       select min(accepted_at) as accepted_at from assignments
        where organisation_id = t.organisation_id and chat_id = t.chat_id and accepted_at >= t.first_at) a
     where a.accepted_at is not null or c.chat_id is null or c.state = 'closed'
     limit p_most
       for update of t skip locked
  ),
  gone as (
    delete from told_waits t using over
     where t.organisation_id = over.organisation_id and t.chat_id = over.chat_id
    returning over.*
  ),
  counted as (
    insert into estimate_days as d (organisation_id, queue_id, day, told, within_first, within_last)
    select g.organisation_id, g.queue_id, day_of(g.organisation_id, g.accepted_at), count(*)::int,
           count(*) filter (where g.is_first)::int, count(*) filter (where g.is_last)::int
      from gone g
      join queues q on q.organisation_id = g.organisation_id and q.id = g.queue_id
     where g.accepted_at is not null
     group by 1, 2, 3
     order by 1, 2, 3
    on conflict (organisation_id, queue_id, day) do update
      set told = d.told + excluded.told, within_first = d.within_first + excluded.within_first,
          within_last = d.within_last + excluded.within_last
  )
  select count(*) into v_rows from gone;
  return v_rows;
end
$$;
