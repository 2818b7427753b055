-- Who is connected, and what every server does now and then to keep the promises: leases, graces,
-- pairs that a crash left unmatched. The rules of 0012 hold here too.

-- A server begins, or begins again after its lease had run out: answers its epoch.
create function register_node(p_node uuid, p_name text, p_lease_seconds int default 8) returns int
language sql volatile as $$
  insert into nodes as n (id, name, started_at, lease_until)
  values (p_node, p_name, routing_now(), routing_now() + p_lease_seconds * interval '1 second')
  on conflict (id) do update
    set epoch = n.epoch + 1, name = excluded.name, started_at = excluded.started_at, lease_until = excluded.lease_until
  returning epoch
$$;

-- A server prolongs its lease. False: the lease had run out or the epoch is an old one; the server
-- must close its sockets and register again, for others count its connections as broken.
create function renew_node(p_node uuid, p_epoch int, p_lease_seconds int default 8) returns boolean
language plpgsql volatile as $$
begin
  update nodes set lease_until = routing_now() + p_lease_seconds * interval '1 second'
   where id = p_node and epoch = p_epoch and lease_until > routing_now();
  return found;
end
$$;

-- A server ends in good order: nobody need wait for its lease.
create function end_node(p_node uuid, p_epoch int) returns void
language sql volatile as $$
  update nodes set lease_until = routing_now() where id = p_node and epoch = p_epoch
$$;

