-- People and invitations as administrators see them. As in 0010: a row that is told and a row that
-- is listed come from the same view. The shapes are those of contract/users.ts and
-- contract/invitations.ts.

-- The account and everything above it, up to the organisation.
create function account_path(p_organisation uuid, p_account uuid) returns uuid[]
language sql stable as $$
  with recursive above as (
    select id, parent_id from accounts where organisation_id = p_organisation and id = p_account
    union all
    select a.id, a.parent_id
      from above
      join accounts a on a.organisation_id = p_organisation and a.id = above.parent_id
  )
  select array(select id from above)
$$;

-- Whether one account is the other, above it or below it. What is set at a sibling is nobody's
-- business here: not even its id may show.
create function is_same_branch(p_organisation uuid, p_one uuid, p_other uuid) returns boolean
language sql stable as $$
  select p_one = p_other
      or p_one = any (account_path(p_organisation, p_other))
      or p_other = any (account_path(p_organisation, p_one))
$$;

create view person_rows as
select m.organisation_id, m.id as membership_id, m.account_id, m.user_id,
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
         'roles', coalesce(held.roles, '[]'),
         'departments', coalesce(d.departments, '[]'),
         'queues', coalesce(q.queues, '[]'),
         'live', l.loads -> 'live',
         'deferred', l.loads -> 'deferred',
         'createdAt', instant(m.created_at),
         'version', m.version
       ) as row
  from memberships m
  join users u on u.id = m.user_id
  cross join lateral (
    select jsonb_agg(jsonb_build_object('key', r.key, 'name', r.name, 'accountId', g.account_id)
             order by r.key, g.account_id) as roles
      from grants g
      join roles r on r.organisation_id = g.organisation_id and r.id = g.role_id
      left join departments gd on gd.organisation_id = g.organisation_id and gd.id = g.department_id
      left join sites gs on gs.organisation_id = g.organisation_id and gs.id = g.site_id
     where g.organisation_id = m.organisation_id and g.user_id = m.user_id
       and is_same_branch(m.organisation_id, m.account_id, coalesce(g.account_id, gd.account_id, gs.account_id))
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
    select jsonb_object_agg(kind, jsonb_build_object('limit', chat_limit, 'version', version)) as loads
      from operator_loads
     where organisation_id = m.organisation_id and user_id = m.user_id
  ) l;

-- An invitation says what it offers even when that is gone by the time it is accepted: then the
-- rest is given, and whoever invited is told by name what is missing. So an offered part keeps
-- its name, and goes on when the department or queue goes; what is given at acceptance is bound to
-- the organisation by the keys of department_members and queue_members.
alter table invitation_departments
  drop constraint invitation_departments_organisation_id_department_id_fkey,
  add column name text;
update invitation_departments i set name = d.name
  from departments d where d.organisation_id = i.organisation_id and d.id = i.department_id;
alter table invitation_departments alter column name set not null;

alter table invitation_queues
  drop constraint invitation_queues_organisation_id_queue_id_fkey,
  add column name text;
update invitation_queues i set name = q.name
  from queues q where q.organisation_id = i.organisation_id and q.id = i.queue_id;
alter table invitation_queues alter column name set not null;

create view invitation_rows as
select i.organisation_id, i.id as invitation_id, i.account_id, i.created_at,
       jsonb_build_object(
         'id', i.id,
         'accountId', i.account_id,
         'email', i.email,
         'firstName', i.first_name,
         'lastName', i.last_name,
         'displayName', i.display_name,
         'language', i.language,
         'role', jsonb_build_object('id', r.id, 'key', r.key, 'name', r.name),
         'departments', coalesce(d.departments, '[]'),
         'queues', coalesce(q.queues, '[]'),
         'state', i.state,
         'inviterName', u.first_name || ' ' || u.last_name,
         'createdAt', instant(i.created_at),
         'sentAt', instant(i.sent_at),
         'openedAt', instant(i.opened_at),
         'expiresAt', instant(i.expires_at),
         'acceptedAt', instant(i.accepted_at),
         'deliveryError', i.delivery_error,
         'version', i.version
       ) as row
  from invitations i
  join roles r on r.organisation_id = i.organisation_id and r.id = i.role_id
  join users u on u.id = i.inviter_id
  cross join lateral (
    select jsonb_agg(jsonb_build_object('id', department_id, 'position', position) order by department_id) as departments
      from invitation_departments
     where organisation_id = i.organisation_id and invitation_id = i.id
  ) d
  cross join lateral (
    select jsonb_agg(queue_id order by queue_id) as queues
      from invitation_queues
     where organisation_id = i.organisation_id and invitation_id = i.id
  ) q;

-- The sweeper's question, asked every minute of every organisation at once.
create index invitations_running_out on invitations (expires_at)
  where state in ('queued', 'sent', 'bounced', 'opened');

-- What is still to be sent about an invitation is dropped when a new link makes the old one void.
create index mail_outbox_subject on mail_outbox ((data ->> 'invitationId'))
  where sent_at is null and failed_at is null;
