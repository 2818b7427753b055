-- Opening hours. A calendar is a week of intervals in a time zone and the days that are different; a
-- queue or a site that has one is closed outside of it. Here is what a calendar is and when it is
-- open; 0059 has what that means to a chat.
--
-- Glossary
--   wall clock  what a clock on the wall of a time zone shows: put forward and back, it skips some
--               times and shows others twice
--   turn        the moment at which a calendar opens or closes
--   door        what a chat has to come through: its queue's hours, and for a live chat its site's too

-- A chat that came while it was closed is not in the line: nobody is looked for, and nobody finds it.
alter type chat_state add value 'early' before 'waiting';

create type when_closed as enum ('message', 'overflow', 'wait');
create type at_closing as enum ('serve', 'as_comer');

create table hours (
  organisation_id uuid not null,
  id              uuid not null default gen_random_uuid(),
  account_id      uuid not null,
  name            text not null check (char_length(name) between 1 and 64),
  time_zone       text not null,
  week            jsonb not null check (jsonb_array_length(week) = 7),           -- Monday first
  exceptions      jsonb not null default '[]' check (jsonb_typeof(exceptions) = 'array'),
  is_open         boolean not null,                  -- from seen_at on, until it turns
  changes_at      timestamptz,                       -- when it turns; null: not within a year
  seen_at         timestamptz not null,
  created_at      timestamptz not null default now(),
  version         int not null default 1,
  primary key (organisation_id, id),
  foreign key (organisation_id, account_id) references accounts (organisation_id, id)
);
create unique index hours_name on hours (organisation_id, account_id, lower(name));

alter table queues
  add column hours_id uuid,
  add column when_closed when_closed not null default 'message',
  add column at_closing at_closing not null default 'serve',
  add column message_queue_id uuid,
  add foreign key (organisation_id, hours_id) references hours (organisation_id, id),
  add foreign key (organisation_id, message_queue_id) references queues (organisation_id, id);
create index queues_hours on queues (organisation_id, hours_id) where hours_id is not null;
create index queues_messages on queues (organisation_id, message_queue_id) where message_queue_id is not null;
alter table sites
  add column hours_id uuid,
  add foreign key (organisation_id, hours_id) references hours (organisation_id, id);
create index sites_hours on sites (organisation_id, hours_id) where hours_id is not null;

alter table routed_chats
  add column opens_at timestamptz,                   -- of one that is early; null: not within a year
  add column is_message boolean not null default false;

-- What the wall clock of a zone shows, against UTC.
create function wall_offset(p_at timestamptz, p_zone text) returns interval
language sql stable as $$
  select (p_at at time zone p_zone) - (p_at at time zone 'UTC')
$$;

-- When the wall clock shows a time. Where it shows it twice, the first of the two is when something
-- begins and the second when it ends, so that nothing opens, closes and opens again; where it skips
-- it, the moment of the skip.
create function instant_of(p_wall timestamp, p_zone text, p_is_end boolean) returns timestamptz
language plpgsql stable as $$
declare
  v_utc    timestamptz := p_wall at time zone 'UTC';
  v_before timestamptz := v_utc - wall_offset(v_utc - interval '24 hours', p_zone);
  v_after  timestamptz := v_utc - wall_offset(v_utc + interval '24 hours', p_zone);
  v_first  timestamptz := least(v_before, v_after);
  v_last   timestamptz := greatest(v_before, v_after);
  v_shown  boolean;
  v_middle timestamptz;
begin
  if v_first = v_last then return v_first; end if;
  v_shown := v_last at time zone p_zone = p_wall;
  if v_first at time zone p_zone = p_wall then
    return case when v_shown and p_is_end then v_last else v_first end;
  end if;
  if v_shown then return v_last; end if;
  -- Skipped between the two: where the wall clock jumps over it, to the second.
  while v_last - v_first > interval '1 second' loop
    v_middle := v_first + date_trunc('second', (v_last - v_first) / 2);
    if v_middle at time zone p_zone < p_wall then v_first := v_middle; else v_last := v_middle; end if;
  end loop;
  return v_last;
end
$$;

