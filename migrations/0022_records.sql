-- A person's record: everything that is set of them, as one flat map of fields (contract/fields.ts),
-- each with a version of its own, so that two people who change different fields never meet.

-- Who set a field last. A field without a row was never changed: its version is 0. The entity is a
-- user (for what is the user's own), a membership, or whatever else is edited field by field.
create table field_marks (
  entity_id uuid not null,
  field     text not null check (char_length(field) between 1 and 160),
  version   int not null default 1,
  set_by    uuid,
  set_at    timestamptz not null,
  primary key (entity_id, field)
);

alter table users
  add column mobile_verified_at timestamptz,
  add column pending_email text check (char_length(pending_email) between 3 and 254),
  add column erased_at timestamptz;

-- Somebody who does not participate is rung only when nobody who participates is online.
alter table queue_members add column participates boolean not null default true;

-- Which chats an operator is for: real ones, those of test queues, or both.
alter table operators
  add column takes_chats boolean not null default true,
  add column takes_tests boolean not null default false;
update operators o set takes_tests = true, takes_chats = exists (
  select from grants g join roles r on r.organisation_id = g.organisation_id and r.id = g.role_id
   where g.organisation_id = o.organisation_id and g.user_id = o.user_id
     and r.key in ('administrator', 'manager', 'supervisor', 'agent'))
 where exists (
  select from grants g join roles r on r.organisation_id = g.organisation_id and r.id = g.role_id
   where g.organisation_id = o.organisation_id and g.user_id = o.user_id and r.key = 'tester');

-- A login stays as it is until the person is erased; then nothing of theirs stays.
create or replace function users_login_is_fixed() returns trigger
language plpgsql as $$
begin
  if old.erased_at is null and new.erased_at is not null then return new; end if;
  raise exception 'a login cannot be changed' using errcode = 'check_violation', constraint = 'users_login_is_fixed';
end
$$;

-- What a grant's scope, a department or a group of a person is seen through: scopes 'team:<id>'.
create function teams_of(p_organisation uuid, p_membership uuid) returns uuid[]
language sql stable as $$
  select array(
    select department_id from department_members
     where organisation_id = p_organisation and membership_id = p_membership
    union
    select unnest(array[supervisor_group_id, primary_department_id]) from memberships
     where organisation_id = p_organisation and id = p_membership
    except select null)
$$;

-- As in 0020, with the scope of each role, the group, the skills, and when an archived one ends.
drop view person_rows;
create view person_rows as
select m.organisation_id, m.id as membership_id, m.account_id, m.user_id,
       array['people:' || m.account_id]
         || array(select 'team:' || t from unnest(teams_of(m.organisation_id, m.id)) as t) as scopes,
       jsonb_build_object(
         'id', m.id,
         'userId', m.user_id,
         'accountId', m.account_id,
         'firstName', u.first_name,
         'lastName', u.last_name,
         'displayName', m.display_name,
         'email', u.email,
         'login', u.login,
         'photo', '/files/photos/' || u.photo_id || '/96',
         'language', u.language,
         'status', m.status,
         'erasesAt', instant(m.archived_at + interval '30 days'),
         'roles', coalesce(held.roles, '[]'),
         'departments', coalesce(d.departments, '[]'),
         'supervisorGroupId', m.supervisor_group_id,
         'queues', coalesce(q.queues, '[]'),
         'skills', coalesce(s.skills, '[]'),
         'live', l.loads -> 'live',
         'deferred', l.loads -> 'deferred',
         'createdAt', instant(m.created_at),
         'version', m.version
       ) as row
  from memberships m
  join users u on u.id = m.user_id
  cross join lateral (
    select jsonb_agg(jsonb_build_object('key', r.key, 'name', r.name, 'kind', g.kind, 'at', g.at, 'accountId', g.account_id)
             order by r.key, g.account_id, g.at) as roles
      from held_grants g
      join roles r on r.organisation_id = g.organisation_id and r.id = g.role_id
     where g.organisation_id = m.organisation_id and g.membership_id = m.id
  ) held
  cross join lateral (
    select jsonb_agg(jsonb_build_object('id', department_id, 'position', position) order by department_id) as departments
      from department_members
     where organisation_id = m.organisation_id and membership_id = m.id
  ) d
  cross join lateral (
    select jsonb_agg(qm.queue_id order by qm.queue_id) as queues
      from queue_members qm
      join queues served on served.organisation_id = qm.organisation_id and served.id = qm.queue_id
     where qm.organisation_id = m.organisation_id and qm.user_id = m.user_id
       and is_same_branch(m.organisation_id, m.account_id, served.account_id)
  ) q
  cross join lateral (
    select jsonb_agg(us.skill_id order by us.skill_id) as skills
      from user_skills us
      join skills sk on sk.organisation_id = us.organisation_id and sk.id = us.skill_id
     where us.organisation_id = m.organisation_id and us.user_id = m.user_id
       and is_same_branch(m.organisation_id, m.account_id, sk.account_id)
  ) s
  cross join lateral (
    select jsonb_object_agg(kind, jsonb_build_object('limit', chat_limit, 'version', version)) as loads
      from operator_loads
     where organisation_id = m.organisation_id and user_id = m.user_id
  ) l;

-- Everything of a person in one row (contract/people.ts). A keyed field that is not there is null.
-- What lies in another branch of the tree is nobody's business here.
create view record_rows as
select m.organisation_id, m.id as membership_id, m.account_id, m.user_id,
       jsonb_build_object(
         'id', m.id,
         'userId', m.user_id,
         'accountId', m.account_id,
         'status', m.status,
         'login', u.login,
         'email', u.email,
         'pendingEmail', u.pending_email,
         'photo', '/files/photos/' || u.photo_id || '/96',
         'mobileVerified', u.mobile_verified_at is not null,
         'passwordState', u.password_state,
         'passwordChangedAt', instant(u.password_changed_at),
         'isOursAlone', not exists (
            select from memberships o where o.user_id = m.user_id and o.organisation_id <> m.organisation_id),
         'isOperator', exists (
            select from operators o where o.organisation_id = m.organisation_id and o.user_id = m.user_id),
         'primaryDepartmentId', m.primary_department_id,
         'fields', jsonb_build_object(
            'firstName', u.first_name, 'lastName', u.last_name, 'gender', u.gender, 'mobile', u.mobile,
            'language', u.language, 'displayName', m.display_name, 'alias', m.alias,
            'description', m.description, 'showsPhoto', m.shows_photo,
            'supervisorGroupId', m.supervisor_group_id)
           || coalesce(l.loads, '{}') || coalesce(d.departments, '{}') || coalesce(q.queues, '{}')
           || coalesce(s.skills, '{}') || coalesce(p.sites, '{}') || coalesce(held.grants, '{}'),
         'marks', coalesce(marks.marks, '{}'),
         'roles', coalesce(held.roles, '[]'),
         'createdAt', instant(m.created_at),
         'blockedAt', instant(m.blocked_at),
         'archivedAt', instant(m.archived_at),
         'erasesAt', instant(m.archived_at + interval '30 days'),
         'version', m.version
       ) as row
  from memberships m
  join users u on u.id = m.user_id
  cross join lateral (
    select jsonb_object_agg('limit.' || kind, chat_limit) as loads from operator_loads
     where organisation_id = m.organisation_id and user_id = m.user_id
  ) l
  cross join lateral (
    select jsonb_object_agg('department:' || department_id, jsonb_build_object('position', position)) as departments
      from department_members where organisation_id = m.organisation_id and membership_id = m.id
  ) d
  cross join lateral (
    select jsonb_object_agg('queue:' || qm.queue_id,
             jsonb_build_object('participates', qm.participates, 'tier', qm.tier)) as queues
      from queue_members qm
      join queues served on served.organisation_id = qm.organisation_id and served.id = qm.queue_id
     where qm.organisation_id = m.organisation_id and qm.user_id = m.user_id
       and is_same_branch(m.organisation_id, m.account_id, served.account_id)
  ) q
  cross join lateral (
    select jsonb_object_agg('skill:' || us.skill_id, jsonb_build_object('level', us.level)) as skills
      from user_skills us
      join skills sk on sk.organisation_id = us.organisation_id and sk.id = us.skill_id
     where us.organisation_id = m.organisation_id and us.user_id = m.user_id
       and is_same_branch(m.organisation_id, m.account_id, sk.account_id)
  ) s
  cross join lateral (
    select jsonb_object_agg('site:' || sp.site_id, jsonb_build_object('displayName', sp.display_name,
             'description', sp.description, 'showsPhoto', sp.shows_photo)) as sites
      from site_profiles sp
      join sites st on st.organisation_id = sp.organisation_id and st.id = sp.site_id
     where sp.organisation_id = m.organisation_id and sp.user_id = m.user_id
       and is_same_branch(m.organisation_id, m.account_id, st.account_id)
  ) p
  cross join lateral (
    select jsonb_object_agg('grant:' || g.role_id || '@' || g.kind || ':' || g.at, true) as grants,
           jsonb_agg(jsonb_build_object(
             'key', 'grant:' || g.role_id || '@' || g.kind || ':' || g.at, 'roleId', g.role_id,
             'roleKey', r.key, 'roleName', r.name, 'permissions', to_jsonb(coalesce(r.permissions, '{}')),
             'kind', g.kind, 'at', g.at, 'accountId', g.account_id) order by r.key, g.at) as roles
      from held_grants g
      join roles r on r.organisation_id = g.organisation_id and r.id = g.role_id
     where g.organisation_id = m.organisation_id and g.membership_id = m.id
  ) held
  cross join lateral (
    select jsonb_object_agg(f.field, jsonb_build_object('version', f.version, 'at', instant(f.set_at),
             'by', (select first_name || ' ' || last_name from users where id = f.set_by))) as marks
      from (select field, version, set_at, set_by from field_marks where entity_id in (m.id, m.user_id)
            union all
            select 'limit.' || kind, version, set_at, set_by from operator_loads
             where organisation_id = m.organisation_id and user_id = m.user_id) f
  ) marks;
