// How many units of chats of both kinds an operator may hold, set from the Wall; editing the person
// sets the same (features/people).
import type { SetUnits, UnitsSet } from '#contract/units.ts'
import type { ActorCtx } from '../../platform/context.ts'
import type { Db } from '../../platform/database.ts'
import { Refusal } from '../../platform/refuse.ts'
import * as presence from '../presence/queries.ts'
import { tellUser } from '../users/actions.ts'
import { change, mustHoldLimits } from './commands.ts'
import { setUnitLimit, type UnitsStanding } from './unit-queries.ts'

/**
 * Sets an operator's limit in units, or with null that there is none. What they hold above it they
 * keep. Refuses with `not_found` or `forbidden` (the operator), or with `stale` and what stands now.
 */
export async function setUnits(ctx: ActorCtx, userId: string, wanted: SetUnits): Promise<UnitsSet> {
  const { organisationId, actorId } = ctx
  await mustHoldLimits(ctx, userId)
  const { detail } = await change(ctx, 'limit.set', async (tx) => {
    const outcome = await setUnitLimit(tx.db, { organisationId, userId, actorId, ...wanted })
    if (outcome.status === 'not_found') throw new Refusal('not_found')
    if (outcome.status === 'stale') await refuseStale(tx.db, outcome.detail)
    await tellUser(tx, userId)
    const { limit, isNew, before } = outcome.detail
    if (isNew)
      tx.note({
        ...{ subject: 'operator', subjectId: userId },
        before: { kind: 'units', limit: before },
        after: { kind: 'units', limit },
      })
    return outcome
  })
  const { limit, version } = detail
  return { userId, limit, version }
}

async function refuseStale(db: Db, standing: UnitsStanding): Promise<never> {
  const { limit, setBy, setAt, version } = standing
  const by = setBy === null ? null : ((await presence.findName(db, setBy)) ?? null)
  throw new Refusal('stale', {
    field: 'limit',
    theirs: { value: limit, by, at: setAt ?? new Date(0).toISOString(), version },
  })
}
