-- As in 0060, with the shift: whoever lists people, or keeps the list as a file, has it with them.
create or replace view person_rows as
select r.organisation_id, r.membership_id, r.account_id, r.user_id, r.scopes,
       r.row || jsonb_build_object('shiftId', o.shift_id, 'units', case when o.user_id is not null then
         jsonb_build_object('limit', o.unit_limit, 'version', o.unit_version) end) as row
  from person_rows_without_units r
  left join operators o on o.organisation_id = r.organisation_id and o.user_id = r.user_id;
