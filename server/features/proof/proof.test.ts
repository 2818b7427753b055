// The proof of the limits, from the tables to the door, the page and the metrics: on a floor that is
// right, and on one whose guards were taken away.
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { type Law, type Proof, proof } from '#contract/proof.ts'
import { routing } from '#contract/routing.ts'
import { scope } from '#contract/scopes.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { type Floor, furnish, until } from '../../testing/floor.ts'
import { openHouse } from '../../testing/house.ts'
import { sendPath } from '../../testing/raw.ts'

const house = openHouse({ metricsPort: 0 })

const readOf = (floor: Floor) => floor.admin.call(proof.look)
const brokenIn = ({ laws }: Proof) => laws.filter(({ broken }) => broken > 0).map(({ law }) => law)

/** The proof once it is so; at most 3 s after. */
function becomes(floor: Floor, isSo: (seen: Proof) => boolean, ms = 3_000): Promise<Proof> {
  return until(async () => {
    const seen = await readOf(floor)
    return isSo(seen) ? seen : undefined
  }, ms)
}

async function measured(name: string): Promise<number> {
  const text = await (await fetch(`${house.app.metrics?.url}/metrics`)).text()
  const line = text.split('\n').find((one) => one.startsWith(`${name} `))
  return Number(line?.split(' ')[1])
}

/** What no door and no function would do: an assignment by hand. */
function force(floor: Floor, userId: string) {
  return sql`insert into assignments (organisation_id, chat_id, user_id, queue_id, chat_kind, state,
      offered_at, accepted_at, because)
    values (${floor.organisationId}, ${randomUUID()}, ${userId}, ${floor.queue.id}, 'live', 'active',
      now(), now(), '{}')`.execute(house.db)
}

test('MS-1 the guards of the limit taken away: red within 3 s, counted, and green again when mended, with when it was', async () => {
  const floor = await furnish(house)
  const next = await furnish(house)
  const anna = await floor.operator({ liveLimit: 1 })
  const page = await floor.admin.live()
  await page.watch(scope.floor(floor.organisationId))
  const right = await becomes(floor, ({ state, checks }) => state === 'ok' && checks > 0)
  expect(right).toMatchObject({ brokenChecks: 0, everySeconds: expect.any(Number) })
  expect(right.laws.every(({ lastBrokenAt }) => lastBrokenAt === null)).toBe(true)
  await becomes(next, ({ state }) => state === 'ok')

  const guardless = await readFile(new URL('../routing/break-limit.sql', import.meta.url), 'utf8')
  await sql.raw(guardless).execute(house.db)
  await force(floor, anna.userId)
  await force(floor, anna.userId)
  const broken = await becomes(floor, ({ state }) => state === 'broken')
  expect(brokenIn(broken)).toEqual(['overLimit', 'lost'] satisfies Law[])
  expect(broken.laws[0]).toMatchObject({ broken: 1, lastBrokenAt: broken.checkedAt })
  expect(await measured('switchboard_law_broken{law="over_limit"}')).toBe(1)
  expect(await measured('switchboard_law_broken_checks_total')).toBeGreaterThan(0)
  await page.until((seen) => seen.all('proof').at(0)?.broken.includes('overLimit') ?? false)
  const { r: fresh } = await floor.admin.snapshot(scope.floor(floor.organisationId))
  const turn = page.replica.get('proof', floor.organisationId)
  expect(fresh.find(([kind]) => kind === 'proof')?.[3]).toEqual(turn)
  expect(await readOf(next)).toMatchObject({ state: 'ok', brokenChecks: 0 })

  await sql`delete from assignments where user_id = ${anna.userId}`.execute(house.db)
  const mended = await becomes(floor, ({ state }) => state === 'ok')
  expect(mended.brokenChecks).toBeGreaterThan(0)
  expect(mended.checks).toBeGreaterThan(mended.brokenChecks)
  const was = Date.parse(mended.laws[0]?.lastBrokenAt ?? '')
  expect(was).toBeGreaterThanOrEqual(Date.parse(broken.laws[0]?.lastBrokenAt ?? ''))
  expect(await measured('switchboard_law_broken{law="over_limit"}')).toBe(0)
  const kept = await measured('switchboard_law_last_broken_timestamp_seconds{law="over_limit"}')
  expect(kept).toBeCloseTo(was / 1_000, 2)
  await page.until((seen) => seen.all('proof').at(0)?.broken.length === 0)
  await expectSync(page, floor.admin, scope.floor(floor.organisationId))
})

type Harm = (floor: Floor, userId: string) => Promise<unknown>

