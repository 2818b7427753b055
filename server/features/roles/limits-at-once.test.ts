// Two transactions within each other, of which one limits a role and the other makes it somebody's.
import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { roles } from '#contract/roles.ts'
import type { Db } from '../../platform/database.ts'
import { furnish } from '../../testing/floor.ts'
import { openHouse, type Person } from '../../testing/house.ts'
import { brokenLaws } from '../routing/laws.ts'

const house = openHouse()

async function limitsOf({ userId }: Person) {
  const { rows } = await sql<{ live: number; units: number | null }>`
    select l.chat_limit as live, o.unit_limit as units
      from operators o join operator_loads l on l.user_id = o.user_id and l.kind = 'live'
     where o.user_id = ${userId}`.execute(house.db)
  return rows[0]
}

type Work = (db: Db) => Promise<unknown>

/** The first has done its work when the second begins, and ends only when that has, or waits for it. */
async function overlap(first: Work, second: Work): Promise<void> {
  const [done, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const one = house.db.transaction().execute(async (db) => {
    await first(db)
    done.resolve()
    await go.promise
  })
  await Promise.race([done.promise, one])
  const two = house.db.transaction().execute(second)
  await Promise.race([two, pause(150)])
  go.resolve()
  await Promise.all([one, two])
}

test('QU-5 IN-1 whoever is given a role, or becomes an operator by it, while it is limited is limited by it', async () => {
  const floor = await furnish(house)
  const { organisationId } = floor
  const newRole = async (name: string, most: number) => {
    const { id } = await floor.admin.call(roles.create, { body: { name } })
    await sql`update roles set live_limit = ${most} where id = ${id}`.execute(house.db)
    return id
  }
  const [few, fewer] = [await newRole('Few', 4), await newRole('Fewer', 3)]
  const limit =
    (live: number): Work =>
    (db) =>
      sql`update roles set live_limit = ${live}, unit_limit = ${live} where id = ${few}`.execute(db)
  const grant =
    ({ userId, membershipId }: Person, roleId = few): Work =>
    (db) =>
      sql`insert into grants (organisation_id, user_id, membership_id, role_id, account_id)
          values (${organisationId}, ${userId}, ${membershipId}, ${roleId}, ${organisationId})`.execute(
        db,
      )
  const status =
    ({ membershipId }: Person, to: string): Work =>
    (db) =>
      sql`update memberships set status = ${to}, blocked_at = ${to === 'blocked' ? new Date() : null}
           where id = ${membershipId}`.execute(db)
  const register =
    ({ userId }: Person): Work =>
    (db) =>
      sql`select register_operator(${organisationId}, ${userId}, 5, 5)`.execute(db)

  const people = await Promise.all(Array.from({ length: 5 }, () => floor.operator()))
  const [anna, bert, cleo, dora, emil] = people
  const newcomer = await house.person({ organisationId, role: 'viewer' })
  if (!anna || !bert || !cleo || !dora || !emil) throw new Error('five people are needed')
  await grant(newcomer)(house.db)
  await grant(dora)(house.db)
  await grant(emil)(house.db)
  await status(emil, 'blocked')(house.db)
  const pairs: [Work, Work][] = [
    [limit(2), grant(anna)],
    [grant(bert), limit(1)],
    [grant(cleo, few), grant(cleo, fewer)],
    [limit(3), status(emil, 'active')],
    [status(dora, 'blocked'), limit(4)],
    [limit(2), register(newcomer)],
  ]
  for (const [first, second] of pairs) {
    await overlap(first, second)
    expect((await brokenLaws(house.db)).drifted).toBe(0)
  }
  expect(await limitsOf(newcomer)).toEqual({ live: 2, units: 2 })
  expect(await limitsOf(anna)).toEqual({ live: 2, units: 2 })
})
