-- A deferred chat that is quiet is parked: it takes no slot, and nobody else gets it; its visitor has
-- it until they write again. What it is kept in; 0065 says how it comes to be parked, 0066 how it is
-- woken.
--
-- Glossary
--   parked   open, and with nobody: it takes no slot, and remembers whose it was
--   owed     its visitor had the last word when it was parked
--   wakes    its visitor has written since, or waits for an answer that does not come
--   gone     an operator who did not come back within the grace, or signed out

alter type chat_state add value 'parked' before 'closed';

create type parked_because as enum ('quiet', 'by_hand', 'gone');
-- What becomes of a chat that wakes while its operator is busy or away: it waits for them where it
-- stood (front), goes to them above their limit (over), or is anybody's (others).
create type wake_policy as enum ('front', 'over', 'others');
-- What becomes of the chats of whoever is gone: they wait in their queue again, or are kept.
create type gone_policy as enum ('queue', 'keep');

-- Looked at in deferred queues alone: a live chat is never parked.
alter table queues
  add column park_after_minutes int default 60 check (park_after_minutes between 1 and 10080),
  add column wake_to wake_policy not null default 'front',
  add column close_parked_days smallint default 14 check (close_parked_days between 1 and 365),
  add column when_gone gone_policy not null default 'keep',
  -- How long a chat that was kept waits for its operator, if an answer is owed; null: for ever.
  add column keep_hours smallint default 24 check (keep_hours between 1 and 720);

alter table routed_chats
  add column parked_for uuid,               -- whose it was; null: theirs who is an operator no more
  add column parked_at timestamptz,
  add column parked_because parked_because,
  add column parked_owes boolean not null default false;

-- The visitor has written in a parked chat, and it has not been woken yet. Written with the message,
-- so that no server's death can make it forgotten.
alter table chats add column wakes boolean not null default false;
create index chats_waking on chats (organisation_id, id) where wakes;
