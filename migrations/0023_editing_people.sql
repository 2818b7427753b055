-- What editing a person needs: whether aliases are unique in an account, and which department a role
-- that is held at a group lies in, so that whoever manages the department may change its people.

-- Whether no two people of the account may have the same alias.
alter table accounts add column unique_aliases boolean not null default false;

-- As in 0022, with the department of each role that is held at a group.
create or replace view record_rows as
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
             'kind', g.kind, 'at', g.at, 'accountId', g.account_id,
             'departmentId', case when g.kind = 'group' then (
                select department_id from supervisor_groups where organisation_id = g.organisation_id and id = g.at) end)
             order by r.key, g.at) as roles
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

-- One more version of each of the fields, set by somebody now.
create function mark_fields(p_entity uuid, p_fields text[], p_by uuid, p_at timestamptz) returns void
language sql volatile as $$
  insert into field_marks as m (entity_id, field, set_by, set_at)
  select p_entity, f, p_by, p_at from unnest(p_fields) as f order by f
  on conflict (entity_id, field)
  do update set version = m.version + 1, set_by = excluded.set_by, set_at = excluded.set_at
$$;
