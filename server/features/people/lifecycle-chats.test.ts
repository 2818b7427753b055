// A thousand archives, and not a chat is lost.
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { chatsOf, openRoutingHouse, peopleOf } from '../../testing/routing-house.ts'
import { run } from '../routing/actions.ts'
import { followMemberships } from './lifecycle-queries.ts'

const house = openRoutingHouse()
const { newQueue, newOperator } = peopleOf(house)
const { begin } = chatsOf(house)

const ARCHIVES = 1_000
const EACH = 100

/**
 * Archives and brings back people at random, each in transactions of its own as the door does it,
 * and takes an offer now and then. After every archive: whoever is away has nothing, and every chat
 * is either waiting or somebody's.
 */
const storm = (organisationId: string) =>
  sql.raw(`do $$
declare
  c_organisation constant uuid := '${organisationId}';
  v_done int := 0;
  v_user uuid;
  v_is_away boolean;
  v_offer record;
  v_outcome routing_outcome;
  v_chat uuid;
begin
  while v_done < ${EACH} loop
    select user_id, suspended_at is not null into v_user, v_is_away
      from operators where organisation_id = c_organisation order by random() limit 1;
    if v_is_away then
      update memberships set status = 'active', archived_at = null where user_id = v_user;
      v_outcome := resume_operator(c_organisation, v_user, null);
      commit;
      v_outcome := set_availability(c_organisation, v_user, 'available', null, v_user);
    else
      update memberships set status = 'archived', archived_at = now() where user_id = v_user;
      v_outcome := suspend_operator(c_organisation, v_user, null);
      v_done := v_done + 1;
      insert into storm_count values (cardinality(v_outcome.match_chats));
    end if;
    commit;
    perform from routed_chats c join operators o using (organisation_id)
      where c.operator_id = o.user_id and o.suspended_at is not null;
    if found then raise exception 'somebody who is away has a chat'; end if;
    perform from routed_chats where (state = 'waiting') <> (operator_id is null) or state = 'closed';
    if found then raise exception 'a chat is nowhere'; end if;
    foreach v_chat in array v_outcome.match_chats loop
      perform match_chat(c_organisation, v_chat);
      commit;
    end loop;
    foreach v_user in array v_outcome.match_operators loop
      perform match_operator(c_organisation, v_user);
      commit;
    end loop;
    select id, user_id into v_offer from assignments where state = 'offered' order by random() limit 1;
    if found and random() < 0.5 then
      perform accept_offer(c_organisation, v_offer.id, v_offer.user_id);
      commit;
    end if;
  end loop;
end $$`)

async function lines() {
  const { rows } = await sql<{ id: string; due: string }>`
    select chat_id as id, due_at::text as due from routed_chats
     where organisation_id = ${house.place.organisationId} order by chat_id`.execute(house.db)
  return rows
}

test('W-12: 0 chats are lost in 1,000 random archives, and each keeps its place in the line', async () => {
  const { organisationId } = house.place
  const queueIds = [await newQueue(), await newQueue({ autoAccepts: true })]
  const crew: string[] = []
  for (let n = 0; n < 4; n++) crew.push(await newOperator(2, ...queueIds))
  for (let n = 0; n < 7; n++) await begin(queueIds[n % 2] ?? '')
  const begun = await lines()
  await sql`create table storm_count (chats int not null)`.execute(house.db)
  await sql`set statement_timeout = '30s'`.execute(house.db)
  for (let archives = 0; archives < ARCHIVES; archives += EACH) {
    await storm(organisationId).execute(house.db)
    expect(await lines()).toEqual(begun)
  }
  const { rows } = await sql<{ archives: number; chats: number }>`
    select count(*)::int as archives, sum(chats)::int as chats from storm_count`.execute(house.db)
  expect(rows[0]?.archives).toBe(ARCHIVES)
  // The archives were worth their name: most took chats from somebody.
  expect(rows[0]?.chats).toBeGreaterThan(ARCHIVES / 2)
  // Once all are back, all serve again.
  for (const userId of crew) {
    await sql`update memberships set status = 'active', archived_at = null where user_id = ${userId}`.execute(
      house.db,
    )
    const back = { organisationId, userId, serves: true, actorId: null, goneFrom: undefined }
    await run(house.db, (db) => followMemberships(db, back))
  }
  const places = await sql<{
    serves: boolean
  }>`select distinct is_joined as serves from queue_members`.execute(house.db)
  expect(places.rows).toEqual([{ serves: true }])
}, 60_000)
