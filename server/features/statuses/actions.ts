// An operator's status: what it was in a day, and setting it for somebody else.
import { may, type Permission } from '#contract/permissions.ts'
import type { NewAvailability, Operator } from '#contract/presence.ts'
import type { StatusDay } from '#contract/statuses.ts'
import type { ActorCtx } from '../../platform/context.ts'
import { soundName } from '../../platform/names.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import * as presence from '../presence/queries.ts'
import { change } from '../routing/commands.ts'
import * as routing from '../routing/queries.ts'
import * as statuses from './queries.ts'

type Places = Awaited<ReturnType<typeof presence.listPlaces>>

function mayAtOneOf({ actor }: ActorCtx, permission: Permission, places: Places): boolean {
  return places.some(({ accountId, teamIds }) =>
    may(actor.grants, permission, [...teamIds, ...(actor.paths.get(accountId) ?? [])]),
  )
}

/**
 * Refuses with `not_found` whoever is no operator, or neither the asker nor somebody whom they see on
 * the Wall; with `invalid` a day that there is not.
 */
export async function readStatusDay(
  ctx: ActorCtx,
  userId: string,
  day: string | undefined,
): Promise<StatusDay> {
  const { db, organisationId } = ctx
  const places = await presence.listPlaces(db, organisationId, userId)
  const isSeen = userId === ctx.actor.userId || mayAtOneOf(ctx, 'wall.view', places)
  const [home] = places
  if (!isSeen || home === undefined) throw new Refusal('not_found')
  const bounds = await statuses.findBounds(db, organisationId, home.accountId, day)
  if (bounds === undefined) throw new Refusal('invalid', { field: 'day' })
  return {
    ...bounds,
    intervals: await statuses.listIntervals(db, organisationId, userId, bounds),
  }
}

/**
 * Sets the availability of somebody else, who is told by whom. Refuses with `invalid` (the reason),
 * with `not_found` whoever is no operator or not seen on the Wall, and with `forbidden`.
 */
export async function setAvailabilityOf(
  ctx: ActorCtx,
  userId: string,
  { availability, reason }: NewAvailability,
): Promise<Operator> {
  const { db, organisationId, actorId } = ctx
  const sound = reason === undefined ? undefined : soundName(reason, 'reason', 100)
  const places = await presence.listPlaces(db, organisationId, userId)
  if (!mayAtOneOf(ctx, 'operators.manage', places))
    throw new Refusal(mayAtOneOf(ctx, 'wall.view', places) ? 'forbidden' : 'not_found')
  await change(ctx, 'operator.set_availability', async (tx) => {
    const before = found(await presence.findOperator(tx.db, organisationId, userId))
    tx.note({
      subject: 'operator',
      subjectId: userId,
      before: { availability: before.availability, reason: before.reason },
      after: { availability, reason: sound ?? null },
    })
    const wanted = { organisationId, userId, availability, reason: sound, actorId }
    const outcome = await routing.setAvailability(tx.db, wanted)
    if (outcome.status === 'not_found') throw new Refusal('not_found')
    return outcome
  })
  return found(await presence.findOperator(db, organisationId, userId))
}
