-- Importing people from a file: what a row comes to is worked out and kept, and applied only when
-- somebody says so.

-- A preview, and what became of it. Forgotten when it can be neither applied nor taken back.
create table imports (
  organisation_id uuid not null,
  id              uuid not null,
  account_id      uuid not null,
  made_by         uuid not null references users (id),
  made_at         timestamptz not null,
  language        text not null check (language in ('en', 'nl')),
  columns         text[] not null,
  ignored         text[] not null,
  applied_at      timestamptz,
  done            jsonb,               -- { added, changed }
  undone          jsonb,               -- { revoked, restored, kept }
  primary key (organisation_id, id),
  foreign key (organisation_id, account_id) references accounts (organisation_id, id) on delete cascade,
  check ((applied_at is null) = (done is null)),
  check (undone is null or done is not null)
);
create index imports_made_at on imports (made_at);
create index imports_account on imports (organisation_id, account_id);
create index imports_made_by on imports (made_by);

-- `shown` is what the screen is told (contract/imports.ts). `asked` is what the file says, by column;
-- `work` what applying it sets, and what stood before.
create table import_rows (
  organisation_id uuid not null,
  import_id       uuid not null,
  line            int not null,
  kind            text not null check (kind in ('add', 'change', 'same', 'conflict', 'error')),
  shown           jsonb not null,
  asked           jsonb not null,
  work            jsonb,
  primary key (organisation_id, import_id, line),
  foreign key (organisation_id, import_id) references imports (organisation_id, id) on delete cascade,
  check ((kind in ('add', 'change')) = (work is not null))
);

-- Those that an import sent: they are counted apart, and taken back with it.
alter table invitations add column import_id uuid;
create index invitations_import on invitations (organisation_id, import_id) where import_id is not null;

-- What `set_operator_places` does to an operator (locked), without telling anybody.
create function place_operator(
  p_organisation uuid, p_user uuid, p_put jsonb, p_remove uuid[], p_live int, p_deferred int,
  p_takes_chats boolean, p_takes_tests boolean, p_actor uuid,
  out o_is_changed boolean, out o_chats uuid[], out o_events jsonb[]
)
language plpgsql volatile as $$
declare
  v_scopes text[];
  v_queue  uuid;
  v_back   record;
  v_put    uuid[];
begin
  o_chats := '{}';
  o_is_changed := set_operator_means(p_organisation, p_user, p_live, p_deferred, p_takes_chats, p_takes_tests,
                                     p_actor, date_trunc('milliseconds', routing_now()));
  with put as (
    insert into queue_members as m (organisation_id, queue_id, user_id, tier, participates)
    select p_organisation, q.id, p_user, w.tier, w.participates
      from jsonb_to_recordset(p_put) as w ("queueId" uuid, tier smallint, participates boolean)
      join queues q on q.organisation_id = p_organisation and q.id = w."queueId"
     order by q.id
    on conflict (organisation_id, queue_id, user_id)
    do update set tier = excluded.tier, participates = excluded.participates
     where (m.tier, m.participates) <> (excluded.tier, excluded.participates)
    returning queue_id)
  select coalesce(array_agg(queue_id order by queue_id), '{}') into v_put from put;
  o_events := array(select queue_member_event(p_organisation, q, p_user) from unnest(v_put) as q);

  foreach v_queue in array coalesce(p_remove, '{}') loop
    select scopes into v_scopes from queue_member_rows
     where organisation_id = p_organisation and queue_id = v_queue and user_id = p_user;
    continue when not found;
    v_back := put_back_all(p_organisation, p_user, v_queue, false, 'not_joined');
    delete from queue_members
     where organisation_id = p_organisation and queue_id = v_queue and user_id = p_user;
    o_chats := o_chats || v_back.o_chats;
    o_events := o_events || v_back.o_events
      || event('queue_member', v_queue || ':' || p_user, '{}', v_scopes, null, null);
    o_is_changed := true;
  end loop;
  o_is_changed := o_is_changed or v_put <> '{}';
end
$$;

-- As in 0024.
create or replace function set_operator_places(
  p_organisation uuid, p_user uuid, p_put jsonb, p_remove uuid[], p_live int, p_deferred int,
  p_takes_chats boolean, p_takes_tests boolean, p_actor uuid
) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_placed record;
begin
  if not lock_operator(p_organisation, p_user) then
    return tell_outcome(p_organisation, p_actor, 'not_operator', '{}');
  end if;
  v_placed := place_operator(p_organisation, p_user, p_put, p_remove, p_live, p_deferred,
                             p_takes_chats, p_takes_tests, p_actor);
  return tell_outcome(p_organisation, p_actor, 'set',
    v_placed.o_events || case when v_placed.o_is_changed then operator_event(p_organisation, p_user) end,
    v_placed.o_chats, case when v_placed.o_is_changed then array[p_user] end,
    jsonb_build_object('lost', array(
      select w."queueId" from jsonb_to_recordset(p_put) as w ("queueId" uuid)
       where not exists (select from queues where organisation_id = p_organisation and id = w."queueId"))));
