// The searches of a large floor touch what they must and no more, whatever the planner believes. Counted
// in pages of the database, which are the same on a busy machine.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { openRoutingHouse } from '../../testing/routing-house.ts'
import { ask, SHIFTS, seedOperator, seedQueue, seedShifts } from '../../testing/routing-seed.ts'
import { run } from './actions.ts'
import { tendShifts } from './joining-queries.ts'
import { listUnmatched } from './sweep-queries.ts'

const house = openRoutingHouse()
const QUEUES = 16
const OPERATORS = 160
/** A key's way through an index and to its row, with some to spare. */
const PAGES_OF_A_KEY = 5

const BY_KEY = [
  ...['enable_seqscan=off', 'enable_hashjoin=off', 'enable_mergejoin=off'],
  'plan_cache_mode=force_generic_plan',
]

/** Members who are all ready and have all that they may, and a chat that waits in every queue. */
async function fullFloor(): Promise<void> {
  const { db, place } = house
  const queueIds = await Promise.all(
    Array.from({ length: QUEUES }, () => seedQueue(db, place.organisationId, randomUUID(), {})),
  )
  for (let n = 0; n < OPERATORS; n++)
    await seedOperator(db, place, randomUUID(), {
      ...{ live: 0, deferred: 0, queueIds: queueIds.filter((_, at) => at === n % QUEUES) },
    })
  for (const queueId of queueIds) await ask(db, place, queueId)
  // The planner's figures are of the night; since then a whole shift has come.
  await sql`update operators set availability = 'offline'`.execute(db)
  await sql`analyze operators, queue_members, operator_loads, routed_chats`.execute(db)
  await sql`update operators set availability = 'available'`.execute(db)
}

/** The pages that a statement looks at once everything that it calls has been planned. */
async function pagesOf(statement: string): Promise<number> {
  return house.db.connection().execute(async (one) => {
    await sql.raw(statement).execute(one)
    const { rows } = await sql
      .raw<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>(
        `explain (analyze, buffers, format json) ${statement}`,
      )
      .execute(one)
    const plan = rows[0]?.['QUERY PLAN'][0].Plan ?? {}
    return (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0)
  })
}

test('IN-4 who is free is looked for by the key of each member, never everybody with everybody', async () => {
  await fullFloor()
  const { rows } = await sql<{ ready: number }>`
    select count(*) as ready from operators where is_ready`.execute(house.db)
  expect(rows).toEqual([{ ready: OPERATORS }])
  expect(await listUnmatched(house.db)).toEqual([])

  const ofAll = PAGES_OF_A_KEY * (OPERATORS + 4 * QUEUES)
  expect(await pagesOf('select * from reconcile()')).toBeLessThan(ofAll)
  const ofQueue = PAGES_OF_A_KEY * (OPERATORS / QUEUES + 10)
  const isFree = 'select is_anybody_free(c) from (select * from routed_chats limit 1) c'
  expect(await pagesOf(isFree)).toBeLessThan(ofQueue)
})

test('PR-10 whose shift turned is found without a look at who serves what', async () => {
  await fullFloor()
  const { db, place } = house
  await seedShifts(db, place.organisationId)
  await sql`update queues set keeps_shifts = true`.execute(db)
  await sql`update operators set shift_id = ${SHIFTS.off}`.execute(db)
  let turns = 0
  while ((await run(db, tendShifts)).status !== 'nothing') turns++
  expect(turns).toBeGreaterThan(1)
  const { rows } = await sql<{ joined: number }>`
    select count(*) as joined from queue_members where is_joined`.execute(db)
  expect(rows).toEqual([{ joined: 0 }])
  const shifts = 'select * from turned_shifts(routing_now())'
  expect(await pagesOf(shifts)).toBeLessThan(2 * OPERATORS)
})

test('every transition is planned once and by key, whichever migration made it last', async () => {
  const { rows } = await sql<{ name: string; settings: string[] }>`
    select p.proname as name, p.proconfig as settings from pg_proc p
     where p.pronamespace = 'public'::regnamespace and p.prorettype = 'routing_outcome'::regtype
       and p.proconfig @> array['search_path=public']`.execute(house.db)
  const isByKey = (settings: readonly string[]) => BY_KEY.every((one) => settings.includes(one))
  expect(rows.length).toBeGreaterThan(40)
  expect(rows.filter(({ settings }) => !isByKey(settings))).toEqual([])
})