/** One way to break each, past everything that keeps them. */
const HARMS: Partial<Record<Law, Harm>> = {
  // A load that does not count what there is.
  drifted: (_, userId) =>
    house.db.transaction().execute(async (tx) => {
      await sql`alter table operator_loads disable trigger operator_loads_are_counted`.execute(tx)
      await sql`update operator_loads set used = 1 where user_id = ${userId} and kind = 'live'`.execute(
        tx,
      )
      await sql`alter table operator_loads enable trigger operator_loads_are_counted`.execute(tx)
    }),
  // An operator present without a connection.
  stalePresence: (_, userId) =>
    sql`update connections set gone_at = now() where user_id = ${userId}`.execute(house.db),
  // Somebody finishing who has nothing left.
  unfinished: (_, userId) =>
    sql`update operators set availability = 'finishing', finish_as = 'away' where user_id = ${userId}`.execute(
      house.db,
    ),
  // A chat above the limit that was there for a moment only.
  raisedOverLimit: (floor, userId) => tell(floor, userId, [{ used: 3 }, { used: 4 }, { used: 3 }]),
  gaps: ({ organisationId }) =>
    sql`insert into event_log (organisation_id, seq, kind, entity_id, scopes)
      select ${organisationId}, max(seq) + 2, 'signal.nothing', '', '{}' from event_log
       where organisation_id = ${organisationId}`.execute(house.db),
  // A chat that its visitor sees as open, and that is nowhere.
  lost: async ({ visitor }) => {
    const { id } = await (await visitor()).ask()
    return sql`delete from routed_chats where chat_id = ${id}`.execute(house.db)
  },
}

/** As if the engine had told this of an operator whose limit is 3. */
function tell(
  { organisationId }: Floor,
  userId: string,
  loads: readonly { used: number; because?: object }[],
) {
  const events = loads.map(({ used, ...told }) => ({
    ...{ kind: 'operator', id: userId, scopes: [], ...told },
    row: { live: { used, limit: 3 }, deferred: { used: 0, limit: 5 } },
  }))
  return sql`select append_events(${organisationId}, null, ${JSON.stringify(events)}::jsonb)`.execute(
    house.db,
  )
}

test('MS-1 each law that is broken is seen, in its organisation and in no other', async () => {
  const floors = await Promise.all(
    Object.entries(HARMS).map(async ([law, harm]) => {
      const floor = await furnish(house)
      const { userId } = await floor.operator({ isAway: true })
      return { law, harm, floor, userId }
    }),
  )
  for (const { floor } of floors) await becomes(floor, ({ state }) => state === 'ok')
  // What is given above the limit by intent breaks nothing.
  const meant = await furnish(house)
  const { userId } = await meant.operator({ isAway: true })
  await becomes(meant, ({ state }) => state === 'ok')
  await tell(meant, userId, [
    { used: 3 },
    { used: 4, because: { rule: 'handed_above', allowance: 1 } },
    { used: 5, because: { rule: 'forced' } },
  ])
  await Promise.all(floors.map(({ harm, floor, userId: whose }) => harm(floor, whose)))
  for (const { law, floor } of floors) {
    const seen = await becomes(floor, ({ brokenChecks }) => brokenChecks > 0)
    const ever = seen.laws.filter(({ lastBrokenAt }) => lastBrokenAt !== null)
    expect(ever.map((one) => one.law)).toEqual([law])
  }
  expect((await becomes(meant, ({ state }) => state === 'ok')).brokenChecks).toBe(0)
})

test('MS-1 PR-10 PR-2 a queue that is paused for somebody by nothing is seen', async () => {
  const floors = await Promise.all([furnish(house), furnish(house)])
  const people = await Promise.all(floors.map((floor) => floor.operator()))
  for (const floor of floors) await becomes(floor, ({ state }) => state === 'ok')
  const pause = (at: number, what: 'accepts_kind' | 'is_on_shift', isSo: boolean) =>
    sql`update queue_members set ${sql.ref(what)} = ${isSo}
      where user_id = ${people[at]?.userId}`.execute(house.db)
  await Promise.all([pause(0, 'accepts_kind', false), pause(1, 'is_on_shift', false)])
  for (const floor of floors)
    expect(brokenIn(await becomes(floor, ({ state }) => state === 'broken'))).toEqual(['drifted'])
  await Promise.all([pause(0, 'accepts_kind', true), pause(1, 'is_on_shift', true)])
  for (const floor of floors) await becomes(floor, ({ state }) => state === 'ok')
})