end
$$;

-- What `remove_operator` does to an operator (locked), without telling anybody.
create function unmake_operator(
  p_organisation uuid, p_user uuid, out o_chats uuid[], out o_events jsonb[]
)
language plpgsql volatile as $$
declare
  v_scopes text[];
begin
  select scopes into v_scopes from operator_rows where organisation_id = p_organisation and user_id = p_user;
  select b.o_chats, b.o_events into o_chats, o_events
    from put_back_all(p_organisation, p_user, null, true, 'operator_removed') as b;
  o_events := o_events
    || array(select event('queue_member', row ->> 'id', '{}', scopes, null, null) from queue_member_rows
              where organisation_id = p_organisation and user_id = p_user)
    || event('operator', p_user::text, '{}', v_scopes, null, null);
  delete from queue_members where organisation_id = p_organisation and user_id = p_user;
  delete from operator_loads where organisation_id = p_organisation and user_id = p_user;
  delete from operators where organisation_id = p_organisation and user_id = p_user;
end
$$;

-- As in 0014.
create or replace function remove_operator(p_organisation uuid, p_user uuid, p_actor uuid default null)
returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_gone record;
begin
  if not lock_operator(p_organisation, p_user) then
    return tell_outcome(p_organisation, p_actor, 'not_found', '{}');
  end if;
  v_gone := unmake_operator(p_organisation, p_user);
  return tell_outcome(p_organisation, p_actor, 'removed', v_gone.o_events, v_gone.o_chats);
end
$$;

-- The same for many operators, all of whom are locked first. It appends nothing, so that the log is
-- free while this works: `o_events` must be appended in the same transaction, at its end. Of the
-- operators' own rows only those that are gone are among them.
--   p_items  [{ userId, isNew, isGone, newLive, newDeferred, put, remove, live, deferred,
--               takesChats, takesTests }]
-- `o_chats` and `o_operators` must be matched after the commit.
create function place_operators(
  p_organisation uuid, p_items jsonb, p_actor uuid,
  out o_events jsonb[], out o_chats uuid[], out o_operators uuid[]
)
language plpgsql volatile set search_path = public as $$
declare
  v_now    timestamptz := date_trunc('milliseconds', routing_now());
  v_item   record;
  v_placed record;
begin
  perform must_be_read_committed();
  o_events := '{}';
  o_chats := '{}';
  o_operators := '{}';
  for v_item in
    select * from jsonb_to_recordset(p_items) as w ("userId" uuid, "isNew" boolean, "newLive" int, "newDeferred" int)
     where "isNew" order by "userId"
  loop
    perform pg_advisory_xact_lock(45, hashtext(v_item."userId"::text));
    insert into operators (organisation_id, user_id, availability_since, connection_since, is_present)
    values (p_organisation, v_item."userId", v_now, v_now, is_connected(p_organisation, v_item."userId"))
    on conflict do nothing;
    continue when not found;
    insert into operator_loads (organisation_id, user_id, kind, chat_limit, set_by, set_at)
    values (p_organisation, v_item."userId", 'live', v_item."newLive", null, v_now),
           (p_organisation, v_item."userId", 'deferred', v_item."newDeferred", null, v_now);
  end loop;
  perform from operators o
    join jsonb_to_recordset(p_items) as w ("userId" uuid) on w."userId" = o.user_id
   where o.organisation_id = p_organisation order by o.user_id for no key update of o;
  for v_item in
    select w.* from jsonb_to_recordset(p_items) as w ("userId" uuid, "isGone" boolean, put jsonb, remove uuid[],
             live int, deferred int, "takesChats" boolean, "takesTests" boolean)
      join operators o on o.organisation_id = p_organisation and o.user_id = w."userId"
     order by w."userId"
  loop
    if v_item."isGone" then
      select g.*, false as o_is_changed into v_placed from unmake_operator(p_organisation, v_item."userId") as g;
    else
      select p.* into v_placed from place_operator(p_organisation, v_item."userId", v_item.put, v_item.remove,
        v_item.live, v_item.deferred, v_item."takesChats", v_item."takesTests", p_actor) as p;
    end if;
    o_events := o_events || v_placed.o_events;
    o_chats := o_chats || v_placed.o_chats;
    if v_placed.o_is_changed then o_operators := o_operators || v_item."userId"; end if;
  end loop;
end
$$;

-- Several lines of the audit in one go: [{ subject, subjectId, before, after }].
create function append_audits(
  p_organisation uuid, p_actor uuid, p_action text, p_lines jsonb, p_ip text, p_request_id text
) returns void
language sql volatile as $$
  select append_audit(p_organisation, p_actor, p_action, l.line ->> 'subject', l.line ->> 'subjectId',
                      nullif(l.line -> 'before', 'null'), nullif(l.line -> 'after', 'null'), p_ip, p_request_id)
    from jsonb_array_elements(p_lines) with ordinality as l (line, ordinality)
   order by l.ordinality
$$;
