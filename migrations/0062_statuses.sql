-- What an operator may say they are doing: "finishing" as a word of its own, reasons that an
-- administrator has named, and how the organisation treats whoever has gone idle, was given a status
-- by somebody else, or signs out with chats.

-- No new work, and what is held is kept until it is done (0063).
alter type availability add value 'finishing' before 'away';
alter type operator_status add value 'finishing' before 'away';

-- The organisation's rules: of its topmost account.
alter table accounts
  add column idle_minutes smallint check (idle_minutes between 1 and 480),  -- null: nobody is ever idle
  add column idle_when_ignored boolean not null default false, -- only while a visitor waits for an answer
  -- Whose last connection broke keeps their chats for so long.
  add column grace_seconds smallint not null default 30 check (grace_seconds between 10 and 300),
  add column held_minutes smallint not null default 5 check (held_minutes between 0 and 480),
  add column leaving_with_chats text not null default 'warn' check (leaving_with_chats in ('allow', 'warn', 'forbid'));

-- Reasons for being away or busy, by account; whoever works there or below may give them, or only the
-- departments that are named. What was chosen is copied to the operator, so that a status which is
-- changed or deleted changes nothing of what is going on.
create table statuses (
  organisation_id uuid not null,
  id              uuid not null default gen_random_uuid(),
  account_id      uuid not null,
  name            text not null check (char_length(name) between 1 and 64),
  availability    availability not null check (availability in ('away', 'busy')),
  icon            text not null check (icon in (
                    'cup', 'meal', 'meeting', 'phone', 'learning', 'desk', 'health', 'errand', 'pause', 'tools')),
  colour          text not null check (colour in ('amber', 'red', 'violet', 'blue', 'green', 'grey')),
  is_paid         boolean not null default false,
  max_minutes     smallint check (max_minutes between 1 and 480),           -- null: as long as it takes
  department_ids  uuid[],                                                    -- null: everybody
  version         int not null default 1,
  primary key (organisation_id, id),
  foreign key (organisation_id, account_id) references accounts (organisation_id, id)
);
create unique index statuses_name on statuses (organisation_id, account_id, lower(name));

-- What of a status goes with whoever chose it.
create function status_mark(p statuses) returns jsonb
language sql stable as $$
  select jsonb_build_object('statusId', p.id, 'icon', p.icon, 'colour', p.colour, 'isPaid', p.is_paid,
                            'maxMinutes', p.max_minutes)
$$;

-- The statuses that a user may choose: of an account where they work, or above it, and for them.
create function statuses_of(p_organisation uuid, p_user uuid) returns setof statuses
language sql stable as $$
  with recursive places as (
    select m.account_id as id from memberships m
     where m.organisation_id = p_organisation and m.user_id = p_user and m.status = 'active'
    union
    select a.parent_id from places p
      join accounts a on a.organisation_id = p_organisation and a.id = p.id
     where a.parent_id is not null
  )
  select s.* from statuses s
    join places p on p.id = s.account_id
   where s.organisation_id = p_organisation
     and (s.department_ids is null or exists (
       select from memberships m
         left join department_members d on d.organisation_id = m.organisation_id and d.membership_id = m.id
        where m.organisation_id = p_organisation and m.user_id = p_user and m.status = 'active'
          and (m.primary_department_id = any (s.department_ids) or d.department_id = any (s.department_ids))))
   order by lower(s.name), s.id
$$;

-- When an operator's keyboard or pointer was last seen at work, on whichever device. Apart from
-- `operators`, which routing locks.
create table operator_activity (
  organisation_id uuid not null,
  user_id         uuid not null,
  active_at       timestamptz not null,
  primary key (organisation_id, user_id),
  foreign key (organisation_id, user_id) references operators (organisation_id, user_id) on delete cascade
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);

alter table operators
  -- What follows when the last chat is done; only while finishing.
  add column finish_as availability check (finish_as in ('away', 'offline')),
  -- Why the availability is what it is: somebody chose it, the last chat was done, nobody was there.
  add column availability_cause text not null default 'chosen'
    check (availability_cause in ('chosen', 'finished', 'idle')),
  -- Until when the operator cannot undo what somebody else has set.
  add column held_until timestamptz,
  -- Warned that they count as idle from then on.
  add column idle_until timestamptz,
  -- Of the status chosen: see status_mark.
  add column mark jsonb;
create index operators_idle on operators (idle_until) where idle_until is not null;

alter table status_changes
  drop constraint status_changes_cause_check,
  add constraint status_changes_cause_check check (cause in (
    'began', 'chosen', 'connected', 'connection_lost', 'grace_over', 'missed_offers',
    'answered', 'suspended', 'restored', 'removed', 'finished', 'idle')),
  add column mark jsonb;

