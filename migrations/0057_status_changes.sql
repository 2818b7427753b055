-- The ledger of every operator's status: what it was, from when, because of what and of whom.
--
-- A line says what is so from its moment on; the next one ends it. So the lines of a day leave no gap
-- and do not overlap, whatever happens: there is nothing that could be closed twice or left open.
-- They are written by a trigger in the same transaction as what they tell of, and never changed.

create type operator_status as enum ('available', 'busy', 'away', 'not_answering', 'reconnecting', 'offline');

create table status_changes (
  organisation_id uuid not null,
  user_id         uuid not null references users (id),
  at              timestamptz not null,
  status          operator_status not null,
  reason          text,                     -- what the operator gave for being away or busy
  cause           text not null check (cause in (
                    'began', 'chosen', 'connected', 'connection_lost', 'grace_over', 'missed_offers',
                    'answered', 'suspended', 'restored', 'removed')),
  actor_id        uuid,                     -- who did it; null: nobody, it happened
  primary key (organisation_id, user_id, at)
);

-- The word for what the operator chose and what their connections say; how many chats they hold is a
-- fact apart. As `statusOf` of contract/presence.ts, which looks at the load as well.
create function status_of(p operators) returns operator_status
language sql stable as $$
  select case
    when p.availability = 'offline' or not p.is_present and p.grace_until is null then 'offline'
    when not p.is_present then 'reconnecting'
    when p.is_not_answering then 'not_answering'
    else p.availability::text
  end::operator_status
$$;

-- Writes the line, unless nothing has changed by it. Of several at one moment the last stands. The
-- operator's row is locked by whoever changes it, so lines of one operator come one after the other;
-- a clock that was set back does not make one come before the one it follows.
create function write_status(p operators, p_status operator_status, p_cause text, p_actor uuid) returns void
language plpgsql as $$
declare
  v_last status_changes;
begin
  select * into v_last from status_changes
   where organisation_id = p.organisation_id and user_id = p.user_id
   order by at desc limit 1;
  if v_last.status = p_status and v_last.reason is not distinct from p.reason then return; end if;
  insert into status_changes (organisation_id, user_id, at, status, reason, cause, actor_id)
  values (p.organisation_id, p.user_id, greatest(routing_now(), v_last.at), p_status, p.reason, p_cause, p_actor)
  on conflict (organisation_id, user_id, at) do update
    set status = excluded.status, reason = excluded.reason, cause = excluded.cause, actor_id = excluded.actor_id;
end
$$;

create function operators_write_status() returns trigger
language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    old.reason := null;
    perform write_status(old, 'offline', 'removed', null);
    return null;
  elsif tg_op = 'INSERT' then
    perform write_status(new, status_of(new), 'began', null);
    return null;
  end if;
  perform write_status(new, status_of(new), case
      when new.suspended_at is not null and old.suspended_at is null then 'suspended'
      when new.suspended_at is null and old.suspended_at is not null then 'restored'
      when (new.availability, new.reason) is distinct from (old.availability, old.reason) then 'chosen'
      when new.is_present and not old.is_present then 'connected'
      when old.is_present and not new.is_present then 'connection_lost'
      when new.is_not_answering and not old.is_not_answering then 'missed_offers'
      when old.is_not_answering and not new.is_not_answering then 'answered'
      else 'grace_over'
    end,
    case
      when (new.availability, new.reason, new.suspended_at) is distinct from (old.availability, old.reason, old.suspended_at)
        then coalesce(new.availability_set_by, new.user_id)
      when old.is_not_answering and not new.is_not_answering then new.user_id
    end);
  return null;
end
$$;

create trigger operators_status_begins after insert or delete on operators
  for each row execute function operators_write_status();
create trigger operators_status_changes after update on operators
  for each row when (
    (old.availability, old.reason, old.is_present, old.grace_until, old.is_not_answering, old.suspended_at)
    is distinct from
    (new.availability, new.reason, new.is_present, new.grace_until, new.is_not_answering, new.suspended_at))
  execute function operators_write_status();

insert into status_changes (organisation_id, user_id, at, status, reason, cause)
select o.organisation_id, o.user_id, greatest(o.availability_since, o.connection_since), status_of(o), o.reason, 'began'
  from operators o;
