-- What the bench knows of its floor, so that both of its clients, ours and pgbench, do the same by the
-- same few numbers: organisation `o`, client `c`, its operator `u`, its chat `n`.
create table bench_places (
  o int primary key, organisation_id uuid, queue_id uuid, site_id uuid, visitor_id uuid
);
create table bench_operators (
  o int, c int, u int, user_id uuid, primary key (o, c, u)
);

-- The number of the first visit that nobody has used.
create table bench_clock (n int);
insert into bench_clock values (0);

create function bench_chat(p_client int, p_n int) returns uuid
language sql immutable as $$
  select md5(p_client || ':' || p_n)::uuid
$$;

-- The visitors' chats that the clients will enqueue, so many for each, over `p_orgs` organisations from
-- `p_first` on. They are there before the clock starts: their text is no part of routing.
create function bench_visits(p_clients int, p_from int, p_to int, p_first int, p_orgs int) returns void
language sql volatile as $$
  insert into chats (organisation_id, id, account_id, site_id, visitor_id, kind)
  select p.organisation_id, bench_chat(c, n), p.organisation_id, p.site_id, p.visitor_id, 'live'
    from generate_series(0, p_clients - 1) c
   cross join generate_series(p_from, p_to) n
    join bench_places p on p.o = p_first + (n + 2 * c) % p_orgs
$$;

-- Chats that nobody came to enqueue.
create function bench_forget_visits() returns void
language sql volatile as $$
  delete from chats c where not exists (
    select from routed_chats r where r.organisation_id = c.organisation_id and r.chat_id = c.id)
$$;

-- What one operator is offered and holds, as their page knows it.
create function bench_standing(
  p_o int, p_c int, p_u int,
  out org uuid, out queue uuid, out operator uuid, out offer uuid, out held uuid
)
language sql stable as $$
  select p.organisation_id, p.queue_id, b.user_id,
         (select a.id from assignments a where a.organisation_id = p.organisation_id and a.user_id = b.user_id
             and a.state = 'offered' limit 1),
         (select a.chat_id from assignments a where a.organisation_id = p.organisation_id and a.user_id = b.user_id
             and a.state = 'active' limit 1)
    from bench_places p join bench_operators b on b.o = p.o
   where p.o = p_o and b.c = p_c and b.u = p_u
$$;

-- A long line, with all that was told of it.
create function bench_line(p_o int, p_waiting int) returns void
language plpgsql volatile as $$
declare
  v_place bench_places;
  v_seq   bigint;
begin
  select * into v_place from bench_places where o = p_o;
  insert into chats (organisation_id, id, account_id, site_id, visitor_id, kind, queue_id)
  select v_place.organisation_id, md5('line ' || p_o || ':' || n)::uuid, v_place.organisation_id, v_place.site_id,
         v_place.visitor_id, 'live', v_place.queue_id
    from generate_series(1, p_waiting) n;
  insert into routed_chats (organisation_id, chat_id, account_id, queue_id, site_id, kind, priority,
                            enqueued_at, due_at, visitor_name)
  select organisation_id, id, account_id, queue_id, site_id, kind, 0, at, at, 'Vera'
    from (select c.*, date_trunc('milliseconds', now()) - interval '1 hour' + row_number() over () * interval '10 ms' as at
            from chats c
           where c.organisation_id = v_place.organisation_id and c.closed_at is null
             and not exists (select from routed_chats r where r.organisation_id = c.organisation_id and r.chat_id = c.id)) w;
  select coalesce(max(seq), 0) into v_seq from event_log where organisation_id = v_place.organisation_id;
  insert into event_log (organisation_id, seq, kind, entity_id, scopes, row)
  select r.organisation_id, v_seq + row_number() over (), 'chat', r.chat_id, chat_scopes(c), r.row
    from chat_rows r join routed_chats c using (organisation_id, chat_id)
   where r.organisation_id = v_place.organisation_id and r.state = 'waiting';
end
$$;
