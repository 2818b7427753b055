// What editing a person makes of them as an operator.
import type { Tx } from '../../platform/context.ts'
import type { Outcome } from '../routing/queries.ts'
import * as routing from '../routing/queries.ts'
import { setUnits } from '../routing/unit-queries.ts'
import type { Member } from './field-queries.ts'
import { followRoles } from './lifecycle-moves.ts'
import * as operators from './operator-queries.ts'
import { type Means, meansOf } from './rules.ts'

export interface Duties {
  put: readonly { queueId: string; tier: number; participates: boolean }[]
  remove: readonly string[]
  live: number | null
  deferred: number | null
  /** Undefined: as it is; null: none. */
  units?: number | null | undefined
  /** Undefined: as it is; null: none. */
  shiftId?: string | null | undefined
}

const NOTHING: Duties = { put: [], remove: [], live: null, deferred: null }

/**
 * Makes or unmakes the operator that the user's roles say, with these queues and limits. Call it
 * after roles have changed, and last: routing's transitions take the log's lock. What it answers must
 * be settled after the commit.
 */
export async function keepOperator(
  tx: Tx,
  member: Member,
  actorId: string | null,
  duties: Duties = NOTHING,
): Promise<Outcome[]> {
  const { organisationId, userId } = member
  const held = await operators.listHeld(tx.db, organisationId, userId)
  const kinds = await operators.findKinds(tx.db, organisationId, userId)
  const hasLimits = [duties.live, duties.deferred, duties.units].some(
    (limit) => typeof limit === 'number',
  )
  const isMeant = duties.put.length > 0 || hasLimits || typeof duties.shiftId === 'string'
  const means = meansOf(held, kinds !== undefined || isMeant)
  if (!means.isOperator)
    return kinds ? [await routing.removeOperator(tx.db, { organisationId, userId, actorId })] : []
  const made = kinds ? [] : [await register(tx, member)]
  const placed = await place(tx, member, actorId, { ...means, ...duties }, kinds ?? NEW)
  const limited = await limitUnits(tx, { organisationId, userId, actorId }, duties)
  if (duties.shiftId !== undefined)
    await operators.putShifts(tx.db, organisationId, [{ userId, shiftId: duties.shiftId }])
  return [...made, ...placed, ...limited, ...(await followRoles(tx, userId))]
}

/** What an operator is for who has just been made. */
const NEW = { takesChats: true, takesTests: false }

async function place(
  tx: Tx,
  { organisationId, userId }: Member,
  actorId: string | null,
  wanted: Duties & Means,
  before: typeof NEW,
): Promise<Outcome[]> {
  const { put, remove, live, deferred, units, shiftId, takesChats, takesTests } = wanted
  const isSame = before.takesChats === takesChats && before.takesTests === takesTests
  const hasLimits = live !== null || deferred !== null || units !== undefined
  // Also for the shift alone: whoever is placed is locked.
  const isAsked = put.length > 0 || remove.length > 0 || hasLimits || shiftId !== undefined
  if (isSame && !isAsked) return []
  const places = { organisationId, userId, actorId, put, remove, live, deferred }
  return [await operators.setPlaces(tx.db, { ...places, takesChats, takesTests })]
}

/** Whoever was placed just now is locked already: this waits for nobody, whoever has the log's lock. */
async function limitUnits(
  { db }: Tx,
  who: { organisationId: string; userId: string; actorId: string | null },
  { units }: Duties,
): Promise<Outcome[]> {
  return units === undefined ? [] : [await setUnits(db, { ...who, limit: units })]
}

/** With the limits that the account gives, which nobody has set for them. */
async function register(tx: Tx, { organisationId, userId, accountId }: Member): Promise<Outcome> {
  const { live, deferred } = await operators.findLimits(tx.db, organisationId, accountId)
  return routing.registerOperator(tx.db, { organisationId, userId, live, deferred, actorId: null })
}
