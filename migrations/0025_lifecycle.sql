-- Blocking, archiving and coming back. A membership that is not active takes nothing away from what
-- is set of the person: it is set aside, so that coming back is the identity.
--
-- Glossary
--   suspended operator  no active membership of theirs answers chats: they hold nothing, are offered
--                       nothing and stay offline, whoever says otherwise
--   suspended place     a place in a queue that no active membership reaches: on no screen, and served
--                       again, as before, when the membership comes back

-- Whoever was blocked when they were archived is blocked again when they are restored.
alter table memberships
  add column blocked_before timestamptz,
  add check (blocked_before is null or status = 'archived');

alter table operators
  add column suspended_at timestamptz,
  add constraint operators_suspended_are_offline check (suspended_at is null or availability = 'offline');

-- `rejoins_at`: since when they had served it.
alter table queue_members
  add column is_suspended boolean not null default false,
  add column rejoins_at timestamptz,
  add constraint queue_members_suspended_serve_nothing check (not (is_suspended and is_joined)),
  add check (rejoins_at is null or is_suspended);

-- As in 0010; nobody sees a suspended place.
create or replace view queue_member_rows as
select m.organisation_id, m.queue_id, m.user_id, q.account_id,
       case when m.is_suspended then '{}'
            else array['floor:' || q.account_id, 'user:' || m.user_id] end as scopes,
       jsonb_build_object(
         'id', m.queue_id || ':' || m.user_id,
         'queueId', m.queue_id,
         'userId', m.user_id,
         'isJoined', m.is_joined,
         'joinedAt', instant(m.joined_at),
         'tier', m.tier
       ) as row
  from queue_members m
  join queues q on q.organisation_id = m.organisation_id and q.id = m.queue_id;

-- What the memberships of a user make of a place in a queue of an account: they serve it while one of
-- the queue's branch is active, it is suspended while there is one that is not, and it is gone with
-- the last one. A place outside every branch of theirs was given by somebody above, and stays.
-- `p_gone_from`: the account whose membership has just ended.
create function place_standing(p_organisation uuid, p_account uuid, p_user uuid, p_gone_from uuid) returns text
language sql stable as $$
  select case
      when bool_or(m.status = 'active') then 'serves'
      when count(*) > 0 then 'suspended'
      when p_gone_from is not null and is_same_branch(p_organisation, p_gone_from, p_account) then 'gone'
      else 'serves'
    end
    from memberships m
   where m.organisation_id = p_organisation and m.user_id = p_user
     and is_same_branch(p_organisation, m.account_id, p_account)
$$;

-- A place given to somebody who is away now waits for them too.
create function queue_members_of_suspended() returns trigger
language plpgsql as $$
begin
  new.is_suspended := exists (
      select from operators where organisation_id = new.organisation_id and user_id = new.user_id
        and suspended_at is not null)
    or (select place_standing(new.organisation_id, account_id, new.user_id, null) = 'suspended'
          from queues where organisation_id = new.organisation_id and id = new.queue_id);
  if new.is_suspended and new.is_joined then
    new.rejoins_at := new.joined_at;
    new.is_joined := false;
    new.joined_at := null;
  end if;
  return new;
end
$$;
create trigger queue_members_of_suspended before insert on queue_members
  for each row execute function queue_members_of_suspended();

-- As in 0014, but one who is suspended stays offline. Status: set | not_found.
create or replace function set_availability(
  p_organisation uuid, p_user uuid, p_availability availability, p_reason text, p_actor uuid
) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_now  timestamptz := date_trunc('milliseconds', routing_now());
  v_is_changed boolean;
  v_back record;
begin
  if not lock_operator(p_organisation, p_user) then
    return tell_outcome(p_organisation, p_actor, 'not_found', '{}');
  end if;
  perform from operators
    where organisation_id = p_organisation and user_id = p_user and suspended_at is not null;
  if found then return tell_outcome(p_organisation, p_actor, 'not_found', '{}'); end if;
  update operators
     set availability = p_availability,
         reason = p_reason,
         availability_since = case when availability = p_availability then availability_since else v_now end,
         availability_set_by = case when p_actor <> p_user then p_actor end,
         missed_in_row = case when p_availability = 'available' then 0 else missed_in_row end,
         is_not_answering = is_not_answering and p_availability <> 'available'
   where organisation_id = p_organisation and user_id = p_user
     and (availability <> p_availability or reason is distinct from p_reason
          or (p_availability = 'available' and missed_in_row > 0));
  v_is_changed := found;
  if p_availability = 'available' then
    return tell_outcome(p_organisation, p_actor, 'set',
      array[case when v_is_changed then operator_event(p_organisation, p_user) end], '{}', array[p_user]);
  end if;
  v_back := put_back_all(p_organisation, p_user, null, false, p_availability::text);
  return tell_outcome(p_organisation, p_actor, 'set',
    v_back.o_events || case when v_is_changed or cardinality(v_back.o_chats) > 0
                            then operator_event(p_organisation, p_user) end,
    v_back.o_chats);
end
$$;

-- As in 0014, but nobody joins in a suspended place. Status: joined | not_assigned.
create or replace function join_queue(p_organisation uuid, p_queue uuid, p_user uuid, p_actor uuid default null)
returns routing_outcome
language plpgsql volatile set search_path = public as $$
begin
  perform lock_operator(p_organisation, p_user);
  update queue_members set is_joined = true, joined_at = date_trunc('milliseconds', routing_now())
   where organisation_id = p_organisation and queue_id = p_queue and user_id = p_user
     and not is_joined and not is_suspended;
  if found then
    return tell_outcome(p_organisation, coalesce(p_actor, p_user), 'joined',
      array[queue_member_event(p_organisation, p_queue, p_user), operator_event(p_organisation, p_user)],
      '{}', array[p_user]);
  end if;
  perform from queue_members
    where organisation_id = p_organisation and queue_id = p_queue and user_id = p_user and not is_suspended;
  return tell_outcome(p_organisation, p_user, case when found then 'joined' else 'not_assigned' end, '{}');
end
$$;

-- What was done to many people at once, kept while it can be taken back. A line is one membership:
-- what stood before and what was made of it. It goes with the membership.
create table batches (
  organisation_id uuid not null,
  id              uuid not null,
  made_by         uuid not null references users (id),
  made_at         timestamptz not null,
  kind            text not null check (kind in ('change', 'act')),
  primary key (organisation_id, id),
  foreign key (organisation_id, organisation_id) references accounts (organisation_id, id)
);
create index batches_made_at on batches (made_at);
create table batch_lines (
  organisation_id uuid not null,
  batch_id        uuid not null,
  membership_id   uuid not null,
  before          jsonb not null,
  after           jsonb not null,
  undone_at       timestamptz,
  primary key (organisation_id, batch_id, membership_id),
  foreign key (organisation_id, batch_id) references batches (organisation_id, id) on delete cascade,
  foreign key (organisation_id, membership_id) references memberships (organisation_id, id) on delete cascade
);
create index batch_lines_membership on batch_lines (organisation_id, membership_id);
