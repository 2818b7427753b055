// A person as an operator: whether they are one, and what roles make of them.
import { sql } from 'kysely'
import type { Permission } from '#contract/permissions.ts'
import type { Db } from '../../platform/database.ts'
import { type Outcome, transition } from '../presence/queries.ts'
import { permissionsOfRole } from '../users/queries.ts'

/** What the user may by each role held in the organisation, whatever a membership's status. */
export async function listHeld(
  db: Db,
  organisationId: string,
  userId: string,
): Promise<(readonly Permission[])[]> {
  const rows = await db
    .selectFrom('grants as g')
    .innerJoin('roles as r', (join) =>
      join.onRef('r.organisationId', '=', 'g.organisationId').onRef('r.id', '=', 'g.roleId'),
    )
    .select(['r.key', 'r.isBuiltIn', 'r.permissions'])
    .where('g.organisationId', '=', organisationId)
    .where('g.userId', '=', userId)
    .execute()
  return rows.map(({ key, isBuiltIn, permissions }) =>
    permissionsOfRole(key, isBuiltIn, permissions),
  )
}

/** Which chats the user is for; undefined for one who is no operator. */
export function findKinds(db: Db, organisationId: string, userId: string) {
  return db
    .selectFrom('operators')
    .select(['takesChats', 'takesTests'])
    .where('organisationId', '=', organisationId)
    .where('userId', '=', userId)
    .executeTakeFirst()
}

/** How many chats of each kind somebody new at the account may hold. */
export async function findLimits(
  db: Db,
  organisationId: string,
  accountId: string,
): Promise<{ live: number; deferred: number }> {
  const { rows } = await sql<{ live: number; deferred: number }>`
    select (select chat_limit from account_limit(${organisationId}, ${accountId}, 'live')) as live,
           (select chat_limit from account_limit(${organisationId}, ${accountId}, 'deferred')) as deferred`.execute(
    db,
  )
  return rows[0] ?? { live: 0, deferred: 0 }
}

export interface ShiftOf {
  userId: string
  shiftId: string | null
}

/** Of operators who are locked. What follows from it, the sweep does and tells (`tend_shifts`). */
export async function putShifts(
  db: Db,
  organisationId: string,
  shifts: readonly ShiftOf[],
): Promise<void> {
  if (shifts.length === 0) return
  await sql`
    update operators o set shift_id = w."shiftId"
      from jsonb_to_recordset(${JSON.stringify(shifts)}::jsonb) as w ("userId" uuid, "shiftId" uuid)
     where o.organisation_id = ${organisationId} and o.user_id = w."userId"
       and o.shift_id is distinct from w."shiftId"`.execute(db)
}

export interface Places {
  organisationId: string
  userId: string
  put: readonly { queueId: string; tier: number; participates: boolean }[]
  remove: readonly string[]
  live: number | null
  deferred: number | null
  takesChats: boolean
  takesTests: boolean
  actorId: string | null
}

/** Everything that editing changes of an operator, as one transition. */
export function setPlaces(db: Db, it: Places): Promise<Outcome<'set' | 'not_operator'>> {
  return transition(
    db,
    sql<Outcome<'set' | 'not_operator'>>`select * from set_operator_places(
      ${it.organisationId}, ${it.userId}, ${JSON.stringify(it.put)}::jsonb, ${it.remove}::uuid[],
      ${it.live}, ${it.deferred}, ${it.takesChats}, ${it.takesTests}, ${it.actorId})`,
  )
}
