-- From where somebody may work: every list that is not empty must hold the address, those of the
-- accounts from the root to each that they work in, and their own. There is no list that takes
-- another's place: whoever may set one below can make it narrower, and never wider.

-- The same range is in a list only once.
delete from ip_ranges a using ip_ranges b
 where a.organisation_id = b.organisation_id and a.range = b.range and a.id > b.id
   and a.account_id is not distinct from b.account_id and a.user_id is not distinct from b.user_id;
create unique index ip_ranges_once on ip_ranges (organisation_id, account_id, user_id, range) nulls not distinct;

-- An address that cannot be told (null) is in no list.
create function lets_in_from(p_organisation uuid, p_user uuid, p_ip inet) returns boolean
language sql stable as $$
  select not exists (
    select from ip_ranges r
     where r.organisation_id = p_organisation
       and (r.user_id = p_user or r.account_id in (
              select above.id from open_memberships m
               cross join lateral unnest(account_path(m.organisation_id, m.account_id)) as above (id)
               where m.organisation_id = p_organisation and m.user_id = p_user))
     group by r.account_id, r.user_id
    having not coalesce(bool_or(p_ip <<= r.range), false))
$$;
