// A run on the real engine, through the doors: one's own queue with people who do not exist, faults,
// the laws that hold meanwhile, and nothing left of it afterwards.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { audit } from '#contract/audit.ts'
import { scope } from '#contract/scopes.ts'
import {
  type NewFault,
  type NewSimulation,
  type Simulation,
  simulator,
} from '#contract/simulator.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { type Floor, furnish, until } from '../../testing/floor.ts'
import { openHouse } from '../../testing/house.ts'
import type { Standing } from './queries.ts'
import * as sandbox from './sandbox-queries.ts'

const house = openHouse()

const numbers = (queueId: string, operators = 20): NewSimulation['lines'][number] => ({
  ...{ queueId, operators, limit: 2, arrivalsPerHour: 300, heldSeconds: 400 },
  ...{ patienceSeconds: 200, acceptSeconds: 4, missedPercent: 5 },
})
const wanted = (queueId: string): NewSimulation => ({
  ...{ lines: [numbers(queueId)], speed: 60, minutes: 5 },
})
const newest = async ({ admin }: Floor): Promise<Simulation> => {
  const [run] = (await admin.call(simulator.look)).runs
  if (run === undefined) throw new Error('there is no run')
  return run
}

/** Rows of sandboxes in any table at all, and people who were made for them. */
async function leftOver(): Promise<string[]> {
  const { rows } = await sql<{ name: string; found: boolean }>`
    select c.relname as name, (xpath('//found/text()', query_to_xml(format(
             'select exists (select from %I where organisation_id::text not in
                (select organisation_id::text from accounts where not is_sandbox)) as found', c.relname),
             false, true, '')))[1]::text = 'true' as found
      from pg_class c
      join pg_attribute a on a.attrelid = c.oid and a.attname = 'organisation_id' and not a.attisdropped
     where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'`.execute(house.db)
  const people = await house.db
    .selectFrom('users')
    .select('login')
    .where('login', 'like', '%.sandbox')
    .execute()
  return [
    ...rows.filter(({ found }) => found).map(({ name }) => name),
    ...people.map(({ login }) => login),
  ]
}

test('MS-16 a run on the real engine: figures move, faults strike, every law holds, and nothing is left', async () => {
  const floor = await furnish(house)
  const { admin, organisationId, queue } = floor
  const page = await admin.live()
  await page.watch(scope.simulator(organisationId))
  const { id, state, by } = await admin.call(simulator.start, { body: wanted(queue.id) })
  expect([state, by.slice(0, 3)]).toEqual(['starting', 'Ada'])
  const seen = (isSo: (run: Simulation) => boolean) =>
    page.until(() => {
      const run = page.replica.get('simulation', id)
      return run && isSo(run) ? run : undefined
    }, 15_000)
  await seen(({ lines, connected }) => connected === 20 && (lines[0]?.answered ?? 0) > 3)
  await expect(admin.call(simulator.start, { body: wanted(queue.id) })).rejects.toThrow(
    'simulation_under_way',
  )

  const disturb = (body: NewFault) => admin.call(simulator.disturb, { params: { id }, body })
  await disturb({ kind: 'wifi', percent: 50, backAfterSeconds: 120 })
  await disturb({ kind: 'burst', visitors: 60 })
  await seen(({ connected, faults }) => connected < 20 && faults.length === 2)
  await seen(({ lines }) => (lines[0]?.waiting ?? 0) > 10)
  await disturb({ kind: 'restart' })
  const struck = await seen(({ faults }) => faults.some(({ kind }) => kind === 'restart'))
  expect(struck.faults.map(({ kind, count }) => [kind, count > 0])).toEqual([
    ['wifi', true],
    ['burst', true],
    ['restart', true],
  ])
  const later = await seen(
    ({ connected, proof, lines }) =>
      connected === 20 && proof.checks > 1 && (lines[0]?.answered ?? 0) > 40,
  )
  expect(later.proof).toMatchObject({ overLimit: 0, lost: 0, doubled: 0, brokenChecks: 0 })
  expect(later.points.length).toBeGreaterThan(2)
  expect(later.lines[0]).toMatchObject({ queueId: queue.id, serviceLevel: expect.any(Number) })

  await admin.call(simulator.stop, { params: { id } })
  const over = await seen((run) => run.state === 'ended')
  expect(over.ended).toBe('stopped')
  await expect(disturb({ kind: 'restart' })).rejects.toThrow('simulation_over')
  await until(async () => ((await leftOver()).length === 0 ? true : undefined), 5_000)
  await expectSync(page, admin, scope.simulator(organisationId))
  const { lines: audited } = await admin.call(audit.list, { query: { subject: 'simulation' } })
  expect(audited.map(({ action }) => action).toSorted()).toEqual([
    ...['simulation.disturb', 'simulation.disturb', 'simulation.disturb'],
    ...['simulation.start', 'simulation.stop'],
  ])
})

