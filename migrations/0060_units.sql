-- A limit in units, over live and deferred chats together: what somebody can bear, beside how many
-- chats of each kind.
--
-- Glossary
--   units       what a chat costs whoever has it: its queue says how many, 1 unless it says otherwise.
--               So where nobody says anything a limit of 4 units is 4 chats, of whatever kind
--   unit limit  how many units an operator may hold or be offered; null: only the limits of the kinds
--               count, and a deferred chat never stands in the way of a live one
--
-- It is kept as the limits of the kinds are (0008): the check on the counter is the law, a trigger
-- moves the counter, and whatever is above a limit that was lowered, or was forced, is marked. The
-- counter stands in the operator's own row, because everything that reads it has that row at hand or
-- locked. Whoever has no such limit is not counted, and so pays for none of this.

alter table queues add column chat_units smallint not null default 1 check (chat_units between 1 and 10);

-- What a chat weighed when it was put to its operator. What its queue says later weighs later chats.
alter table assignments add column units smallint not null default 1 check (units > 0);

alter table operators
  add column unit_limit smallint check (unit_limit between 0 and 1000),
  add column units_used smallint not null default 0 check (units_used >= 0),
  add column units_over smallint not null default 0 check (units_over >= 0),
  add column unit_version int not null default 1,
  add column unit_set_by uuid,
  add column unit_set_at timestamptz,
  add constraint operators_within_units check (units_used <= unit_limit + units_over);

-- Named so that it comes before the trigger that makes room (0052): that one needs to know the weight.
create function assignments_are_weighed() returns trigger
language plpgsql as $$
begin
  select chat_units into strict new.units from queues
   where organisation_id = new.organisation_id and id = new.queue_id;
  return new;
end
$$;
create trigger assignments_are_weighed before insert on assignments
  for each row execute function assignments_are_weighed();

drop trigger assignments_keep_their_subject on assignments;
create trigger assignments_keep_their_subject before update on assignments for each row
  when ((old.organisation_id, old.id, old.chat_id, old.user_id, old.chat_kind, old.units)
        is distinct from (new.organisation_id, new.id, new.chat_id, new.user_id, new.chat_kind, new.units))
  execute function assignments_keep_their_subject();

-- The units of everything that takes a slot of the operator's.
create function units_held(p_organisation uuid, p_user uuid) returns bigint
language sql volatile as $$
  select coalesce(sum(units), 0) from (
    select units from assignments
     where organisation_id = p_organisation and user_id = p_user and state in ('offered', 'active')
    union all
    select units from assignments
     where organisation_id = p_organisation and user_id = p_user and wraps_until is not null) held
$$;

-- Whoever is given a unit limit is counted from that moment on: the row is locked, so nothing can come
-- or go while the first count is made. After that only the trigger on assignments moves it.
create function operators_units_are_counted() returns trigger
language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    new.units_used := 0;
    new.units_over := 0;
    return new;
  end if;
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
create trigger operators_units_are_counted
  before insert or update of unit_limit, units_used, units_over on operators
  for each row execute function operators_units_are_counted();

-- As in 0046, and counts units where they are limited. The operator's row is looked at under its lock,
-- which whoever assigns holds already: a unit limit that is set at this moment counts this chat or is
-- moved by it, never both or neither.
create or replace function assignments_move_loads() returns trigger
language plpgsql as $$
declare
  v_row assignments := case when tg_op = 'DELETE' then old else new end;
  v_by  int := 0;
  v_unit_limit int;
  v_today date;
begin
  if tg_op <> 'DELETE' then v_by := v_by + takes_slot(new.state, new.wraps_until); end if;
  if tg_op <> 'INSERT' then v_by := v_by - takes_slot(old.state, old.wraps_until); end if;
  if v_by <> 0 then
    select unit_limit into v_unit_limit from operators
     where organisation_id = v_row.organisation_id and user_id = v_row.user_id for no key update;
    update operator_loads set used = used + v_by
     where organisation_id = v_row.organisation_id and user_id = v_row.user_id and kind = v_row.chat_kind;
    if not found then
      raise exception 'only an operator can be assigned a chat' using errcode = 'foreign_key_violation';
    end if;
    if v_unit_limit is not null then
      update operators set units_used = units_used + v_by * v_row.units
       where organisation_id = v_row.organisation_id and user_id = v_row.user_id;
    end if;
  end if;
  if v_row.state = 'active' and (tg_op = 'INSERT' or tg_op = 'UPDATE' and old.state <> 'active') then
    v_today := day_of(v_row.organisation_id, routing_now());
    update operators
       set taken_today = case when taken_on = v_today then taken_today + 1 else 1 end, taken_on = v_today
     where organisation_id = v_row.organisation_id and user_id = v_row.user_id;
  end if;
  return null;
end
$$;

-- As in 0052: what is forced makes its own room, in units as well.
create or replace function assignments_make_room() returns trigger
language plpgsql as $$
begin
  update operator_loads set over = over + 1
   where organisation_id = new.organisation_id and user_id = new.user_id and kind = new.chat_kind
     and used >= chat_limit;
  update operators set units_over = units_used + new.units - unit_limit
   where organisation_id = new.organisation_id and user_id = new.user_id
     and units_used + new.units > unit_limit;
  return new;
end
$$;

-- Whether the units that an operator has left are enough for one more chat of the queue.
create function has_units(p_operator operators, p_queue queues) returns boolean
language sql stable as $$
  select p_operator.unit_limit is null or p_operator.units_used + p_queue.chat_units <= p_operator.unit_limit
$$;

-- The part of what somebody may hold that they hold, by whichever limit is the nearer.
create function part_taken(p_load operator_loads, p_operator operators) returns float8
language sql stable as $$
  select greatest(p_load.used / greatest(p_load.chat_limit, 1)::float8,
                  p_operator.units_used / greatest(p_operator.unit_limit, 1)::float8)
