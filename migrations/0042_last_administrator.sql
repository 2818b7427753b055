-- Whoever is in charge of the organisation must be able to come in: an administrator whose own account
-- is closed, or one above it, does not count as the last one, and an account is not closed over the
-- last. Whoever closes waits where whoever takes a role or a membership waits.
create or replace function keep_an_administrator(p_organisation uuid) returns void
language plpgsql as $$
begin
  perform from grants g
    join roles r on r.organisation_id = g.organisation_id and r.id = g.role_id and r.key = 'administrator'
    join open_memberships m on m.organisation_id = g.organisation_id and m.id = g.membership_id
   where g.organisation_id = p_organisation and g.account_id = p_organisation;
  if not found then
    raise exception 'the last administrator' using errcode = 'check_violation', constraint = 'last_administrator';
  end if;
end
$$;

create function accounts_keep_an_administrator() returns trigger
language plpgsql as $$
begin
  perform pg_advisory_xact_lock(46, hashtext(new.organisation_id::text));
  perform keep_an_administrator(new.organisation_id);
  return null;
end
$$;
create trigger accounts_keep_an_administrator after update of is_active on accounts
  for each row when (old.is_active and not new.is_active)
  execute function accounts_keep_an_administrator();