-- Transition: a user has connected (operator or not: whoever becomes one later is present at once).
-- Status: opened | fenced (the server's lease has run out: it must not take connections).
create function connection_opened(
  p_organisation uuid, p_user uuid, p_connection uuid, p_session uuid, p_node uuid, p_epoch int
) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_now timestamptz := date_trunc('milliseconds', routing_now());
begin
  perform from nodes where id = p_node and epoch = p_epoch and lease_until > v_now;
  if not found then return tell_outcome(p_organisation, p_user, 'fenced', '{}'); end if;
  perform lock_operator_or_absence(p_organisation, p_user);
  insert into connections (id, organisation_id, user_id, session_id, node_id, node_epoch, connected_at)
  values (p_connection, p_organisation, p_user, p_session, p_node, p_epoch, v_now)
  on conflict (id) do nothing;
  -- A connection that was closed before it was known to be open stays closed.
  if not is_connected(p_organisation, p_user) then
    return tell_outcome(p_organisation, p_user, 'opened', '{}');
  end if;
  update operators set is_present = true, grace_until = null, connection_since = v_now
   where organisation_id = p_organisation and user_id = p_user and not is_present;
  return tell_outcome(p_organisation, p_user, 'opened',
    array[case when found then operator_event(p_organisation, p_user) end],
    '{}', case when found then array[p_user] end);
end
$$;

-- An operator, locked, whose last connection has gone: nobody sees their offers any more, so these
-- are put back at once; what they hold stays theirs until the grace has passed.
create function lose_presence(
  p_organisation uuid, p_user uuid, p_gone_at timestamptz, p_grace_seconds int,
  out o_chats uuid[], out o_events jsonb[]
)
language plpgsql volatile as $$
declare
  v_back record;
begin
  o_chats := '{}';
  o_events := '{}';
  if is_connected(p_organisation, p_user) then return; end if;
  update operators
     set is_present = false, connection_since = p_gone_at,
         grace_until = p_gone_at + p_grace_seconds * interval '1 second'
   where organisation_id = p_organisation and user_id = p_user and is_present;
  if not found then return; end if;
  v_back := put_back_all(p_organisation, p_user, null, false, 'not_connected');
  o_chats := v_back.o_chats;
  o_events := v_back.o_events || operator_event(p_organisation, p_user);
end
$$;

-- Transition: a connection has gone. `p_grace_seconds` is 0 when its user signed out.
-- Status: closed | not_found.
create function connection_closed(p_connection uuid, p_grace_seconds int default 30) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_now  timestamptz := date_trunc('milliseconds', routing_now());
  v_seen connections;
  v_lost record;
begin
  select * into v_seen from connections where id = p_connection;
  if not found then return tell_outcome(null, null, 'not_found', '{}'); end if;
  perform lock_operator_or_absence(v_seen.organisation_id, v_seen.user_id);
  update connections set gone_at = v_now where id = p_connection and gone_at is null;
  v_lost := lose_presence(v_seen.organisation_id, v_seen.user_id, v_now, p_grace_seconds);
  return tell_outcome(v_seen.organisation_id, null, 'closed', v_lost.o_events, v_lost.o_chats);
end
$$;

-- Transition: connections of servers whose lease has run out are broken, in one organisation, up to
-- `p_most` users. The grace counts from the end of the lease. Status: reaped | nothing (call until
-- it is nothing).
create function reap_nodes(p_most int default 100, p_grace_seconds int default 30) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_now timestamptz := date_trunc('milliseconds', routing_now());
  v_dead uuid[];
  v_organisation uuid;
  v_user   uuid;
  v_users  uuid[];
  v_gone_at timestamptz;
  v_lost   record;
  v_events jsonb[] := '{}';
  v_chats  uuid[] := '{}';
begin
  perform must_be_read_committed();
  v_dead := array(
    select c.id from connections c left join nodes n on n.id = c.node_id and n.epoch = c.node_epoch
     where c.gone_at is null and coalesce(n.lease_until, '-infinity') <= v_now);
  if cardinality(v_dead) = 0 then return tell_outcome(null, null, 'nothing', '{}'); end if;
  v_organisation := first_unswept(array(
    select distinct organisation_id from connections where id = any (v_dead)));
  if v_organisation is null then return tell_outcome(null, null, 'nothing', '{}'); end if;
  v_users := array(select distinct user_id from connections
                    where id = any (v_dead) and organisation_id = v_organisation order by 1 limit p_most);
  perform pg_advisory_xact_lock_shared(45, hashtext(u::text)) from unnest(v_users) u;
  perform from operators where organisation_id = v_organisation and user_id = any (v_users)
    order by user_id for no key update;
  foreach v_user in array v_users loop
    select coalesce(max(n.lease_until), v_now) into v_gone_at
      from connections c join nodes n on n.id = c.node_id and n.epoch = c.node_epoch
     where c.id = any (v_dead) and c.organisation_id = v_organisation and c.user_id = v_user;
    update connections set gone_at = v_gone_at
     where id = any (v_dead) and organisation_id = v_organisation and user_id = v_user and gone_at is null;
    v_lost := lose_presence(v_organisation, v_user, v_gone_at, p_grace_seconds);
    v_events := v_events || v_lost.o_events;
    v_chats := v_chats || v_lost.o_chats;
  end loop;
  return tell_outcome(v_organisation, null, 'reaped', v_events, v_chats);
end
$$;

-- Transition: operators of one organisation who have not come back within the grace are
-- disconnected, and the chats they held wait again, where they stood. Status: expired | nothing
-- (call until it is nothing).
create function expire_grace(p_most int default 100) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_now timestamptz := date_trunc('milliseconds', routing_now());
  v_organisation uuid;
  v_user   uuid;
  v_users  uuid[];
  v_back   record;
  v_events jsonb[] := '{}';
  v_chats  uuid[] := '{}';
begin
  perform must_be_read_committed();
  v_organisation := first_unswept(array(
    select distinct organisation_id from operators where grace_until <= v_now));
  if v_organisation is null then return tell_outcome(null, null, 'nothing', '{}'); end if;
  v_users := array(
    select user_id from operators where organisation_id = v_organisation and grace_until <= v_now
     order by user_id limit p_most for no key update);
  foreach v_user in array v_users loop
    update operators set grace_until = null, connection_since = v_now
     where organisation_id = v_organisation and user_id = v_user;
    v_back := put_back_all(v_organisation, v_user, null, true, 'not_connected');
    v_events := v_events || v_back.o_events || operator_event(v_organisation, v_user);
    v_chats := v_chats || v_back.o_chats;
  end loop;
  return tell_outcome(v_organisation, null, case when v_events = '{}' then 'nothing' else 'expired' end,
    v_events, v_chats);
end
$$;

-- Operators with room for whom a chat is waiting. There are none unless a server died between a
-- commit and the look that follows it, or a cooldown has just ended: every server asks once a
-- second and matches whom it is told. Cheap, because it goes from one waiting line to the next.
create function reconcile(p_organisation uuid default null, p_most int default 100)
returns table (organisation_id uuid, user_id uuid)
language sql volatile as $$
  with recursive line as (
    (select c.organisation_id, c.queue_id from routed_chats c
      where c.state = 'waiting' and (p_organisation is null or c.organisation_id = p_organisation)
      order by 1, 2 limit 1)
    union all
    select n.organisation_id, n.queue_id
      from line
     cross join lateral (
       select c.organisation_id, c.queue_id from routed_chats c
        where c.state = 'waiting' and (p_organisation is null or c.organisation_id = p_organisation)
          and (c.organisation_id, c.queue_id) > (line.organisation_id, line.queue_id)
        order by 1, 2 limit 1) n
  )
  select distinct o.organisation_id, o.user_id
    from line
    join queues q on q.organisation_id = line.organisation_id and q.id = line.queue_id
    join queue_members m on m.organisation_id = q.organisation_id and m.queue_id = q.id and m.is_joined
    join operators o on o.organisation_id = m.organisation_id and o.user_id = m.user_id and o.is_ready
    join operator_loads l on l.organisation_id = o.organisation_id and l.user_id = o.user_id
                         and l.kind = q.kind and l.used < l.chat_limit
   where exists (
     select from routed_chats c
      where c.organisation_id = q.organisation_id and c.queue_id = q.id and c.state = 'waiting'
        and not is_excluded(c.organisation_id, c.chat_id, c.queue_id, o.user_id, routing_now()))
   order by 1, 2
   limit p_most
$$;

-- Forgets what is no longer needed: closed chats after an hour (their history is in chats and
-- assignments), broken connections and ended servers after a day. Answers how many rows went.
create function forget_routing(p_most int default 1000) returns int
language plpgsql volatile set search_path = public as $$
declare
  v_now timestamptz := routing_now();
  v_rows int;
  v_all int := 0;
begin
  delete from routed_chats where (organisation_id, chat_id) in (
    select organisation_id, chat_id from routed_chats
     where state = 'closed' and closed_at < v_now - interval '1 hour' limit p_most for update skip locked);
  get diagnostics v_rows = row_count;
  v_all := v_all + v_rows;
  delete from connections where id in (
    select id from connections where gone_at < v_now - interval '1 day' limit p_most for update skip locked);
  get diagnostics v_rows = row_count;
  v_all := v_all + v_rows;
  delete from nodes n where lease_until < v_now - interval '1 day'
    and not exists (select from connections where node_id = n.id);
  get diagnostics v_rows = row_count;
  return v_all + v_rows;
end
$$;