test('MS-1 one server checks, another goes on when it ends, and nothing is forgotten', async () => {
  const floor = await furnish(house)
  const before = await becomes(floor, ({ checks }) => checks > 0)
  const other = await house.another()
  // As if its server had stopped without a word.
  const stranger = randomUUID()
  await sql`update proof set checker = ${stranger}, lease_until = clock_timestamp() + interval '1 second'`.execute(
    house.db,
  )
  const after = await becomes(floor, ({ checks }) => checks > before.checks + 1, 6_000)
  expect(after).toMatchObject({ state: 'ok', since: before.since })
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from pg_stat_activity
     where datname = current_database() and application_name like '% proof'`.execute(house.db)
  expect(rows[0]?.count).toBe(2)
  await other.close()
})

/** Lets no look be kept, until it is called; answers how many were tried so far. */
async function keepNothing(): Promise<{ tries(): Promise<number>; end(): Promise<void> }> {
  await sql
    .raw(`create sequence looks;
    create function refuse_look() returns trigger language plpgsql as $$
    begin perform nextval('looks'); raise exception 'not now'; end $$;
    create trigger refuse_look before insert or update on proof_places
      for each row execute function refuse_look()`)
    .execute(house.db)
  return {
    async tries() {
      const { rows } = await sql<{ tries: number }>`
        select case when is_called then last_value else 0 end as tries from looks`.execute(house.db)
      return Number(rows[0]?.tries)
    },
    async end() {
      await sql.raw('drop function refuse_look cascade; drop sequence looks').execute(house.db)
    },
  }
}

/** A connection that its server has left behind, and that nobody can clear away. */
async function leaveConnection({ organisationId }: Floor): Promise<void> {
  const id = randomUUID()
  await sql
    .raw(`create function refuse_clearing() returns trigger language plpgsql as $$
    begin raise exception 'not this one'; end $$;
    create trigger refuse_clearing before update on connections
      for each row when (old.id = '${id}') execute function refuse_clearing()`)
    .execute(house.db)
  await sql`insert into connections (id, organisation_id, user_id, node_id, node_epoch, connected_at)
    values (${id}, ${organisationId}, ${randomUUID()}, ${randomUUID()}, 1, now())`.execute(house.db)
}

test('MS-1 of what was found before looks could be kept a limit is read again and not taken for broken, and what lasts counts from then on', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator({ liveLimit: 2 })
  for (let n = 0; n < 2; n++) {
    await (await floor.visitor()).ask()
    await anna.answer()
  }
  const before = await becomes(floor, ({ state, checks }) => state === 'ok' && checks > 0)
  await becomes(floor, ({ checks }) => checks > before.checks)
  const kept = await keepNothing()
  await leaveConnection(floor)
  const body = { kind: 'live', limit: 1, version: 1 } as const
  await floor.admin.call(routing.setLimit, { params: { id: anna.userId }, body })
  const [held] = await anna.call(routing.mine)
  await anna.call(routing.close, { params: { id: held?.id ?? '' } })
  // Two, for one may have been under way.
  const tried = await kept.tries()
  await until(async () => ((await kept.tries()) >= tried + 2 ? true : undefined), 15_000)
  const still = await readOf(floor)
  await kept.end()
  const after = await becomes(floor, ({ brokenChecks }) => brokenChecks > 0, 20_000)
  const ever = after.laws.filter(({ lastBrokenAt }) => lastBrokenAt !== null)
  expect(ever.map(({ law }) => law)).toEqual(['stalePresence'] satisfies Law[])
  expect(still.brokenChecks).toBe(0)
  expect(after.checks - still.checks).toBeGreaterThan(after.brokenChecks)
  await sql.raw('drop function refuse_clearing cascade').execute(house.db)
}, 40_000)

test('MS-1 without a look there is no green', async () => {
  const floor = await furnish(house)
  await becomes(floor, ({ state }) => state === 'ok')
  // Another server holds the lease and has not looked for a while.
  await sql`update proof set checker = ${randomUUID()}, lease_until = clock_timestamp() + interval '2 seconds',
    checked_at = clock_timestamp() - interval '11 seconds'`.execute(house.db)
  const seen = await becomes(floor, ({ state }) => state === 'not_checked')
  expect(seen.checkedAt).not.toBeNull()
  expect(await measured('switchboard_law_checked')).toBe(0)
  expect(await measured('switchboard_law_broken{law="over_limit"}')).toBeNaN()
})

test('CFG-3 the metrics are on a port of this machine alone, by its own name, and nowhere else', async () => {
  const url = house.app.metrics?.url ?? ''
  expect(new URL(url).hostname).toBe('127.0.0.1')
  expect((await sendPath(url, '/metrics')).status).toBe(200)
  expect((await sendPath(url, '/metrics', { headers: { host: 'evil.example' } })).status).toBe(403)
  expect((await sendPath(url, '/', {})).status).toBe(404)
  expect((await sendPath(url, '/metrics', { method: 'POST' })).status).toBe(404)
  expect((await fetch(`${house.url}/metrics`)).headers.get('content-type')).not.toContain('0.0.4')
  expect(await (await fetch(`${house.url}/metrics`)).text()).not.toContain('switchboard_law')
})
