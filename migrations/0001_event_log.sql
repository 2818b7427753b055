-- What has happened, in the order in which it was committed: the one source from which every
-- screen is kept true, and the chain of who changed what.
--
-- Glossary
--   organisation  the root of an account tree; the unit of tenancy and of the log's sequence
--   seq           the place of an event in its organisation's log: gapless, in commit order
--   scope         who may hear of a row ('people:<account>', 'floor:<account>', 'user:<user>', ...)
--
-- Why a sequence of our own: a bigserial is handed out before commit, so a reader that remembers
-- "the last id I saw" loses rows that commit late. Here every writer takes the organisation's
-- advisory lock as the last thing its transaction does, reads the highest seq, and inserts behind
-- it. The lock is released only when the commit is visible, so seq order is commit order, an
-- aborted transaction leaves no gap, and, unlike a counter row, nothing is updated (no dead rows).

create table event_log (
  organisation_id uuid not null,
  seq             bigint not null,
  at              timestamptz not null default clock_timestamp(),
  actor_id        uuid,
  kind            text not null,
  entity_id       text not null,
  scopes          text[] not null,               -- who sees the row from now on
  left_scopes     text[] not null default '{}',  -- who saw it until now and must drop it
  row             jsonb,                         -- the whole new row; null when it is gone
  because         jsonb,                         -- why it happened, where a decision was made
  primary key (organisation_id, seq)
);

-- The lock that makes the log's order the commit order. Taken last; held until commit.
create function lock_log(p_organisation uuid) returns void
language sql volatile as $$
  select pg_advisory_xact_lock(42, hashtext(p_organisation::text))
$$;

-- Appends events ([{kind, id, scopes, left, row, because}]) and returns the seq of the last one.
-- Must be the last statement of the transaction, in READ COMMITTED: each statement below has to
-- see what the previous holder of the lock committed.
create function append_events(p_organisation uuid, p_actor uuid, p_events jsonb) returns bigint
language plpgsql volatile as $$
declare
  v_seq bigint;
begin
  perform lock_log(p_organisation);
  select coalesce(max(seq), 0) into v_seq from event_log where organisation_id = p_organisation;
  insert into event_log (organisation_id, seq, actor_id, kind, entity_id, scopes, left_scopes, row, because)
  select p_organisation, v_seq + e.ordinality, p_actor,
         e.event ->> 'kind',
         e.event ->> 'id',
         array(select jsonb_array_elements_text(e.event -> 'scopes')),
         array(select jsonb_array_elements_text(coalesce(e.event -> 'left', '[]'))),
         nullif(e.event -> 'row', 'null'::jsonb),
         nullif(e.event -> 'because', 'null'::jsonb)
    from jsonb_array_elements(p_events) with ordinality as e (event, ordinality);
  return v_seq + jsonb_array_length(p_events);
end
$$;

-- Who changed what, kept in the same transaction as the change. Each line carries the hash of the
-- one before it (per organisation), so that a changed, removed or re-ordered line can be found by
-- anybody who holds an export. Nothing ever updates or deletes here.
create table audit_log (
  organisation_id uuid not null,
  seq             bigint not null,
  at              timestamptz not null,
  actor_id        uuid,
  action          text not null,
  subject         text,
  subject_id      text,
  before          jsonb,
  after           jsonb,
  ip              text,
  request_id      text,
  previous_hash   bytea,
  hash            bytea not null,
  primary key (organisation_id, seq)
);
create index audit_log_subject on audit_log (organisation_id, subject, subject_id);

create function audit_log_is_append_only() returns trigger
language plpgsql as $$
begin
  raise exception 'audit_log is append only' using errcode = 'insufficient_privilege';
end
$$;
create trigger audit_log_append_only before update or delete on audit_log
  for each row execute function audit_log_is_append_only();

-- The text that a line's hash covers. jsonb's own text form is canonical (sorted keys, no spaces
-- of the writer's choosing), so the same line always gives the same text.
create function audit_hash(p_previous bytea, p_line audit_log) returns bytea
language sql immutable as $$
  select sha256(coalesce(p_previous, ''::bytea) || convert_to(jsonb_build_array(
    p_line.organisation_id, p_line.seq, extract(epoch from p_line.at), p_line.actor_id, p_line.action,
    p_line.subject, p_line.subject_id, p_line.before, p_line.after, p_line.ip, p_line.request_id
  )::text, 'UTF8'))
$$;

-- Appends one audit line. Takes the log's lock, so it too belongs at the end of a transaction.
create function append_audit(
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
    p_subject, p_subject_id, p_before, p_after, p_ip, p_request_id, v_line.hash, null)::audit_log;
  v_line.hash := audit_hash(v_line.previous_hash, v_line);
  insert into audit_log select v_line.*;
end
$$;
