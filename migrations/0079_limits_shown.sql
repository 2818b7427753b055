-- Limits as they are told: what holds (limit), and what is set for the operator (own). A person's record
-- has the own ones as its fields, and what their roles allow beside them.

-- As in 0073.
create or replace function operator_shown(p operators, OUT account_ids uuid[], OUT scopes text[], OUT shown jsonb)
returns record
language plpgsql stable
as $$
declare
  v_user       record;
  v_teams      uuid[];
  v_department text;
  v_loads      jsonb;
  v_joined     uuid[];
  v_wrap_up    jsonb;
  v_shift      jsonb;
begin
  -- The team knows a colleague by name; what visitors see is the membership's to say.
  select first_name || ' ' || last_name as name, photo_id into v_user from users where id = p.user_id;
  select coalesce(array_agg(distinct m.account_id order by m.account_id), '{}'),
         coalesce(array_agg(distinct t.id order by t.id) filter (where t.id is not null), '{}')
    into account_ids, v_teams
    from memberships m
    left join department_members dm on dm.organisation_id = m.organisation_id and dm.membership_id = m.id
   cross join lateral unnest(array[m.supervisor_group_id, m.primary_department_id, dm.department_id]) t (id)
   where m.organisation_id = p.organisation_id and m.user_id = p.user_id and m.status = 'active';
  if v_teams <> '{}' then
    select d.name into v_department
      from memberships m
      left join department_members dm on dm.organisation_id = m.organisation_id and dm.membership_id = m.id
      join departments d on d.organisation_id = m.organisation_id
                        and d.id in (m.primary_department_id, dm.department_id)
     where m.organisation_id = p.organisation_id and m.user_id = p.user_id and m.status = 'active'
     order by d.id is distinct from m.primary_department_id, d.name, d.id
     limit 1;
  end if;
  select jsonb_object_agg(kind, jsonb_build_object(
           'used', used, 'limit', chat_limit, 'own', own_limit, 'version', version))
    into v_loads
    from operator_loads
   where organisation_id = p.organisation_id and user_id = p.user_id;
  v_joined := array(
    select queue_id from queue_members
     where organisation_id = p.organisation_id and user_id = p.user_id and is_joined
     order by queue_id);
  perform from assignments
    where organisation_id = p.organisation_id and user_id = p.user_id and wraps_until is not null limit 1;
  if found or p.wrap_up_until is not null then
    v_wrap_up := wrap_up_row(p.organisation_id, p.user_id, p.wrap_up_until);
  end if;
  if p.shift_id is not null then
    select jsonb_build_object('name', h.name, 'isOn', p.is_on_shift, 'turnsAt', instant(p.shift_turns_at))
      into v_shift from hours h where h.organisation_id = p.organisation_id and h.id = p.shift_id;
  end if;
  scopes := array(select 'floor:' || a from unnest(account_ids) a)
         || array(select s || i from unnest(array['team:', 'floor:']) s, unnest(v_teams) i)
         || ('user:' || p.user_id);
  shown := jsonb_build_object(
    'id', p.user_id,
    'accountIds', to_jsonb(account_ids),
    'name', v_user.name,
    'photo', '/files/photos/' || v_user.photo_id || '/96',
    'department', v_department,
    'availability', p.availability,
    'reason', p.reason,
    'since', instant(p.availability_since),
    'setBy', case when p.availability_set_by is not null then full_name(p.availability_set_by) end,
    'connection', case when p.is_present then 'connected'
                       when p.grace_until is not null then 'reconnecting'
                       else 'disconnected' end,
    'connectionSince', instant(p.connection_since),
    'missed', p.missed_in_row,
    'isNotAnswering', p.is_not_answering,
    'live', v_loads -> 'live',
    'deferred', v_loads -> 'deferred',
    'joined', to_jsonb(v_joined),
    'takesChats', p.takes_chats,
    'takesTests', p.takes_tests,
    'wrapUp', v_wrap_up,
    'units', jsonb_build_object(
      'used', p.units_used, 'limit', p.unit_limit, 'own', p.own_unit_limit, 'version', p.unit_version),
    'finishAs', p.finish_as,
    'cause', p.availability_cause,
    'heldUntil', instant(p.held_until),
    'idleUntil', instant(p.idle_until),
    'mark', p.mark,
    'shift', v_shift);
end
$$;

-- As in 0022, 0060 and 0075, in one.
create or replace view person_rows as
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
         'shiftId', o.shift_id,
         'units', case when o.user_id is not null then
            jsonb_build_object('limit', o.unit_limit, 'own', o.own_unit_limit, 'version', o.unit_version) end,
         'createdAt', instant(m.created_at),
         'version', m.version
       ) as row
  from memberships m
  join users u on u.id = m.user_id
  left join operators o on o.organisation_id = m.organisation_id and o.user_id = m.user_id
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
    select jsonb_object_agg(kind, jsonb_build_object('limit', chat_limit, 'own', own_limit, 'version', version)) as loads
      from operator_loads
     where organisation_id = m.organisation_id and user_id = m.user_id
  ) l;
drop view person_rows_without_units;

-- As in 0023, 0060 and 0075, in one, with what the roles allow.
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
         'isOperator', op.user_id is not null,
         'primaryDepartmentId', m.primary_department_id,
         'fields', jsonb_build_object(
            'firstName', u.first_name, 'lastName', u.last_name, 'gender', u.gender, 'mobile', u.mobile,
            'language', u.language, 'displayName', m.display_name, 'alias', m.alias,
            'description', m.description, 'showsPhoto', m.shows_photo,
            'supervisorGroupId', m.supervisor_group_id)
           || case when op.user_id is null then '{}'
                   else jsonb_build_object('limit.units', op.own_unit_limit, 'shiftId', op.shift_id) end
           || coalesce(l.loads, '{}') || coalesce(d.departments, '{}') || coalesce(q.queues, '{}')
           || coalesce(s.skills, '{}') || coalesce(p.sites, '{}') || coalesce(held.grants, '{}'),
         'marks', coalesce(marks.marks, '{}'),
         'roles', coalesce(held.roles, '[]'),
         'roleLimits', coalesce(limited.by_roles, '{}'),
         'createdAt', instant(m.created_at),
         'blockedAt', instant(m.blocked_at),
         'archivedAt', instant(m.archived_at),
         'erasesAt', instant(m.archived_at + interval '30 days'),
         'version', m.version
       ) as row
  from memberships m
  join users u on u.id = m.user_id
  left join operators op on op.organisation_id = m.organisation_id and op.user_id = m.user_id
  cross join lateral (
    select jsonb_object_agg('limit.' || kind, own_limit) as loads from operator_loads
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
    select jsonb_object_agg(kind, jsonb_build_object('limit', most, 'key', role_key, 'name', role_name)) as by_roles
      from role_limits(m.organisation_id, m.user_id)
  ) limited
  cross join lateral (
    select jsonb_object_agg(f.field, jsonb_build_object('version', f.version, 'at', instant(f.set_at),
             'by', (select first_name || ' ' || last_name from users where id = f.set_by))) as marks
      from (select field, version, set_at, set_by from field_marks where entity_id in (m.id, m.user_id)
            union all
            select 'limit.' || kind, version, set_at, set_by from operator_loads
             where organisation_id = m.organisation_id and user_id = m.user_id
            union all
            select 'limit.units', op.unit_version, op.unit_set_at, op.unit_set_by where op.user_id is not null) f
  ) marks;
drop view record_rows_without_units;

select plan_transitions_by_key();
