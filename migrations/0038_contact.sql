-- How a user is reached: a new e-mail that its owner must confirm, a mobile number that is proven by
-- a code, what comes where, and messages to mobiles. And a photo that is chosen before the user is.

-- Links to a new e-mail, and back to the one before. A token is made from the nonce when its mail
-- goes out.
create table email_links (
  id              uuid primary key,
  organisation_id uuid not null,
  user_id         uuid not null references users (id) on delete cascade,
  purpose         text not null check (purpose in ('confirm', 'revert')),
  email           text not null check (char_length(email) between 3 and 254),  -- what the e-mail becomes
  token_nonce     bytea not null check (octet_length(token_nonce) = 16),
  token_hash      bytea not null unique check (octet_length(token_hash) = 32),
  requested_by    uuid,
  created_at      timestamptz not null,
  expires_at      timestamptz not null,
  used_at         timestamptz,
  foreign key (organisation_id, organisation_id) references accounts (organisation_id, id)
);
create index email_links_user on email_links (user_id);
create index email_links_running_out on email_links (expires_at);
create index users_waiting_for_email on users (id) where pending_email is not null;

-- The one code that works now. It is made from the nonce with the server's key and kept nowhere.
create table mobile_codes (
  user_id    uuid primary key references users (id) on delete cascade,
  mobile     text not null,
  nonce      bytea not null check (octet_length(nonce) = 16),
  tries      smallint not null default 0,
  created_at timestamptz not null,
  expires_at timestamptz not null
);

-- Another number is another phone, whoever sets it and by whatever way.
create function users_mobile_is_new() returns trigger
language plpgsql as $$
begin
  new.mobile_verified_at := null;
  return new;
end
$$;
create trigger users_mobile_is_new before update of mobile on users
  for each row when (old.mobile is distinct from new.mobile) execute function users_mobile_is_new();

-- Beside the app, where everything is told. A kind without a row comes as the code says.
create table notification_choices (
  user_id uuid not null references users (id) on delete cascade,
  kind    text not null check (char_length(kind) between 1 and 64),
  email   boolean not null,
  sms     boolean not null,
  primary key (user_id, kind)
);

-- Messages to mobiles that are still to be sent; what they say is written when they go out.
create table sms_outbox (
  id              uuid primary key default gen_random_uuid(),
  organisation_id uuid not null,
  user_id         uuid not null references users (id) on delete cascade,
  to_mobile       text not null check (to_mobile ~ '^\+[1-9][0-9]{6,14}$'),
  kind            text not null,
  language        text not null,
  data            jsonb not null,           -- never a secret
  created_at      timestamptz not null,
  next_try_at     timestamptz not null,
  tries           int not null default 0
);
create index sms_outbox_due on sms_outbox (next_try_at);

-- Where they go when there is nobody to send them.
create table sms_messages (
  id        uuid primary key,
  at        timestamptz not null,
  user_id   uuid not null references users (id) on delete cascade,
  to_mobile text not null,
  body      text not null
);
create index sms_messages_at on sms_messages (at desc);

-- A photo is a user's, or waits with an invitation for the user who comes of it: the same photo.
alter table photos
  alter column user_id drop not null,
  add column organisation_id uuid,
  add column invitation_id uuid,
  add foreign key (organisation_id, invitation_id) references invitations (organisation_id, id) on delete cascade,
  add constraint photos_of_one check (
    num_nonnulls(user_id, invitation_id) = 1 and num_nulls(organisation_id, invitation_id) in (0, 2));
create unique index photos_invitation on photos (organisation_id, invitation_id) where invitation_id is not null;

-- As in 0033, with the photo.
create or replace view invitation_rows as
select i.organisation_id, i.id as invitation_id, i.account_id, i.inviter_id, i.created_at,
       array['people:' || i.account_id]
         || array(select 'team:' || t from unnest(plan_teams(i.organisation_id, i.plan -> 'set')) as t)
         || case when i.state = 'draft' then array['user:' || i.inviter_id] else '{}' end as scopes,
       jsonb_build_object(
         'id', i.id,
         'accountId', i.account_id,
         'email', coalesce(i.email, i.draft #>> '{emails,0}', ''),
         'firstName', i.first_name,
         'lastName', i.last_name,
         'displayName', i.plan #> '{set,displayName}',
         'language', i.language,
         'photo', (
            select '/files/photos/' || p.id || '/96' from photos p
             where p.organisation_id = i.organisation_id and p.invitation_id = i.id),
         'roles', coalesce(held.roles, '[]'),
         'departments', coalesce(d.departments, '[]'),
         'supervisorGroupId', i.plan #> '{set,supervisorGroupId}',
         'queues', to_jsonb(plan_ids(i.plan -> 'set', 'queue')),
         'skills', to_jsonb(plan_ids(i.plan -> 'set', 'skill')),
         'sites', coalesce(s.sites, '[]'),
         'set', i.plan -> 'set',
         'draft', i.draft,
         'state', i.state,
         'inviterId', i.inviter_id,
         'inviterName', u.first_name || ' ' || u.last_name,
         'createdAt', instant(i.created_at),
         'sentAt', instant(i.sent_at),
         'openedAt', instant(i.opened_at),
         'expiresAt', instant(i.expires_at),
         'hours', i.hours,
         'acceptedAt', instant(i.accepted_at),
         'membershipId', i.membership_id,
         'deliveryError', i.delivery_error,
         'version', i.version
       ) as row
  from invitations i
  join users u on u.id = i.inviter_id
  cross join lateral (
    select jsonb_agg(jsonb_build_object('key', r.key, 'name', r.name, 'kind', g.kind, 'at', g.at)
             order by r.key, g.at) as roles
      from plan_grants(i.plan -> 'set') g
      join roles r on r.organisation_id = i.organisation_id and r.id = g.role_id
  ) held
  cross join lateral (
    select jsonb_agg(jsonb_build_object('id', split_part(key, ':', 2), 'position', value -> 'position') order by key)
             as departments
      from jsonb_each(i.plan -> 'set')
     where starts_with(key, 'department:') and value <> 'null'
  ) d
  cross join lateral (
    select jsonb_agg(distinct site) as sites
      from (select unnest(plan_ids(i.plan -> 'set', 'site')) as site
            union select at from plan_grants(i.plan -> 'set') where kind = 'site') x
  ) s;