test('MS-16 a run whose server went away is ended by another, and its sandbox with it', async () => {
  const floor = await furnish(house)
  const { admin, organisationId, queue } = floor
  const [id, sandboxId] = [randomUUID(), randomUUID()]
  const settings = wanted(queue.id)
  const [line] = settings.lines
  const standing = {
    ...{ id, state: 'running' as const, ended: null, settings, seconds: 0, connected: 0 },
    ...{ startedAt: new Date().toISOString(), endsAt: new Date().toISOString(), endedAt: null },
    ...{ lines: [], points: [], faults: [] },
    proof: { checks: 0, overLimit: 0, lost: 0, doubled: 0, brokenChecks: 0 },
  } satisfies Standing
  const lines = [{ queueId: queue.id, operators: 3, limit: line?.limit ?? 1 }]
  await house.db
    .insertInto('simulations')
    .values({
      ...{ organisationId, id, sandboxId, state: 'running', startedBy: admin.userId },
      ...{ nodeId: randomUUID(), endsAt: standing.endsAt },
      settings: JSON.stringify(settings),
      standing: JSON.stringify(standing),
      leaseUntil: new Date(Date.now() + 60_000).toISOString(),
    })
    .execute()
  await sandbox.make(house.db, { organisationId, sandboxId, speed: 1, lines })
  await house.db
    .updateTable('simulations')
    .set({ leaseUntil: new Date(0).toISOString() })
    .where('id', '=', id)
    .execute()
  await until(async () => ((await newest(floor)).state === 'ended' ? true : undefined))
  expect(await newest(floor)).toMatchObject({
    id,
    ended: 'cut_off',
    by: expect.stringContaining('Ada'),
  })
  await until(async () => ((await leftOver()).length === 0 ? true : undefined), 5_000)
})

test('MS-16 what is asked for is bounded, and is for whoever sets up the whole organisation', async () => {
  const floor = await furnish(house)
  const { admin, organisationId, queue } = floor
  const start = (body: NewSimulation) => admin.call(simulator.start, { body })
  const many = { ...wanted(queue.id), lines: [{ ...numbers(queue.id), operators: 500 }] }
  await expect(start({ ...many, lines: [...many.lines, ...many.lines] })).rejects.toThrow(
    '"field":"lines"',
  )
  const fast = { ...numbers(queue.id), arrivalsPerHour: 2_000 }
  await expect(start({ ...wanted(queue.id), lines: [fast] })).rejects.toThrow('"field":"speed"')
  const accountId = await house.account(organisationId, 'North')
  const below = await house.person({ organisationId, accountId, role: 'administrator' })
  await expect(below.call(simulator.look)).rejects.toThrow('forbidden')
  for (const id of [organisationId, accountId])
    await expect(below.snapshot(scope.simulator(id))).rejects.toThrow('not_found')

  const { queues } = await admin.call(simulator.look)
  expect(queues).toMatchObject([{ id: queue.id, chats: 0, line: { operators: 10, limit: 3 } }])
  const [foretold] = await admin.call(simulator.foretell, { body: { lines: [numbers(queue.id)] } })
  const waits = foretold?.model.map(({ operators, wait }) => [operators, wait])
  expect(waits?.map(([operators]) => operators)).toEqual([19, 20, 21])
  expect(waits?.[2]?.[1]).toBeLessThan(waits?.[0]?.[1] ?? 0)
  expect(foretold?.theory?.wait).toBeCloseTo(foretold?.model[1]?.wait ?? 0, -1)
})
