-- What a role lets whoever holds it hold at most, whatever is set for the person.
--
-- Glossary
--   own limit     what is set for an operator: of a kind (0008), or in units over both (0060)
--   role's limit  the smallest of what the roles allow that the operator holds through an active
--                 membership; null: none of them limits
--   limit         the smaller of the two: what holds, and all that routing asks about (chat_limit,
--                 unit_limit)
--
-- The limit follows by itself in the row in which the check is, so a role is one more source of the
-- same law and not a law beside it: a role that allows less takes nothing away, and drains (0008).
-- A queue may limit further (0077).

alter table roles
  add column live_limit     smallint check (live_limit between 0 and 100),
  add column deferred_limit smallint check (deferred_limit between 0 and 100),
  add column unit_limit     smallint check (unit_limit between 0 and 1000);

alter table operator_loads
  add column own_limit  smallint check (own_limit between 0 and 100),
  add column role_limit smallint;
update operator_loads set own_limit = chat_limit;
alter table operator_loads alter column own_limit set not null;

alter table operators
  add column own_unit_limit  smallint check (own_unit_limit between 0 and 1000),
  add column role_unit_limit smallint;
update operators set own_unit_limit = unit_limit where unit_limit is not null;

-- What the roles of a user allow, and the role that says so: a row for each kind ('live', 'deferred',
-- 'units') that any of them limits.
create function role_limits(p_organisation uuid, p_user uuid)
returns table (kind text, most smallint, role_key text, role_name text)
language sql stable as $$
  select distinct on (k.kind) k.kind, k.most, r.key, r.name
    from grants g
    join memberships m on m.organisation_id = g.organisation_id and m.id = g.membership_id and m.status = 'active'
    join roles r on r.organisation_id = g.organisation_id and r.id = g.role_id
   cross join lateral (values ('live', r.live_limit), ('deferred', r.deferred_limit), ('units', r.unit_limit))
         k (kind, most)
   where g.organisation_id = p_organisation and g.user_id = p_user and k.most is not null
   order by k.kind, k.most, r.name
$$;

-- Whoever changes what roles allow keeps everybody out, until the transaction ends, who gives or takes
-- a role or becomes an operator: each would miss what the other does. It comes before every lock on
-- operators, and before the lock on the role that is changed, which whoever gives it waits for.
create function lock_role_limits(p_organisation uuid) returns void
language sql volatile as $$
  select pg_advisory_xact_lock(52, hashtext(p_organisation::text))
$$;

create function wait_for_role_limits(p_organisation uuid) returns void
language sql volatile as $$
  select pg_advisory_xact_lock_shared(52, hashtext(p_organisation::text))
$$;

-- What the roles allow somebody who is about to become an operator.
create function role_limit_of_new(p_organisation uuid, p_user uuid, p_kind text) returns smallint
language plpgsql volatile as $$
begin
  perform wait_for_role_limits(p_organisation);
  return (select most from role_limits(p_organisation, p_user) where kind = p_kind);
end
$$;

-- Those of the users who are operators are limited as their roles say now. Their rows are locked first:
-- of two who give somebody a role at the same time, the second sees what the first has given.
create function limit_by_roles(p_organisation uuid, p_users uuid[]) returns void
language plpgsql volatile as $$
begin
  perform lock_operators(p_organisation, p_users);
  update operator_loads l set role_limit = w.most
    from operator_loads t
    left join lateral role_limits(t.organisation_id, t.user_id) w on w.kind = t.kind::text
   where t.organisation_id = p_organisation and t.user_id = any (p_users)
     and l.organisation_id = t.organisation_id and l.user_id = t.user_id and l.kind = t.kind
     and l.role_limit is distinct from w.most;
  update operators o set role_unit_limit = w.most
    from operators t
    left join lateral role_limits(t.organisation_id, t.user_id) w on w.kind = 'units'
   where t.organisation_id = p_organisation and t.user_id = any (p_users)
     and o.organisation_id = t.organisation_id and o.user_id = t.user_id
     and o.role_unit_limit is distinct from w.most;
end
$$;

-- The same for those whose roles have changed. Where no role limits there is nothing to do, and nobody
-- is locked.
create function follow_roles(p_organisation uuid, p_users uuid[]) returns void
language plpgsql volatile as $$
begin
  perform wait_for_role_limits(p_organisation);
  perform from roles
    where organisation_id = p_organisation and num_nonnulls(live_limit, deferred_limit, unit_limit) > 0 limit 1;
  if found then perform limit_by_roles(p_organisation, p_users); end if;
end
$$;

create function grants_limit_their_holders() returns trigger
language plpgsql as $$
declare
  v_of record;
