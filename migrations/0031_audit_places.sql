-- Who may read which line of the audit, a text of each line that a stranger can verify, and a log
-- that is not emptied by accident.

-- The accounts that a line's subject belongs to, as they were when it was written; empty for what is
-- the organisation's alone, and for what cannot be told. It decides who may read the line and is no
-- part of what the hash covers.
alter table audit_log add column account_ids uuid[] not null default '{}';

-- Ids are never used twice, so an id alone says what it is of. What is gone by the end of the
-- transaction is known by the account that its line names.
create function audit_accounts(p_organisation uuid, p_subject_id text, p_before jsonb, p_after jsonb) returns uuid[]
language plpgsql stable as $$
declare
  v_id uuid := substring(p_subject_id from '^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}')::uuid;
begin
  return array(
    select id from accounts where organisation_id = p_organisation and id = v_id
    union select account_id from memberships where organisation_id = p_organisation and id = v_id
    union select account_id from memberships where organisation_id = p_organisation and user_id = v_id
    union select account_id from departments where organisation_id = p_organisation and id = v_id
    union select account_id from queues where organisation_id = p_organisation and id = v_id
    union select account_id from sites where organisation_id = p_organisation and id = v_id
    union select account_id from skills where organisation_id = p_organisation and id = v_id
    union select account_id from invitations where organisation_id = p_organisation and id = v_id
    union select account_id from chats where organisation_id = p_organisation and id = v_id
    union
    select d.account_id
      from supervisor_groups g
      join departments d on d.organisation_id = g.organisation_id and d.id = g.department_id
     where g.organisation_id = p_organisation and g.id = v_id
    union
    select m.account_id
      from sessions s
      join memberships m on m.organisation_id = p_organisation and m.user_id = s.user_id
     where s.id = v_id
    union
    select id from accounts
     where organisation_id = p_organisation and id::text in (p_before ->> 'accountId', p_after ->> 'accountId'));
end
$$;

alter table audit_log disable trigger audit_log_append_only;
update audit_log set account_ids = audit_accounts(organisation_id, subject_id, before, after);
alter table audit_log enable trigger audit_log_append_only;

create index audit_log_accounts on audit_log using gin (account_ids);
create index audit_log_subject_id on audit_log (organisation_id, subject_id, seq desc);
-- What is about a user in something else has the user's id behind the other's: '<queue>:<user>'.
create index audit_log_second_id on audit_log (organisation_id, split_part(subject_id, ':', 2), seq desc)
  where subject_id like '%:%';
create index audit_log_actor on audit_log (organisation_id, actor_id, seq desc);
create index audit_log_at on audit_log (organisation_id, at);

-- The text that a line's hash covers, on its own: an export carries it, so that whoever has nothing
-- but the file can compute the hash again.
create function audit_text(p_line audit_log) returns text
language sql immutable as $$
  select jsonb_build_array(
    p_line.organisation_id, p_line.seq, extract(epoch from p_line.at), p_line.actor_id, p_line.action,
    p_line.subject, p_line.subject_id, p_line.before, p_line.after, p_line.ip, p_line.request_id)::text
$$;

create or replace function audit_hash(p_previous bytea, p_line audit_log) returns bytea
language sql immutable as $$
  select sha256(coalesce(p_previous, ''::bytea) || convert_to(audit_text(p_line), 'UTF8'))
$$;

create or replace function append_audit(
  p_organisation uuid, p_actor uuid, p_action text, p_subject text, p_subject_id text,
  p_before jsonb, p_after jsonb, p_ip text, p_request_id text
) returns void
language plpgsql volatile as $$
declare
  v_line audit_log;
begin
  perform lock_log(p_organisation);
  select * into v_line from audit_log where organisation_id = p_organisation order by seq desc limit 1;
  v_line := row(p_organisation, coalesce(v_line.seq, 0) + 1, clock_timestamp(), p_actor, p_action,
    p_subject, p_subject_id, p_before, p_after, p_ip, p_request_id, v_line.hash, null,
    audit_accounts(p_organisation, p_subject_id, p_before, p_after))::audit_log;
  v_line.hash := audit_hash(v_line.previous_hash, v_line);
  insert into audit_log select v_line.*;
end
$$;

-- A row trigger does not see TRUNCATE. Whoever means to empty the whole database, as a demo floor
-- does that was never finished, says so in the same transaction.
create function audit_log_is_not_emptied() returns trigger
language plpgsql as $$
begin
  if current_setting('switchboard.empties_everything', true) is distinct from 'yes' then
    raise exception 'audit_log is append only' using errcode = 'insufficient_privilege';
  end if;
  return null;
end
$$;
create trigger audit_log_not_emptied before truncate on audit_log
  for each statement execute function audit_log_is_not_emptied();
