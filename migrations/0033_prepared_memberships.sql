-- An invitation carries a prepared membership as fields (contract/fields.ts): `plan` holds their
-- values under `set`, and under `names` what each pointed at was called, so that what has vanished
-- by the time it is accepted can be said by name. A draft is an invitation that was never sent.

drop view invitation_rows;

alter table invitations
  add column plan jsonb not null default '{"set": {}, "names": {}}',
  add column draft jsonb,             -- what only a draft keeps: { emails, step }
  add column hours int check (hours between 1 and 720),
  add column membership_id uuid;      -- who came of it

update invitations i
   set plan = jsonb_build_object(
         'set', jsonb_strip_nulls(jsonb_build_object(
                  'displayName', i.display_name,
                  'gender', nullif(i.gender, 'not_stated'),
                  'limit.live', i.live_limit,
                  'limit.deferred', i.deferred_limit))
                || jsonb_build_object('grant:' || i.role_id || '@account:' || i.account_id, true)
                || coalesce(d.fields, '{}') || coalesce(q.fields, '{}') || coalesce(s.fields, '{}'),
         'names', jsonb_build_object('grant:' || i.role_id || '@account:' || i.account_id,
                    (select name from roles where organisation_id = i.organisation_id and id = i.role_id))
                  || coalesce(d.names, '{}') || coalesce(q.names, '{}') || coalesce(s.names, '{}')),
       membership_id = (select m.id from memberships m
                         where m.organisation_id = i.organisation_id and m.account_id = i.account_id
                           and m.user_id = i.accepted_by)
  from invitations o
 cross join lateral (
   select jsonb_object_agg('department:' || department_id, jsonb_build_object('position', position)) as fields,
          jsonb_object_agg('department:' || department_id, name) as names
     from invitation_departments where organisation_id = o.organisation_id and invitation_id = o.id
 ) d
 cross join lateral (
   select jsonb_object_agg('queue:' || queue_id, jsonb_build_object('participates', true, 'tier', 1)) as fields,
          jsonb_object_agg('queue:' || queue_id, name) as names
     from invitation_queues where organisation_id = o.organisation_id and invitation_id = o.id
 ) q
 cross join lateral (
   select jsonb_object_agg('grant:' || x.role_id || '@site:' || x.site_id, true) as fields,
          jsonb_object_agg('grant:' || x.role_id || '@site:' || x.site_id, r.name || ' · ' || site.name) as names
     from invitation_sites x
     join roles r on r.organisation_id = x.organisation_id and r.id = x.role_id
     join sites site on site.organisation_id = x.organisation_id and site.id = x.site_id
    where x.organisation_id = o.organisation_id and x.invitation_id = o.id
 ) s
 where o.organisation_id = i.organisation_id and o.id = i.id;

drop table invitation_departments, invitation_queues, invitation_sites;

alter table invitations
  drop column role_id,
  drop column display_name,
  drop column gender,
  drop column live_limit,
  drop column deferred_limit,
  alter column email drop not null,
  alter column token_nonce drop not null,
  alter column token_hash drop not null,
  alter column expires_at drop not null,
  add constraint invitations_draft check ((state = 'draft') = (draft is not null)),
  add constraint invitations_link check (
    (state = 'draft') = (token_hash is null)
    and num_nulls(token_nonce, token_hash, expires_at) in (0, 3)
    and (state = 'draft' or email is not null)),
  add constraint invitations_member check (membership_id is null or state = 'accepted');

-- The ids of the plan's fields of a kind: department, queue, skill, site.
create function plan_ids(p_set jsonb, p_kind text) returns uuid[]
language sql immutable as $$
  select array(
    select split_part(key, ':', 2)::uuid from jsonb_each(p_set)
     where starts_with(key, p_kind || ':') and value <> 'null' order by key)
$$;

-- The plan's grants, each with its role and where it would be held.
create function plan_grants(p_set jsonb)
returns table (key text, role_id uuid, kind text, at uuid)
language sql immutable as $$
  select f.key, m[1]::uuid, m[2], m[3]::uuid
    from jsonb_each(p_set) f
   cross join regexp_match(f.key, '^grant:([0-9a-f-]{36})@(account|department|group|site):([0-9a-f-]{36})$') m
   where m is not null and f.value <> 'null'
$$;

-- Where the person would stand: the departments, the group and its department.
create function plan_teams(p_organisation uuid, p_set jsonb) returns uuid[]
language sql stable as $$
  select array(
    select unnest(plan_ids(p_set, 'department'))
    union select (p_set ->> 'supervisorGroupId')::uuid
    union select department_id from supervisor_groups
           where organisation_id = p_organisation and id = (p_set ->> 'supervisorGroupId')::uuid
    except select null)
$$;

-- The keys of what the plan points at and is not there any more, or out of use.
create function plan_gone(p_organisation uuid, p_set jsonb) returns setof text
language sql stable as $$
  with meant as (
    select key, (case when key = 'supervisorGroupId' then value #>> '{}' else split_part(key, ':', 2) end)::uuid as id
      from jsonb_each(p_set)
     where value <> 'null' and (key = 'supervisorGroupId' or key ~ '^(department|queue|skill|site):')
  )
  select key from meant
   where id not in (
     select id from departments where organisation_id = p_organisation
     union all select id from supervisor_groups where organisation_id = p_organisation
     union all select id from queues where organisation_id = p_organisation and is_active
     union all select id from skills where organisation_id = p_organisation
     union all select id from sites where organisation_id = p_organisation and is_active)
  union all
  select key from plan_grants(p_set)
   where role_id not in (select id from roles where organisation_id = p_organisation)
      or at not in (
     select id from accounts where organisation_id = p_organisation
     union all select id from departments where organisation_id = p_organisation
     union all select id from supervisor_groups where organisation_id = p_organisation
     union all select id from sites where organisation_id = p_organisation)
$$;

-- As managers see them. A draft is also its author's to see, wherever it will lead.
create view invitation_rows as
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
