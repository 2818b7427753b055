-- The account tree: organisation > group > location. What is granted or set at an account holds
-- for everything below it. The root is the organisation: its id is the organisation_id of every
-- row of the tenant, and every key and foreign key carries it, so that a row of one organisation
-- cannot point at a row of another, whatever the code does.

create type account_kind as enum ('organisation', 'group', 'location');
create type onboarding_mode as enum ('choose', 'assigned', 'created');

create table accounts (
  organisation_id  uuid not null,
  id               uuid not null default gen_random_uuid(),
  parent_id        uuid,
  kind             account_kind not null,
  name             text not null check (char_length(name) between 1 and 64),
  is_active        boolean not null default true,
  language         text not null default 'en',
  time_zone        text not null default 'Europe/Amsterdam',
  colour           text not null default '#0b7285' check (colour ~ '^#[0-9a-f]{6}$'),
  onboarding_mode  onboarding_mode not null default 'choose',
  invitation_hours int not null default 72 check (invitation_hours between 1 and 720),
  requires_gender  boolean not null default false,
  live_limit       smallint not null default 3 check (live_limit between 0 and 100),
  deferred_limit   smallint not null default 5 check (deferred_limit between 0 and 100),
  password_policy  jsonb,          -- null: as the account above
  created_at       timestamptz not null default now(),
  version          int not null default 1,
  primary key (organisation_id, id),
  foreign key (organisation_id, parent_id) references accounts (organisation_id, id),
  check ((parent_id is null) = (kind = 'organisation')),
  check ((parent_id is null) = (id = organisation_id)),
  check (parent_id <> id)
);
create unique index accounts_name on accounts (organisation_id, parent_id, lower(name));

-- A tree stays a tree: no account below itself, and never deeper than eight. The advisory lock
-- serialises moves within an organisation, so two moves at once cannot close a circle together.
create function accounts_stay_a_tree() returns trigger
language plpgsql as $$
declare
  v_above uuid := new.parent_id;
  v_depth int := 1;
begin
  perform pg_advisory_xact_lock(43, hashtext(new.organisation_id::text));
  while v_above is not null loop
    if v_above = new.id or v_depth > 8 then
      raise exception 'account tree' using errcode = 'check_violation', constraint = 'accounts_stay_a_tree';
    end if;
    select parent_id into v_above from accounts where organisation_id = new.organisation_id and id = v_above;
    v_depth := v_depth + 1;
  end loop;
  return new;
end
$$;
create trigger accounts_stay_a_tree before insert or update of parent_id on accounts
  for each row execute function accounts_stay_a_tree();
