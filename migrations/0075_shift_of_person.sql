-- The shift as a field of a person (0073_pausing): in their record, and in what an invitation prepares.

-- As in 0060, with the shift.
create or replace view record_rows as
select r.organisation_id, r.membership_id, r.account_id, r.user_id,
       -- The row is named once in each branch: to name it is to make it.
       case when o.user_id is null then r.row else jsonb_set(jsonb_set(
         jsonb_set(r.row, '{fields,limit.units}', coalesce(to_jsonb(o.unit_limit), 'null')),
         '{fields,shiftId}', coalesce(to_jsonb(o.shift_id), 'null')),
         '{marks,limit.units}', jsonb_build_object(
           'version', o.unit_version, 'at', instant(o.unit_set_at),
           'by', (select first_name || ' ' || last_name from users where id = o.unit_set_by))) end as row
  from record_rows_without_units r
  left join operators o on o.organisation_id = r.organisation_id and o.user_id = r.user_id;

-- As in 0033, with the shift.
create or replace function plan_gone(p_organisation uuid, p_set jsonb) returns setof text
language sql stable as $$
  with meant as (
    select key, case when key in ('supervisorGroupId', 'shiftId') then value #>> '{}'
                     else split_part(key, ':', 2) end::uuid as id
      from jsonb_each(p_set)
     where value <> 'null'
       and (key in ('supervisorGroupId', 'shiftId') or key ~ '^(department|queue|skill|site):')
  )
  select key from meant
   where id not in (
     select id from departments where organisation_id = p_organisation
     union all select id from supervisor_groups where organisation_id = p_organisation
     union all select id from queues where organisation_id = p_organisation and is_active
     union all select id from skills where organisation_id = p_organisation
     union all select id from sites where organisation_id = p_organisation and is_active
     union all select id from hours where organisation_id = p_organisation)
  union all
  select key from plan_grants(p_set)
   where role_id not in (select id from roles where organisation_id = p_organisation)
      or at not in (
     select id from accounts where organisation_id = p_organisation
     union all select id from departments where organisation_id = p_organisation
     union all select id from supervisor_groups where organisation_id = p_organisation
     union all select id from sites where organisation_id = p_organisation)
$$;
