-- The simulator's runs, and the organisations that they happen in: made from somebody's own set-up,
-- moved by the functions of routing like any other, and gone afterwards with all their rows.
--
-- Glossary
--   run      a simulation that somebody has started
--   sandbox  the organisation that it happens in; nobody belongs to it, signs in to it or writes to it
--
-- The clock of a sandbox is everybody's. A run that is faster than life makes everything that takes
-- time as much shorter instead: so no sweep, lease or proof needs to know that there are sandboxes.

alter table accounts add column is_sandbox boolean not null default false;
create index accounts_sandboxes on accounts (organisation_id) where is_sandbox;

create table simulations (
  organisation_id uuid not null,
  id              uuid not null,
  sandbox_id      uuid,                -- null: it is gone
  settings        jsonb not null,      -- contract/simulator.ts, NewSimulation
  state           text not null default 'starting' check (state in ('starting', 'running', 'ended')),
  ended           text check (ended in ('stopped', 'time', 'yielded', 'cut_off', 'failed')),
  standing        jsonb not null,      -- what was seen last (Simulation, without who started it)
  started_by      uuid references users (id) on delete set null,
  started_at      timestamptz not null default clock_timestamp(),
  ends_at         timestamptz not null,
  ended_at        timestamptz,
  node_id         uuid,                -- the server that runs it; null: none has taken it yet
  lease_until     timestamptz not null,
  is_to_stop      boolean not null default false,
  faults          jsonb not null default '[]',   -- asked for, not yet brought about
  primary key (organisation_id, id),
  foreign key (organisation_id, organisation_id) references accounts (organisation_id, id) on delete cascade,
  check ((state = 'ended') = (ended is not null)),
  check ((state = 'ended') = (ended_at is not null))
) with (fillfactor = 50);
create unique index simulations_one_at_a_time on simulations (organisation_id) where state <> 'ended';
create index simulations_under_way on simulations (lease_until) where state <> 'ended' or sandbox_id is not null;
create index simulations_started_by on simulations (started_by);

-- What stands for something of the organisation in its sandbox.
create function sandbox_id(p_sandbox uuid, p_id uuid) returns uuid
language sql immutable as $$
  select md5(p_sandbox::text || p_id::text)::uuid
$$;

