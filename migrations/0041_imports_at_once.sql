-- Thousands of lines of the audit under one lock of the log, which others wait for: as `append_audit`
-- writes them, but the line before is looked up once, and where each belongs is given.

drop function append_audits(uuid, uuid, text, jsonb, text, text);

-- [{ subject, subjectId, accountId, before, after }]; `accountId`: the account that the subject is of.
create function append_audits(
  p_organisation uuid, p_actor uuid, p_action text, p_lines jsonb, p_ip text, p_request_id text
) returns void
language plpgsql volatile set search_path = public as $$
declare
  v_last  audit_log;
  v_line  audit_log;
  v_item  record;
begin
  perform lock_log(p_organisation);
  select * into v_last from audit_log where organisation_id = p_organisation order by seq desc limit 1;
  for v_item in
    select l.line, l.ordinality from jsonb_array_elements(p_lines) with ordinality as l (line, ordinality)
     order by l.ordinality
  loop
    v_line := row(p_organisation, coalesce(v_last.seq, 0) + 1, clock_timestamp(), p_actor, p_action,
      v_item.line ->> 'subject', v_item.line ->> 'subjectId',
      nullif(v_item.line -> 'before', 'null'), nullif(v_item.line -> 'after', 'null'),
      p_ip, p_request_id, v_last.hash, null, array[(v_item.line ->> 'accountId')::uuid])::audit_log;
    v_line.hash := audit_hash(v_line.previous_hash, v_line);
    insert into audit_log select v_line.*;
    v_last := v_line;
  end loop;
end
$$;
