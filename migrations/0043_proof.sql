-- What the checker of the limits (server/features/proof) has found, kept so that a restart forgets
-- nothing. One server checks at a time: the one that holds the lease; another takes it over within
-- seconds of its running out. The checker reads the tables of routing and never writes to them.
--
-- Glossary
--   check   one look at every law in every organisation
--   broken  how often a law is broken at a check; 0 at every check, if all is well

create table proof (
  only_one      boolean primary key default true check (only_one),
  checker       uuid,                                   -- the server that checks
  lease_until   timestamptz not null default '-infinity',
  checks        bigint not null default 0,
  broken_checks bigint not null default 0,
  since         timestamptz,                            -- the first check
  checked_at    timestamptz,                            -- the last one
  every_ms      int not null default 1000
) with (fillfactor = 50);

-- An organisation counts from the check that saw it first, so that one row for them all counts on.
create table proof_places (
  organisation_id uuid primary key,
  checks_before   bigint not null,
  since           timestamptz not null,
  broken_checks   bigint not null default 0,
  seq             bigint not null,  -- its log has been looked at up to here
  turn            jsonb,            -- as told last (contract/proof.ts, ProofTurn); null: never broken
  foreign key (organisation_id, organisation_id) references accounts (organisation_id, id) on delete cascade
) with (fillfactor = 50);

-- Only laws that were ever broken.
create table proof_laws (
  organisation_id uuid not null references proof_places on delete cascade,
  law             text not null,
  broken          int not null check (broken >= 0),
  last_broken_at  timestamptz not null,
  primary key (organisation_id, law)
);

-- Open chats are few among all that ever were: whether none of them is lost can be asked every second.
create index chats_open on chats (organisation_id, id) where closed_at is null;