-- A row of the sandbox, from the row it stands for: what lasts is as much shorter, in whole seconds.
-- What the simulator ends at its own time (offers, wrap-ups) stays as it is set up.
create function in_sandbox(p_row jsonb, p_speed int, p_set jsonb) returns jsonb
language sql immutable as $$
  select p_row || coalesce((
    select jsonb_object_agg(e.key, greatest(1, round((e.value #>> '{}')::numeric / p_speed)))
      from jsonb_each(p_row) e
     where e.key like '%\_seconds' and jsonb_typeof(e.value) = 'number' and (e.value #>> '{}')::numeric > 0
       and e.key not in ('offer_seconds', 'wrap_up_seconds', 'target_seconds')), '{}') || p_set
$$;

-- Makes the sandbox: the queues of `p_lines` [{ queueId, operators, limit }] with all that is set up of
-- them, open at all hours, and so many operators for each, who have the levels and the skills of
-- those who serve the queue, in turn. They are available and not yet connected.
create function make_sandbox(p_organisation uuid, p_sandbox uuid, p_speed int, p_lines jsonb)
returns table (queue_id uuid, user_id uuid)
language plpgsql volatile set search_path = public as $$
declare
  v_now timestamptz := date_trunc('milliseconds', routing_now());
  v_queues uuid[] := array(select l."queueId" from jsonb_to_recordset(p_lines) as l ("queueId" uuid));
begin
  insert into accounts select (jsonb_populate_record(null::accounts, to_jsonb(a) || jsonb_build_object(
      'organisation_id', p_sandbox, 'id', p_sandbox, 'name', 'Sandbox', 'is_sandbox', true,
      'created_at', v_now, 'idle_minutes', null))).*
    from accounts a where a.organisation_id = p_organisation and a.id = p_organisation;
  insert into queues select (jsonb_populate_record(null::queues, in_sandbox(to_jsonb(q), p_speed, jsonb_build_object(
      'organisation_id', p_sandbox, 'id', sandbox_id(p_sandbox, q.id), 'account_id', p_sandbox,
      'name', left(q.name, 50) || ' ' || left(q.id::text, 13), 'is_active', true, 'is_test', false,
      'hours_id', null, 'message_queue_id', null,
      'overflow_queue_id', case when q.overflow_queue_id = any (v_queues)
                                then sandbox_id(p_sandbox, q.overflow_queue_id) end)))).*
    from queues q where q.organisation_id = p_organisation and q.id = any (v_queues);
  insert into skills (organisation_id, id, account_id, name)
  select p_sandbox, sandbox_id(p_sandbox, s.id), p_sandbox, left(s.name, 50) || ' ' || left(s.id::text, 13)
    from skills s where s.organisation_id = p_organisation and s.id in (
      select k.skill_id from queue_skills k where k.organisation_id = p_organisation and k.queue_id = any (v_queues));
  insert into queue_skills select (jsonb_populate_record(null::queue_skills, in_sandbox(to_jsonb(k), p_speed,
      jsonb_build_object('organisation_id', p_sandbox, 'queue_id', sandbox_id(p_sandbox, k.queue_id),
                         'skill_id', sandbox_id(p_sandbox, k.skill_id))))).*
    from queue_skills k where k.organisation_id = p_organisation and k.queue_id = any (v_queues);
  -- It takes no visitors: they come by arrive_in_sandbox alone.
  insert into sites (organisation_id, id, account_id, queue_id, name, key, is_active)
  values (p_sandbox, p_sandbox, p_sandbox, sandbox_id(p_sandbox, v_queues[1]), 'Sandbox',
          substr(md5(gen_random_uuid()::text), 1, 20), false);
  perform man_sandbox(p_organisation, p_sandbox, p_lines, v_now);
  return query select m.queue_id, m.user_id from queue_members m
                where m.organisation_id = p_sandbox order by 1, 2;
end
$$;

create function man_sandbox(p_organisation uuid, p_sandbox uuid, p_lines jsonb, p_now timestamptz) returns void
language plpgsql volatile as $$
begin
  create temporary table sandbox_crew on commit drop as
  select l."queueId" as queue_id, l."limit" as most, gen_random_uuid() as user_id,
         row_number() over () as n, m.user_id as stands_for, coalesce(m.tier, 1) as tier,
         coalesce(m.participates, true) as participates
    from jsonb_to_recordset(p_lines) as l ("queueId" uuid, operators int, "limit" int)
   cross join lateral generate_series(1, l.operators) as i
    left join (
      select s.*, row_number() over (partition by s.queue_id order by s.tier, s.user_id) as at,
             count(*) over (partition by s.queue_id) as members
        from queue_members s where s.organisation_id = p_organisation) m
      on m.queue_id = l."queueId" and m.at = (i - 1) % m.members + 1;
  insert into users (id, login, email, first_name, last_name)
  select c.user_id, p_sandbox || '.' || c.n || '.sandbox', c.user_id || '@sandbox.invalid', 'Operator', c.n::text
    from sandbox_crew c;
  insert into operators (organisation_id, user_id, availability, availability_since, connection_since, takes_tests)
  select p_sandbox, c.user_id, 'available', p_now, p_now, true from sandbox_crew c;
  insert into operator_loads (organisation_id, user_id, kind, chat_limit, set_at)
  select p_sandbox, c.user_id, k.kind, c.most, p_now
    from sandbox_crew c cross join unnest(enum_range(null::chat_kind)) as k (kind);
  insert into queue_members (organisation_id, queue_id, user_id, tier, participates, is_joined, joined_at)
  select p_sandbox, sandbox_id(p_sandbox, c.queue_id), c.user_id, c.tier, c.participates,
         c.participates, case when c.participates then p_now end
    from sandbox_crew c;
  insert into user_skills (organisation_id, user_id, skill_id, level)
  select p_sandbox, c.user_id, s.id, u.level
    from sandbox_crew c
    join user_skills u on u.organisation_id = p_organisation and u.user_id = c.stands_for
    join skills s on s.organisation_id = p_sandbox and s.id = sandbox_id(p_sandbox, u.skill_id);
  drop table sandbox_crew;
end
$$;

-- Transition: somebody who does not exist comes to a queue of a sandbox. Status: as of enqueue_chat; of
-- whoever was turned away nothing is left.
create function arrive_in_sandbox(p_sandbox uuid, p_queue uuid, p_chat uuid) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_outcome routing_outcome;
begin
  perform from accounts where organisation_id = p_sandbox and id = p_sandbox and is_sandbox;
  if not found then return tell_outcome(p_sandbox, null, 'not_found', '{}'); end if;
  insert into visitors (organisation_id, id, site_id, token_hash, expires_at)
  values (p_sandbox, p_chat, p_sandbox,
          sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), routing_now() + interval '1 day')
  on conflict do nothing;
  insert into chats (organisation_id, id, account_id, site_id, visitor_id, kind)
  select p_sandbox, p_chat, p_sandbox, p_sandbox, p_chat, q.kind
    from queues q where q.organisation_id = p_sandbox and q.id = p_queue
  on conflict do nothing;
  v_outcome := enqueue_chat(p_sandbox, p_chat, p_queue);
  if v_outcome.status in ('queue_full', 'not_found') then
    delete from chats where organisation_id = p_sandbox and id = p_chat;
    delete from visitors where organisation_id = p_sandbox and id = p_chat;
  end if;
  return v_outcome;
end
$$;

-- The simulated time of an offer, or of a wrap-up, is over before the real one: the sweeps end it as
-- they end any other.
create function hasten_in_sandbox(p_sandbox uuid, p_offer uuid, p_user uuid) returns void
language plpgsql volatile set search_path = public as $$
begin
  perform from accounts where organisation_id = p_sandbox and id = p_sandbox and is_sandbox;
  if not found then return; end if;
  perform from operators where organisation_id = p_sandbox and user_id = p_user for no key update;
  update assignments set expires_at = routing_now()
   where organisation_id = p_sandbox and id = p_offer and user_id = p_user and state = 'offered';
  update assignments set wraps_until = routing_now()
   where organisation_id = p_sandbox and id = p_offer and user_id = p_user and wraps_until is not null;
  update operators set wrap_up_until = routing_now()
   where organisation_id = p_sandbox and user_id = p_user and wrap_up_until is not null
     and exists (select from assignments where organisation_id = p_sandbox and id = p_offer and state = 'ended');
end
$$;

-- The end of a sandbox, first part, and a short one: nobody is there any more, nothing waits and nothing
-- is held, so that no sweep, match or check of the others meets what is being removed. Locks as 0008
-- has it. False: there is none of this id, or somebody is at it.
create function empty_sandbox(p_sandbox uuid) returns boolean
language plpgsql volatile set search_path = public as $$
begin
  perform from accounts where organisation_id = p_sandbox and id = p_sandbox and is_sandbox for update skip locked;
  if not found then return false; end if;
  perform from operators where organisation_id = p_sandbox order by user_id for update;
  perform from routed_chats where organisation_id = p_sandbox and state <> 'closed' order by chat_id for update;
  perform lock_log(p_sandbox);
  delete from exclusions where organisation_id = p_sandbox;
  delete from assignments
   where organisation_id = p_sandbox and (state in ('offered', 'active') or wraps_until is not null);
  delete from routed_chats where organisation_id = p_sandbox and state <> 'closed';
  update chats set closed_at = routing_now(), closed_because = 'expired'
   where organisation_id = p_sandbox and closed_at is null;
  delete from queue_members where organisation_id = p_sandbox;
  delete from connections where organisation_id = p_sandbox;
  delete from nodes where name = 'sandbox ' || p_sandbox;
  update operators
     set availability = 'offline', is_present = false, grace_until = null, wrap_up_until = null, idle_until = null,
         finish_as = null, mark = null
   where organisation_id = p_sandbox;
  return true;
end
$$;

-- The second part: every row that is its own is removed, whatever tables there are by then. What the
-- checker of the limits has of it goes last, with the account: it looks once a second and must not wait.
create function remove_sandbox(p_sandbox uuid) returns boolean
language plpgsql volatile set search_path = public as $$
declare
  v_tables text[];
  v_left   text[];
  v_table  text;
begin
  perform from accounts where organisation_id = p_sandbox and id = p_sandbox and is_sandbox for update skip locked;
  if not found then return false; end if;
  v_tables := array(
    select c.relname from pg_class c
      join pg_attribute a on a.attrelid = c.oid and a.attname = 'organisation_id' and not a.attisdropped
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
       and c.relname not in ('accounts', 'audit_log', 'proof_places', 'proof_laws')
     order by c.relname);
  -- What something else still refers to goes in the next round.
  while cardinality(v_tables) > 0 loop
    v_left := '{}';
    foreach v_table in array v_tables loop
      begin
        execute format('delete from %I where organisation_id = $1', v_table) using p_sandbox;
      exception when foreign_key_violation or check_violation then
        v_left := v_left || v_table;
      end;
    end loop;
    if cardinality(v_left) = cardinality(v_tables) then
      raise exception 'a sandbox that cannot be emptied: %', v_left;
    end if;
    v_tables := v_left;
  end loop;
  delete from users where login like p_sandbox || '.%.sandbox';
  delete from accounts where organisation_id = p_sandbox;
  return true;
end
$$;
