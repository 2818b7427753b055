-- How far back the log goes. What happened is kept elsewhere (assignments, status_changes, audit_log);
-- the log is for pages that come back, and for the checker, and what it told of people must not stay
-- for ever.

-- Forgets what was logged before the horizon, from the beginning of each log: up to `p_most` lines of
-- each, so that nobody waits for it. The newest line always stays: its seq is where the next begins.
-- Answers how many went.
create function forget_events(p_horizon interval default '1 day', p_most int default 20000) returns int
language plpgsql volatile set search_path = public as $$
declare
  v_rows int;
begin
  -- One server at a time: two would wait for each other's rows and find them gone.
  if not pg_try_advisory_xact_lock(47, 0) then return 0; end if;
  delete from event_log e
   using (
     select o.id, past.seq
       from accounts o
      cross join lateral (select at from event_log where organisation_id = o.id order by seq limit 1) oldest
      cross join lateral (
        select max(first.seq) filter (where first.at < clock_timestamp() - p_horizon) as seq
          from (select seq, at from event_log
                 where organisation_id = o.id
                   and seq < (select max(seq) from event_log where organisation_id = o.id)
                 order by seq limit p_most) first) past
      where o.kind = 'organisation' and oldest.at < clock_timestamp() - p_horizon) old
   where e.organisation_id = old.id and e.seq <= old.seq;
  get diagnostics v_rows = row_count;
  return v_rows;
end
$$;
