// The log goes back for a day: what is older is cleared away under a floor that works on, and nobody
// who looks at the floor, or checks it, can tell.
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { presence } from '#contract/presence.ts'
import { proof } from '#contract/proof.ts'
import { scope } from '#contract/scopes.ts'
import { forgetEvents, headOf } from '../../platform/live/log.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { type Floor, furnish, until } from '../../testing/floor.ts'
import { openHouse } from '../../testing/house.ts'
import { brokenLaws, NONE_BROKEN } from './laws.ts'

const house = openHouse()

/** Everything that was logged of the floor up to now, the last `but` lines aside, was logged two days ago. */
async function age({ organisationId }: Floor, but = 0): Promise<number> {
  const head = await headOf(house.db, organisationId)
  await sql`update event_log set at = at - interval '2 days'
    where organisation_id = ${organisationId} and seq <= ${head - but}`.execute(house.db)
  return head
}

async function seqsOf({ organisationId }: Floor): Promise<number[]> {
  const { rows } = await sql<{ seq: number }>`
    select seq from event_log where organisation_id = ${organisationId} order by seq`.execute(
    house.db,
  )
  return rows.map(({ seq }) => seq)
}

/** What is left when what is old is forgotten; the server may be at it at the same moment. */
async function left(floor: Floor): Promise<number[]> {
  return until(async () => {
    await forgetEvents(house.db)
    const seqs = await seqsOf(floor)
    return seqs[0] === 1 ? undefined : seqs
  })
}

test('what was logged a day ago is forgotten from the beginning on, and what is newer stays', async () => {
  const [floor, other] = [await furnish(house), await furnish(house)]
  await floor.operator()
  await other.operator()
  const before = await seqsOf(other)
  const head = await age(floor, 2)
  expect(await left(floor)).toEqual([head - 1, head])
  expect(await seqsOf(other)).toEqual(before)
  expect(await forgetEvents(house.db)).toBe(0)
})

test('MS-1 the newest line stays, so that the count goes on; pages and the checker see nothing of it', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator()
  const page = await floor.admin.live()
  await page.watch(scope.floor(floor.organisationId))
  const head = await age(floor)
  expect(await left(floor)).toEqual([head])

  await anna.call(presence.choose, { body: { availability: 'away' } })
  const [kept, ...after] = await seqsOf(floor)
  expect([kept, after[0]]).toEqual([head, head + 1])
  await page.until((seen) => seen.get('operator', anna.userId)?.availability === 'away')
  await expectSync(page, floor.admin, scope.floor(floor.organisationId))
  const late = await floor.admin.live()
  await late.watch(scope.floor(floor.organisationId))
  await expectSync(late, floor.admin, scope.floor(floor.organisationId))

  const { checks } = await floor.admin.call(proof.look)
  const looked = await until(async () => {
    const now = await floor.admin.call(proof.look)
    return now.checks > checks + 1 ? now : undefined
  })
  expect(looked).toMatchObject({ state: 'ok', brokenChecks: 0 })
  expect(await brokenLaws(house.db)).toEqual(NONE_BROKEN)
})
