// Random account trees with somebody who holds random roles in them.
import fc from 'fast-check'
import type { BuiltInRole } from '#contract/permissions.ts'
import type { Db } from '../platform/database.ts'
import type { House } from './house.ts'

/** By number: account n lies below `parents[n - 1]`; account 0 is the organisation. */
export interface Shape {
  parents: number[]
  /** Who holds what where. */
  held: { role: BuiltInRole; at: number }[]
}

const ROLES = ['administrator', 'manager', 'supervisor', 'viewer'] as const

/** A tree of up to ten accounts, and one to four roles in it. */
export const shapes: fc.Arbitrary<Shape> = fc
  .array(fc.nat(), { minLength: 1, maxLength: 9 })
  .chain((seeds) =>
    fc.record({
      parents: fc.constant(seeds.map((seed, n) => Math.min(seed % (n + 1), n))),
      held: fc.array(
        fc.record({ role: fc.constantFrom(...ROLES), at: fc.nat({ max: seeds.length }) }),
        { minLength: 1, maxLength: 4 },
      ),
    }),
  )

/** Makes the tree in a new organisation; answers the ids of its accounts, by number. */
export async function plant(house: House, { parents }: Pick<Shape, 'parents'>): Promise<string[]> {
  const { id } = await house.organisation()
  const ids = [id]
  for (const [n, parent] of parents.entries())
    ids.push(await house.account(id, `Account ${n + 1}`, ids[parent] ?? id))
  return ids
}

/** The account and everything above it, by number. */
export function pathOf(parents: readonly number[], at: number): number[] {
  const above = parents[at - 1]
  return at === 0 || above === undefined ? [at] : [at, ...pathOf(parents, above)]
}

/** One role more for somebody, held at an account. */
export async function hold(
  db: Db,
  who: { organisationId: string; userId: string; membershipId: string },
  role: BuiltInRole,
  accountId: string,
): Promise<void> {
  const { organisationId, userId, membershipId } = who
  const { id: roleId } = await db
    .selectFrom('roles')
    .select('id')
    .where('organisationId', '=', organisationId)
    .where('key', '=', role)
    .executeTakeFirstOrThrow()
  await db
    .insertInto('grants')
    .values({ organisationId, userId, membershipId, roleId, accountId })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
