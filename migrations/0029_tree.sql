-- The tree and what stands in it: limits that come from above, accounts that are closed with all
-- below them, queues that newcomers get, and a tree that no move can spoil.

-- Null: as the account above. An organisation always says it.
alter table accounts
  alter column live_limit drop not null,
  alter column deferred_limit drop not null;
update accounts set live_limit = null, deferred_limit = null where parent_id is not null;
alter table accounts add constraint accounts_root_sets_limits
  check (parent_id is not null or (live_limit is not null and deferred_limit is not null));

alter table queues add column is_preset boolean not null default false;

-- A tree stays a tree: no account below itself, and never deeper than eight, whatever hangs below
-- the one that moves. The advisory lock serialises moves within an organisation, so two moves at
-- once cannot close a circle together.
create or replace function accounts_stay_a_tree() returns trigger
language plpgsql as $$
declare
  v_at    uuid := new.parent_id;
  v_above int := 0;
  v_below int;
begin
  perform pg_advisory_xact_lock(43, hashtext(new.organisation_id::text));
  while v_at is not null loop
    v_above := v_above + 1;
    if v_at = new.id then
      raise exception 'account tree' using errcode = 'check_violation', constraint = 'accounts_stay_a_tree';
    end if;
    if v_above > 8 then
      raise exception 'account tree' using errcode = 'check_violation', constraint = 'accounts_are_not_deep';
    end if;
    select parent_id into v_at from accounts where organisation_id = new.organisation_id and id = v_at;
  end loop;
  if tg_op = 'INSERT' then return new; end if;
  with recursive below as (
    select id, 0 as depth from accounts where organisation_id = new.organisation_id and id = new.id
    union all
    select a.id, b.depth + 1
      from below b
      join accounts a on a.organisation_id = new.organisation_id and a.parent_id = b.id
     where b.depth < 9
  )
  select max(depth) into v_below from below;
  if v_above + v_below > 8 then
    raise exception 'account tree' using errcode = 'check_violation', constraint = 'accounts_are_not_deep';
  end if;
  return new;
end
$$;

-- The account and everything below it.
create function account_subtree(p_organisation uuid, p_account uuid) returns uuid[]
language sql stable as $$
  with recursive below as (
    select id from accounts where organisation_id = p_organisation and id = p_account
    union
    select a.id
      from below
      join accounts a on a.organisation_id = p_organisation and a.parent_id = below.id
  )
  select array(select id from below)
$$;

-- Whether an account and everything above it is active. Where one is not, whoever belongs to it or
-- below has no access, and no chat can begin.
create function is_open_account(p_organisation uuid, p_account uuid) returns boolean
language sql stable as $$
  select not exists (
    select from accounts
     where organisation_id = p_organisation and id = any (account_path(p_organisation, p_account)) and not is_active)
$$;

-- What whoever becomes an operator at the account begins with, and the account that says so: the
-- nearest, from this one upwards.
create function account_limit(p_organisation uuid, p_account uuid, p_kind chat_kind)
returns table (chat_limit smallint, account_id uuid)
language sql stable as $$
  with recursive above as (
    select id, parent_id, 0 as steps, case p_kind when 'live' then live_limit else deferred_limit end as said
      from accounts where organisation_id = p_organisation and id = p_account
    union all
    select a.id, a.parent_id, above.steps + 1, case p_kind when 'live' then a.live_limit else a.deferred_limit end
      from above
      join accounts a on a.organisation_id = p_organisation and a.id = above.parent_id
     where above.said is null
  )
  select said, id from above where said is not null order by steps limit 1
$$;

-- The versions of a thing's fields, by field; one that was never changed is not among them.
create function versions_of(p_entity uuid) returns jsonb
language sql stable as $$
  select coalesce(jsonb_object_agg(field, version), '{}') from field_marks where entity_id = p_entity
$$;

-- Who set which field of a thing last.
create function marks_of(p_entity uuid) returns jsonb
language sql stable as $$
  select coalesce(jsonb_object_agg(f.field, jsonb_build_object('version', f.version, 'at', instant(f.set_at),
           'by', (select first_name || ' ' || last_name from users where id = f.set_by))), '{}')
    from field_marks f where f.entity_id = p_entity
$$;

-- The shape of contract/accounts.ts.
create view account_rows as
select a.organisation_id, a.id as account_id, a.parent_id, a.name,
       jsonb_build_object(
         'id', a.id,
         'parentId', a.parent_id,
         'kind', a.kind,
         'name', a.name,
         'isActive', a.is_active,
         'language', a.language,
         'timeZone', a.time_zone,
         'colour', a.colour,
         'liveLimit', live.chat_limit,
         'liveLimitFrom', live.account_id,
         'deferredLimit', deferred.chat_limit,
         'deferredLimitFrom', deferred.account_id,
         'version', a.version,
         'versions', versions_of(a.id)
       ) as row
  from accounts a
 cross join lateral account_limit(a.organisation_id, a.id, 'live') live
 cross join lateral account_limit(a.organisation_id, a.id, 'deferred') deferred;
