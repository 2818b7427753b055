// Shifts of operators whose account moves away from the account of their calendar.
import { sql } from 'kysely'
import type { Db } from '../../platform/database.ts'

/** A shift that somebody may not have any more once an account is below another one. */
export interface ShiftLeft {
  userId: string
  name: string
  shiftId: string
  shift: string
  /** Of the accounts that move. */
  membershipIds: string[]
}

/**
 * Whose shift is a calendar of an account that is left, when the accounts of the subtree are their only
 * way to it. With `isLocked` nobody gives these operators another until the transaction ends.
 */
export async function listLeft(
  db: Db,
  organisationId: string,
  { subtree, left }: { subtree: readonly string[]; left: readonly string[] },
  isLocked = false,
): Promise<ShiftLeft[]> {
  if (left.length === 0) return []
  const { rows } = await sql<ShiftLeft>`
    select o.user_id, u.first_name || ' ' || u.last_name as name, h.id as shift_id, h.name as shift,
           array(select m.id from memberships m
                  where m.organisation_id = o.organisation_id and m.user_id = o.user_id
                    and m.account_id = any (${subtree}::uuid[]) order by m.id) as membership_ids
      from operators o
      join hours h on h.organisation_id = o.organisation_id and h.id = o.shift_id
      join users u on u.id = o.user_id
     where o.organisation_id = ${organisationId} and h.account_id = any (${left}::uuid[])
       and exists (
         select from memberships m
          where m.organisation_id = o.organisation_id and m.user_id = o.user_id
            and m.account_id = any (${subtree}::uuid[]))
       and not exists (
         select from memberships m
          where m.organisation_id = o.organisation_id and m.user_id = o.user_id
            and m.account_id <> all (${subtree}::uuid[])
            and h.account_id = any (account_path(o.organisation_id, m.account_id)))
     order by o.user_id ${isLocked ? sql`for no key update of o` : sql``}`.execute(db)
  return rows
}

/** What follows from it, the sweep does and tells (`tend_shifts`). */
export async function drop(
  db: Db,
  organisationId: string,
  userIds: readonly string[],
): Promise<void> {
  await sql`
    update operators set shift_id = null
     where organisation_id = ${organisationId} and user_id = any (${userIds}::uuid[])`.execute(db)
}