-- When a calendar is open, by the days from one to another on which that begins.
create function open_times(p_zone text, p_week jsonb, p_exceptions jsonb, p_from date, p_to date)
returns tstzmultirange
language sql stable as $$
  select coalesce(range_agg(tstzrange(s.begins, s.ends)) filter (where s.begins < s.ends), '{}')
    from generate_series(p_from::timestamp, p_to::timestamp, interval '1 day') d (day)
    left join lateral (
      select x -> 'intervals' as intervals from jsonb_array_elements(p_exceptions) x
       where x ->> 'date' = to_char(d.day, 'YYYY-MM-DD')) e on true
   cross join lateral jsonb_array_elements(
     coalesce(e.intervals, p_week -> (extract(isodow from d.day)::int - 1))) i (of_day)
   cross join lateral (
     select instant_of(d.day + (i.of_day ->> 'from')::int * interval '1 minute', p_zone, false) as begins,
            instant_of(d.day + (i.of_day ->> 'to')::int * interval '1 minute', p_zone, true) as ends) s
$$;

-- Whether a calendar is open at a moment, and when that changes; null: not within a year. Most turn
-- within days, so a year is looked at only where those do not tell.
create function hours_at(
  p_zone text, p_week jsonb, p_exceptions jsonb, p_at timestamptz,
  out o_is_open boolean, out o_changes_at timestamptz
)
language plpgsql stable as $$
declare
  v_day  date := (p_at at time zone p_zone)::date;
  v_span tstzrange;
  v_days int;
begin
  foreach v_days in array array[8, 365] loop
    v_span := null;
    select r into v_span
      from unnest(open_times(p_zone, p_week, p_exceptions, v_day - 2, v_day + v_days + 1)) r
     where upper(r) > p_at order by lower(r) limit 1;
    o_is_open := coalesce(lower(v_span) <= p_at, false);
    o_changes_at := case when o_is_open then upper(v_span) else lower(v_span) end;
    if o_changes_at <= p_at + v_days * interval '24 hours' then return; end if;
  end loop;
  o_changes_at := null;
end
$$;

create function hours_are_looked_at() returns trigger
language plpgsql as $$
declare
  v_seen record;
begin
  new.seen_at := routing_now();
  v_seen := hours_at(new.time_zone, new.week, new.exceptions, new.seen_at);
  new.is_open := v_seen.o_is_open;
  new.changes_at := v_seen.o_changes_at;
  return new;
end
$$;
create trigger hours_are_looked_at before insert or update on hours
  for each row execute function hours_are_looked_at();

-- Whether a calendar is open, and when that changes: as it was seen last, while that still holds.
create function turn_of(p_hours hours, p_at timestamptz, out o_is_open boolean, out o_changes_at timestamptz)
language plpgsql stable as $$
begin
  if p_at >= p_hours.seen_at and p_at < look_again_at(p_hours) then
    o_is_open := p_hours.is_open;
    o_changes_at := p_hours.changes_at;
  else
    select h.* into o_is_open, o_changes_at
      from hours_at(p_hours.time_zone, p_hours.week, p_hours.exceptions, p_at) h;
  end if;
end
$$;

create function look_again_at(p_hours hours) returns timestamptz
language sql immutable as $$
  select coalesce(p_hours.changes_at, p_hours.seen_at + interval '2400 hours')
$$;
create index hours_due on hours (look_again_at(hours));

-- Whether a door is open, and if not, when it will be; null: not within a year.
create function door_of(
  p_organisation uuid, p_queue uuid, p_site uuid, p_at timestamptz,
  out o_is_open boolean, out o_opens_at timestamptz
)
language plpgsql stable as $$
declare
  v_calendars hours[];
  v_at        timestamptz := p_at;
  v_next      timestamptz;
  v_turn      record;
begin
  v_calendars := array(
    select h from hours h
     where h.organisation_id = p_organisation and h.id in (
       select hours_id from queues where organisation_id = p_organisation and id = p_queue
       union all
       select hours_id from sites where organisation_id = p_organisation and id = p_site));
  -- From opening to opening, until both are open at once.
  while v_at <= p_at + interval '8760 hours' loop
    v_next := v_at;
    for v_turn in select t.* from unnest(v_calendars) h cross join lateral turn_of(h, v_at) t loop
      continue when v_turn.o_is_open;
      v_next := greatest(v_next, coalesce(v_turn.o_changes_at, 'infinity'));
    end loop;
    if v_next = v_at then
      o_is_open := v_at = p_at;
      o_opens_at := nullif(v_at, p_at);
      return;
    end if;
    v_at := v_next;
  end loop;
  o_is_open := false;