$$;

-- As in 0011: the second look, with the operator's row locked. The chat is in the queue that weighs it.
drop function has_room(uuid, uuid, chat_kind);
create function has_room(p_chat routed_chats, p_user uuid) returns boolean
language sql volatile as $$
  select exists (
    select from queues q
      join operators o on o.organisation_id = q.organisation_id and o.user_id = p_user and has_units(o, q)
      join operator_loads l on l.organisation_id = q.organisation_id and l.user_id = p_user
                           and l.kind = p_chat.kind and l.used < l.chat_limit
     where q.organisation_id = p_chat.organisation_id and q.id = p_chat.queue_id)
$$;

-- Transition: a unit limit is set or, with null, lifted, by somebody who saw version `p_version` of it.
-- Chats above a lowered limit stay. Status: set | stale | not_found. Detail: what stands now {userId,
-- limit, version, setBy, setAt}; when it was set just now `isNew`, and `before`.
create function set_unit_limit(p_organisation uuid, p_user uuid, p_limit int, p_version int, p_actor uuid)
returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_before operators;
  v_now    operators;
  v_is_new boolean;
  v_is_retry boolean;
begin
  if not lock_operator(p_organisation, p_user) then
    return tell_outcome(p_organisation, p_actor, 'not_found', '{}');
  end if;
  select * into v_before from operators where organisation_id = p_organisation and user_id = p_user;
  update operators
     set unit_limit = p_limit, unit_version = unit_version + 1, unit_set_by = p_actor,
         unit_set_at = date_trunc('milliseconds', routing_now())
   where organisation_id = p_organisation and user_id = p_user and unit_version = p_version;
  v_is_new := found;
  v_is_retry := not v_is_new and v_before.unit_version = p_version + 1
    and (v_before.unit_limit, v_before.unit_set_by) is not distinct from (p_limit, p_actor);
  select * into v_now from operators where organisation_id = p_organisation and user_id = p_user;
  return tell_outcome(p_organisation, p_actor,
    case when v_is_new or v_is_retry then 'set' else 'stale' end,
    case when v_is_new then array[operator_event(p_organisation, p_user)] else '{}' end,
    '{}',
    case when v_is_new and (p_limit is null or p_limit > v_before.unit_limit) then array[p_user] end,
    jsonb_build_object('userId', p_user, 'limit', v_now.unit_limit, 'version', v_now.unit_version,
      'setBy', v_now.unit_set_by, 'setAt', instant(v_now.unit_set_at),
      'isNew', v_is_new, 'before', v_before.unit_limit));
end
$$;

-- Sets unit limits of operators that are locked already, telling nobody: [{userId, unitLimit}]. Whose
-- changed by it must be told and matched.
create function put_unit_limits(p_organisation uuid, p_items jsonb, p_actor uuid) returns setof uuid
language sql volatile as $$
  update operators o
     set unit_limit = w."unitLimit", unit_version = unit_version + 1, unit_set_by = p_actor,
         unit_set_at = date_trunc('milliseconds', routing_now())
    from jsonb_to_recordset(p_items) as w ("userId" uuid, "unitLimit" smallint)
   where o.organisation_id = p_organisation and o.user_id = w."userId"
     and o.unit_limit is distinct from w."unitLimit"
  returning o.user_id
$$;

-- Transition: the same of one operator, as a part of editing a person. Status: set | not_operator.
create function set_units(p_organisation uuid, p_user uuid, p_limit int, p_actor uuid) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_users uuid[];
begin
  if not lock_operator(p_organisation, p_user) then
    return tell_outcome(p_organisation, p_actor, 'not_operator', '{}');
  end if;
  v_users := array(select put_unit_limits(p_organisation,
    jsonb_build_array(jsonb_build_object('userId', p_user, 'unitLimit', p_limit)), p_actor));
  return tell_outcome(p_organisation, p_actor, 'set',
    array(select operator_event(p_organisation, u) from unnest(v_users) u), '{}', v_users);
end
$$;

-- How it looks (as 0046, 0022 and 0023, with the units).
alter view operator_rows rename to operator_rows_without_units;
create view operator_rows as
select r.organisation_id, r.user_id, r.account_ids, r.scopes,
       r.row || jsonb_build_object('units',
         jsonb_build_object('used', o.units_used, 'limit', o.unit_limit, 'version', o.unit_version)) as row
  from operator_rows_without_units r
  join operators o on o.organisation_id = r.organisation_id and o.user_id = r.user_id;

alter view person_rows rename to person_rows_without_units;
create view person_rows as
select r.organisation_id, r.membership_id, r.account_id, r.user_id, r.scopes,
       r.row || jsonb_build_object('units', case when o.user_id is not null then
         jsonb_build_object('limit', o.unit_limit, 'version', o.unit_version) end) as row
  from person_rows_without_units r
  left join operators o on o.organisation_id = r.organisation_id and o.user_id = r.user_id;

alter view record_rows rename to record_rows_without_units;
create view record_rows as
select r.organisation_id, r.membership_id, r.account_id, r.user_id,
       -- The row is named once in each branch: to name it is to make it.
       case when o.user_id is null then r.row else jsonb_set(
         jsonb_set(r.row, '{fields,limit.units}', coalesce(to_jsonb(o.unit_limit), 'null')),
         '{marks,limit.units}', jsonb_build_object(
           'version', o.unit_version, 'at', instant(o.unit_set_at),
           'by', (select first_name || ' ' || last_name from users where id = o.unit_set_by))) end as row
  from record_rows_without_units r
  left join operators o on o.organisation_id = r.organisation_id and o.user_id = r.user_id;
