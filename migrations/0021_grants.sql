-- A role is held through a membership, at one place: an account and all below it, a department, a
-- supervisor's group, or a site. What a membership gives ends with it, so a grant belongs to one.

alter table memberships add unique (organisation_id, id, user_id);

alter table grants
  add column group_id uuid,
  add column membership_id uuid,
  add foreign key (organisation_id, group_id) references supervisor_groups (organisation_id, id),
  add foreign key (organisation_id, membership_id, user_id)
    references memberships (organisation_id, id, user_id) on delete cascade,
  drop constraint grants_check,
  add constraint grants_one_scope check (num_nonnulls(account_id, department_id, group_id, site_id) = 1);

-- Every grant so far belongs to the membership of its own account, or else of the nearest above.
update grants g
   set membership_id = (
     select m.id from memberships m
      where m.organisation_id = g.organisation_id and m.user_id = g.user_id
      order by array_position(account_path(g.organisation_id, coalesce(g.account_id,
                 (select d.account_id from departments d where d.organisation_id = g.organisation_id and d.id = g.department_id),
                 (select s.account_id from sites s where s.organisation_id = g.organisation_id and s.id = g.site_id))),
               m.account_id) nulls last, m.created_at
      limit 1);
delete from grants where membership_id is null;
alter table grants alter column membership_id set not null;

do $$
declare
  v_name text;
begin
  select conname into strict v_name from pg_constraint
   where conrelid = 'grants'::regclass and contype = 'u';
  execute format('alter table grants drop constraint %I', v_name);
end
$$;
alter table grants add constraint grants_once
  unique nulls not distinct (organisation_id, membership_id, role_id, account_id, department_id, group_id, site_id);
create index grants_membership on grants (organisation_id, membership_id);
create index grants_role on grants (organisation_id, role_id);

create unique index supervisor_groups_name on supervisor_groups (organisation_id, department_id, lower(name));

-- The grants with the account that their scope belongs to, and the scope as one pair.
create view held_grants as
select g.organisation_id, g.id, g.user_id, g.membership_id, g.role_id, g.granted_by, g.created_at,
       case when g.account_id is not null then 'account'
            when g.department_id is not null then 'department'
            when g.group_id is not null then 'group'
            else 'site' end as kind,
       coalesce(g.account_id, g.department_id, g.group_id, g.site_id) as at,
       coalesce(g.account_id, d.account_id, gd.account_id, s.account_id) as account_id
  from grants g
  left join departments d on d.organisation_id = g.organisation_id and d.id = g.department_id
  left join supervisor_groups sg on sg.organisation_id = g.organisation_id and sg.id = g.group_id
  left join departments gd on gd.organisation_id = sg.organisation_id and gd.id = sg.department_id
  left join sites s on s.organisation_id = g.organisation_id and s.id = g.site_id;

-- Roles that only add to another one.
insert into roles (organisation_id, key, name, is_built_in)
select a.id, r.key, r.name, true
  from accounts a
 cross join (values ('site_administrator', 'Site administrator'), ('correspondence', 'Correspondence report'),
                    ('history_transfer', 'Thread transfer'), ('people_manager', 'People of own group'),
                    ('session_manager', 'Sessions of own group')) as r (key, name)
 where a.id = a.organisation_id
on conflict do nothing;

-- An organisation never loses its last administrator: an active member who holds the administrator's
-- role at the root. Whoever takes one away waits here for others who do the same, so that two cannot
-- each count on the other.
create function keep_an_administrator(p_organisation uuid) returns void
language plpgsql as $$
begin
  perform from grants g
    join roles r on r.organisation_id = g.organisation_id and r.id = g.role_id and r.key = 'administrator'
    join memberships m on m.organisation_id = g.organisation_id and m.id = g.membership_id and m.status = 'active'
   where g.organisation_id = p_organisation and g.account_id = p_organisation;
  if not found then
    raise exception 'the last administrator' using errcode = 'check_violation', constraint = 'last_administrator';
  end if;
end
$$;

create function grants_keep_an_administrator() returns trigger
language plpgsql as $$
begin
  perform from roles where organisation_id = old.organisation_id and id = old.role_id and key = 'administrator';
  if found and old.account_id = old.organisation_id then
    perform pg_advisory_xact_lock(46, hashtext(old.organisation_id::text));
    perform keep_an_administrator(old.organisation_id);
  end if;
  return null;
end
$$;
create trigger grants_keep_an_administrator after delete or update on grants
  for each row execute function grants_keep_an_administrator();

create function memberships_keep_an_administrator() returns trigger
language plpgsql as $$
begin
  perform from grants g
    join roles r on r.organisation_id = g.organisation_id and r.id = g.role_id and r.key = 'administrator'
   where g.organisation_id = old.organisation_id and g.membership_id = old.id and g.account_id = old.organisation_id;
  if found then
    perform pg_advisory_xact_lock(46, hashtext(old.organisation_id::text));
    perform keep_an_administrator(old.organisation_id);
  end if;
  return null;
end
$$;
create trigger memberships_keep_an_administrator after update of status on memberships
  for each row when (old.status = 'active' and new.status <> 'active')
  execute function memberships_keep_an_administrator();