-- Since when nobody has been there: no input, no change of status. Where the organisation asks only
-- about chats that are ignored, not before the longest of them began to wait; null: none waits.
create function idle_since(p operators, p_when_ignored boolean) returns timestamptz
language sql stable as $$
  select case when not p_when_ignored then s.since
              when w.since is not null then greatest(s.since, w.since) end
    from (select greatest(p.availability_since, (
            select active_at from operator_activity
             where organisation_id = p.organisation_id and user_id = p.user_id)) as since) s
   cross join lateral (
     select min(m.at) as since
       from assignments a
      cross join lateral (
        select min(v.at) as at from messages v
         where v.organisation_id = a.organisation_id and v.chat_id = a.chat_id and v.author = 'visitor'
           and v.seq > coalesce((
             select max(o.seq) from messages o
              where o.organisation_id = a.organisation_id and o.chat_id = a.chat_id and o.author = 'operator'), 0)) m
      where p_when_ignored
        and a.organisation_id = p.organisation_id and a.user_id = p.user_id and a.state = 'active') w
$$;

-- Who counts as idle now. Whoever is being rung is not: that ends by itself, one way or the other.
create function is_idle(p operators, p_rules accounts, p_now timestamptz) returns boolean
language sql stable as $$
  select p.is_ready and p_rules.idle_minutes is not null
    and not exists (
      select from assignments a
       where a.organisation_id = p.organisation_id and a.user_id = p.user_id and a.state = 'offered')
    and coalesce(idle_since(p, p_rules.idle_when_ignored) + p_rules.idle_minutes * interval '1 minute' <= p_now, false)
$$;

-- What is to be done about whom: warned, no longer warned, away.
create function idle_due(p_now timestamptz) returns table (organisation_id uuid, user_id uuid, what text)
language sql stable as $$
  select o.organisation_id, o.user_id, 'warn'
    from accounts a
    join operators o on o.organisation_id = a.id and o.is_ready and o.idle_until is null
   where a.organisation_id = a.id and a.idle_minutes is not null and is_idle(o, a, p_now)
  union all
  select o.organisation_id, o.user_id, case when is_idle(o, a, p_now) then 'away' else 'keep' end
    from operators o
    join accounts a on a.organisation_id = o.organisation_id and a.id = o.organisation_id
   where o.idle_until is not null and (o.idle_until <= p_now or not is_idle(o, a, p_now))
$$;

-- Transition: a key was pressed or a pointer moved, on whichever device; a warning ends on all of them.
-- Status: noted | not_found.
create function note_activity(p_organisation uuid, p_user uuid) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_until timestamptz;
begin
  -- A row that is only referred to is locked so, and routing is not kept waiting.
  select idle_until into v_until from operators
   where organisation_id = p_organisation and user_id = p_user for key share;
  if not found then return tell_outcome(p_organisation, p_user, 'not_found', '{}'); end if;
  if v_until is not null then
    perform lock_operator(p_organisation, p_user);
    update operators set idle_until = null
     where organisation_id = p_organisation and user_id = p_user and idle_until is not null;
  end if;
  insert into operator_activity as a values (p_organisation, p_user, routing_now())
  on conflict (organisation_id, user_id) do update set active_at = greatest(a.active_at, excluded.active_at);
  return tell_outcome(p_organisation, p_user, 'noted',
    array[case when v_until is not null then operator_event(p_organisation, p_user) end]);
end
$$;

-- Transition: operators of one organisation who have gone idle are warned, those who came back are not
-- any more, and those whose minute is over are away; up to `p_most`. Status: tended | nothing (call
-- until it is nothing).
create function tend_idle(p_most int default 100) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_now timestamptz := date_trunc('milliseconds', routing_now());
  v_organisation uuid;
  v_users  uuid[];
  v_due    record;
  v_events jsonb[] := '{}';
begin
  perform must_be_read_committed();
  v_organisation := first_unswept(array(select distinct d.organisation_id from idle_due(v_now) d));
  if v_organisation is null then return tell_outcome(null, null, 'nothing', '{}'); end if;
  v_users := array(select d.user_id from idle_due(v_now) d
                    where d.organisation_id = v_organisation order by 1 limit p_most);
  perform from operators where organisation_id = v_organisation and user_id = any (v_users)
    order by user_id for no key update;
  for v_due in
    select * from idle_due(v_now) d where d.organisation_id = v_organisation and d.user_id = any (v_users) order by d.user_id
  loop
    if v_due.what = 'away' then
      update operators
         set availability = 'away', reason = null, availability_cause = 'idle', availability_since = v_now,
             availability_set_by = null, held_until = null
       where organisation_id = v_organisation and user_id = v_due.user_id;
    else
      update operators set idle_until = case when v_due.what = 'warn' then v_now + interval '60 seconds' end
       where organisation_id = v_organisation and user_id = v_due.user_id;
    end if;
    v_events := v_events || operator_event(v_organisation, v_due.user_id);
  end loop;
  return tell_outcome(v_organisation, null, case when v_events = '{}' then 'nothing' else 'tended' end, v_events);
end
$$;

-- How many chats a user would leave behind by signing out of a session, and what the organisation says
-- of that. None, as long as they are connected by another.
create function left_by_signing_out(p_organisation uuid, p_user uuid, p_session uuid, out chats int, out rule text)
language sql stable as $$
  select (select count(*) from assignments a
           where a.organisation_id = p_organisation and a.user_id = p_user and a.state = 'active'
             and not exists (
               select from connections c
                where c.organisation_id = p_organisation and c.user_id = p_user and c.gone_at is null
                  and c.session_id is distinct from p_session))::int,
         (select leaving_with_chats from accounts where organisation_id = p_organisation and id = p_organisation)
$$;