end
$$;

-- The door of a chat where it stands. One that is answered later need not wait for its site.
create function door_of_chat(p_chat routed_chats, p_at timestamptz, out o_is_open boolean, out o_opens_at timestamptz)
language sql stable as $$
  select * from door_of(p_chat.organisation_id, p_chat.queue_id,
                        case when p_chat.kind = 'live' then p_chat.site_id end, p_at)
$$;

-- A calendar is for its account and all below it, and seen there.
create view hours_rows as
select h.organisation_id, h.id, h.account_id,
       array(select 'setup:' || a from unnest(account_subtree(h.organisation_id, h.account_id)) a order by a) as scopes,
       jsonb_build_object(
         'id', h.id,
         'accountId', h.account_id,
         'name', h.name,
         'timeZone', h.time_zone,
         'week', h.week,
         'exceptions', h.exceptions,
         'isOpen', h.is_open,
         'changesAt', instant(h.changes_at),
         'version', h.version,
         'versions', versions_of(h.id)
       ) as row
  from hours h;

create view opening_rows as
select q.organisation_id, q.id as queue_id, q.account_id, q.hours_id,
       array['setup:' || q.account_id, 'floor:' || q.account_id, 'queue:' || q.id] as scopes,
       jsonb_build_object(
         'id', q.id,
         'accountId', q.account_id,
         'isOpen', h.is_open,
         'changesAt', instant(h.changes_at)
       ) as row
  from queues q
  join hours h on h.organisation_id = q.organisation_id and h.id = q.hours_id;

-- Transition: calendars of one organisation turn, up to `p_most`. What that does to chats is swept
-- on its own (0059). Status: turned | nothing (call until it is nothing).
create function turn_hours(p_most int default 100) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_now timestamptz := routing_now();
  v_organisation uuid;
  v_ids uuid[];
begin
  perform must_be_read_committed();
  v_organisation := first_unswept(array(
    select distinct h.organisation_id from hours h where look_again_at(h) <= v_now));
  if v_organisation is null then return tell_outcome(null, null, 'nothing', '{}'); end if;
  v_ids := array(select h.id from hours h
                  where h.organisation_id = v_organisation and look_again_at(h) <= v_now
                  order by h.id limit p_most for no key update skip locked);
  update hours set seen_at = v_now where organisation_id = v_organisation and id = any (v_ids);
  return tell_outcome(v_organisation, null, case when v_ids = '{}' then 'nothing' else 'turned' end,
    array(select event('hours', r.id::text, r.scopes, '{}', r.row, null) from hours_rows r
           where r.organisation_id = v_organisation and r.id = any (v_ids))
    || array(select event('opening', r.queue_id::text, r.scopes, '{}', r.row, null) from opening_rows r
              where r.organisation_id = v_organisation and r.hours_id = any (v_ids)));
end
$$;

-- As in 0049, with the moment at which one that is early begins to wait.
create or replace view chat_rows as
select c.organisation_id, c.chat_id, c.account_id, c.queue_id, c.operator_id, c.state, c.due_at,
       b.row || jsonb_build_object('transfer', t.row, 'opensAt', instant(c.opens_at))
             || case when h.id is null then '{}' else jsonb_build_object('offer', jsonb_build_object(
                  'id', h.id,
                  'operatorId', h.user_id,
                  'offeredAt', instant(h.offered_at),
                  'expiresAt', instant(h.expires_at))) end as row,
       c.handing_to
  from routed_chats c
  join chat_rows_without_transfer b on b.organisation_id = c.organisation_id and b.chat_id = c.chat_id
  left join transfer_rows t on t.organisation_id = c.organisation_id and t.id = c.transfer_id
                           and t.began_at >= c.enqueued_at
  left join assignments h on h.organisation_id = c.organisation_id and h.id = c.handing_id;