begin
  for v_of in
    select organisation_id, array_agg(distinct user_id) as users from changed group by 1 order by 1
  loop
    perform follow_roles(v_of.organisation_id, v_of.users);
  end loop;
  return null;
end
$$;
create trigger grants_given_limit_their_holders after insert on grants
  referencing new table as changed for each statement execute function grants_limit_their_holders();
create trigger grants_changed_limit_their_holders after update on grants
  referencing new table as changed for each statement execute function grants_limit_their_holders();
create trigger grants_taken_limit_their_holders after delete on grants
  referencing old table as changed for each statement execute function grants_limit_their_holders();

-- The roles of a membership count while it is active.
create function memberships_limit_their_user() returns trigger
language plpgsql as $$
begin
  perform follow_roles(new.organisation_id, array[new.user_id]);
  return null;
end
$$;
create trigger memberships_limit_their_user after update of status on memberships for each row
  when ((old.status = 'active') <> (new.status = 'active'))
  execute function memberships_limit_their_user();

create function roles_limit_their_holders() returns trigger
language plpgsql as $$
begin
  perform lock_role_limits(new.organisation_id);
  perform limit_by_roles(new.organisation_id, array(
    select distinct user_id from grants where organisation_id = new.organisation_id and role_id = new.id));
  return null;
end
$$;
create trigger roles_limit_their_holders after update of live_limit, deferred_limit, unit_limit on roles for each row
  when ((old.live_limit, old.deferred_limit, old.unit_limit)
        is distinct from (new.live_limit, new.deferred_limit, new.unit_limit))
  execute function roles_limit_their_holders();

-- As in 0052; the limit follows from where it comes. Whoever becomes an operator says their own in
-- chat_limit; who sets it later, sets own_limit.
create or replace function operator_loads_are_counted() returns trigger
language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    if old.used > 0 then
      raise exception 'an operator with chats keeps the load row' using errcode = 'check_violation';
    end if;
    return old;
  end if;
  if tg_op = 'INSERT' then
    new.own_limit := coalesce(new.own_limit, new.chat_limit);
    new.role_limit := role_limit_of_new(new.organisation_id, new.user_id, new.kind::text);
    new.chat_limit := least(new.own_limit, new.role_limit);
    new.used := 0;
    new.over := 0;
    return new;
  end if;
  if new.used <> old.used and pg_trigger_depth() < 2 then
    raise exception 'only assignments move a load' using errcode = 'insufficient_privilege';
  end if;
  if new.role_limit is distinct from old.role_limit and pg_trigger_depth() < 2 then
    raise exception 'only roles say what a role allows' using errcode = 'insufficient_privilege';
  end if;
  new.chat_limit := least(new.own_limit, new.role_limit);
  new.over := case
    when new.chat_limit <> old.chat_limit then greatest(0, new.used - new.chat_limit)
    when new.used <> old.used then greatest(0, least(old.over, new.used - new.chat_limit))
    when new.over = old.over + 1 and pg_trigger_depth() >= 2 then new.over
    else old.over
  end;
  return new;
end
$$;

-- As in 0060, and the same for units.
create or replace function operators_units_are_counted() returns trigger
language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    new.own_unit_limit := coalesce(new.own_unit_limit, new.unit_limit);
    new.role_unit_limit := role_limit_of_new(new.organisation_id, new.user_id, 'units');
    new.unit_limit := least(new.own_unit_limit, new.role_unit_limit);
    new.units_used := 0;
    new.units_over := 0;
    return new;
  end if;
  if new.role_unit_limit is distinct from old.role_unit_limit and pg_trigger_depth() < 2 then
    raise exception 'only roles say what a role allows' using errcode = 'insufficient_privilege';
  end if;
  new.unit_limit := least(new.own_unit_limit, new.role_unit_limit);
  if new.unit_limit is null then
    new.units_used := 0;
    new.units_over := 0;
  elsif new.unit_limit is distinct from old.unit_limit then
    new.units_used := units_held(new.organisation_id, new.user_id);
    new.units_over := greatest(0, new.units_used - new.unit_limit);
  elsif new.units_used <> old.units_used then
    if pg_trigger_depth() < 2 then
      raise exception 'only assignments move a load' using errcode = 'insufficient_privilege';
    end if;
    new.units_over := greatest(0, least(old.units_over, new.units_used - new.unit_limit));
  elsif pg_trigger_depth() < 2 then
    new.units_over := old.units_over;
  end if;
  return new;
end
$$;
drop trigger operators_units_are_counted on operators;
create trigger operators_units_are_counted
  before insert or update of unit_limit, own_unit_limit, role_unit_limit, units_used, units_over on operators
  for each row execute function operators_units_are_counted();
