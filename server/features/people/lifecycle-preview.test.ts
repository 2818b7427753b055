// What a preview says is what the act then does: on many floors that nobody has thought of.
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { type Act, type ActDone, type Preview, people } from '#contract/people.ts'
import { listTables, settledFingerprint } from '../../testing/fingerprint.ts'
import { openHouse } from '../../testing/house.ts'
import { does } from '../../testing/lifecycle.ts'
import { type Crew, diceOf, gatherCrew } from '../../testing/random-crew.ts'
import { brokenLaws, NONE_BROKEN } from '../routing/laws.ts'

const house = openHouse()
const FLOORS = 60
const AT_ONCE = 6
const ACTS: readonly Act[] = ['block', 'archive', 'remove', 'archive', 'unblock', 'restore']

interface Standing {
  /** What each user has in hand. */
  chats: { id: string; userId: string; queueId: string }[]
  sessions: { id: string; userId: string }[]
  /** Who serves which queue. */
  places: { userId: string; queueId: string }[]
}

async function standing({ admin: { organisationId } }: Crew): Promise<Standing> {
  const { db } = house
  const chats = await sql<Standing['chats'][number]>`
    select id, user_id, queue_id from assignments
     where organisation_id = ${organisationId} and state in ('offered', 'active')`.execute(db)
  const sessions = await sql<Standing['sessions'][number]>`
    select id, user_id from sessions
     where organisation_id = ${organisationId} and ended_at is null`.execute(db)
  const places = await sql<Standing['places'][number]>`
    select m.user_id, m.queue_id from queue_members m
      join operators o using (organisation_id, user_id)
     where m.organisation_id = ${organisationId} and not m.is_suspended and o.suspended_at is null`.execute(
    db,
  )
  return { chats: chats.rows, sessions: sessions.rows, places: places.rows }
}

/** Those of the first that are not among the second. */
function gone<T extends { id: string }>(before: readonly T[], after: readonly T[]): T[] {
  const left = new Set(after.map(({ id }) => id))
  return before.filter(({ id }) => !left.has(id))
}

function countBy<T>(list: readonly T[], key: (one: T) => string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const one of list) counts[key(one)] = (counts[key(one)] ?? 0) + 1
  return counts
}

/** What the preview says, and what came of it, in the same words. */
function foreseen(crew: Crew, preview: Preview) {
  const userOf = new Map(crew.members.map(({ membershipId, userId }) => [membershipId, userId]))
  const perUser = (many: (one: Preview['people'][number]) => number) =>
    countBy(
      preview.people.flatMap((one) => Array.from({ length: many(one) }, () => one)),
      ({ id }) => userOf.get(id) ?? '',
    )
  return {
    refusals: preview.people.map(({ refusal }) => refusal),
    chats: perUser(({ chats }) => chats),
    sessions: perUser(({ sessions }) => sessions),
    queues: Object.fromEntries(preview.queues.map(({ queueId, chats }) => [queueId, chats])),
    emptied: [...new Set(preview.people.flatMap((one) => one.emptiedQueues))].toSorted(),
  }
}

function done({ results }: ActDone, before: Standing, after: Standing) {
  const chats = gone(before.chats, after.chats)
  const served = new Set(after.places.map(({ queueId }) => queueId))
  const emptied = before.places.map(({ queueId }) => queueId).filter((id) => !served.has(id))
  return {
    refusals: results.map(({ refusal }) => refusal),
    chats: countBy(chats, ({ userId }) => userId),
    sessions: countBy(gone(before.sessions, after.sessions), ({ userId }) => userId),
    queues: countBy(chats, ({ queueId }) => queueId),
    emptied: [...new Set(emptied)].toSorted(),
  }
}

/** Where nobody could take one, none was taken; where somebody could, one was. */
async function expectTakers(preview: Preview, before: Standing, after: Standing): Promise<void> {
  const put = gone(before.chats, after.chats).map(({ id }) => id)
  for (const { queueId, takers } of preview.queues) {
    const { rows } = await sql<{ state: string }>`
      select c.state from assignments a join routed_chats c using (organisation_id, chat_id)
       where a.id = any (${put}::uuid[]) and c.queue_id = ${queueId}`.execute(house.db)
    const taken = rows.filter(({ state }) => state !== 'waiting').length
    if (takers === 0) expect(taken).toBe(0)
    if (takers > 0 && preview.queues.length === 1) expect(taken).toBeGreaterThan(0)
  }
}

/** One floor: some are away already, then an act on some. */
async function tryFloor(seed: number): Promise<ReturnType<typeof foreseen> | undefined> {
  const roll = diceOf(seed)
  const crew = await gatherCrew(house, roll)
  const { admin, members } = crew
  const away = members.filter(() => roll(6) === 0)
  if (away.length > 0) await does(admin, roll(2) === 0 ? 'block' : 'archive', ...away)
  const act = ACTS[roll(ACTS.length)] ?? 'archive'
  const ids = members.filter(() => roll(2) === 0).map(({ membershipId }) => membershipId)
  if (ids.length === 0) return undefined
  const before = await standing(crew)
  const preview = await admin.call(people.preview, { body: { act, ids } })
  const answer = await admin.call(people.act, { body: { act, ids } })
  const after = await standing(crew)
  const expected = foreseen(crew, preview)
  expect([seed, act, expected]).toEqual([seed, act, done(answer, before, after)])
  await expectTakers(preview, before, after)
  return expected
}

test('AD-5, W-12: the preview of an act is what the act then does', async () => {
  const seen: ReturnType<typeof foreseen>[] = []
  const seeds = Array.from({ length: FLOORS }, (_, n) => n + 1)
  while (seeds.length > 0)
    for (const one of await Promise.all(seeds.splice(0, AT_ONCE).map(tryFloor)))
      if (one) seen.push(one)
  expect(await brokenLaws(house.db)).toEqual(NONE_BROKEN)
  // The floors were worth looking at.
  const times = (is: (one: ReturnType<typeof foreseen>) => boolean) => seen.filter(is).length
  expect(times(({ chats }) => Object.keys(chats).length > 0)).toBeGreaterThan(5)
  expect(times(({ sessions }) => Object.keys(sessions).length > 0)).toBeGreaterThan(5)
  expect(times(({ emptied }) => emptied.length > 0)).toBeGreaterThan(3)
  const refusals = new Set(seen.flatMap((one) => one.refusals))
  expect([...refusals]).toEqual(expect.arrayContaining([null, 'own_rights', 'wrong_status']))
}, 120_000)

test('AD-5: a preview changes nothing', async () => {
  const { admin, members } = await gatherCrew(house, diceOf(5))
  const tables = await listTables(house.db)
  const before = await settledFingerprint(house.db, tables)
  for (const act of ACTS)
    await admin.call(people.preview, {
      body: { act, ids: members.map(({ membershipId }) => membershipId) },
    })
  expect(await settledFingerprint(house.db, tables)).toEqual(before)
}, 30_000)
