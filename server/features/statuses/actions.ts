// An operator's status: what it was in a day, and setting it for somebody else.
import type { NewAvailability, Operator } from '#contract/presence.ts'
import type { Status, StatusDay } from '#contract/statuses.ts'
import type { ActorCtx } from '../../platform/context.ts'
import { soundName } from '../../platform/names.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import * as presence from '../presence/queries.ts'
import { ask, change } from '../routing/commands.ts'
import * as routing from '../routing/queries.ts'
import * as catalogue from './catalogue-queries.ts'
import * as statuses from './queries.ts'
import { mayAtOneOf } from './reach.ts'

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
 * Sets the actor's own availability. Refuses with `invalid` (what does not go together), `not_found`, or
 * with `status_held`, until when and by whom, while what somebody else has set holds.
 */
export async function chooseAvailability(
  ctx: ActorCtx,
  wanted: NewAvailability,
): Promise<Operator> {
  const { organisationId, userId } = ctx.actor
  const sound = await soundWish(ctx, userId, wanted)
  const own = { organisationId, userId, ...sound, actorId: userId }
  const outcome = await ask(ctx, (db) => routing.setAvailability(db, own))
  refuse(outcome)
  return found(await presence.findOperator(ctx.db, organisationId, userId))
}

/**
 * Sets the availability of somebody else, who is told by whom and cannot undo it for as long as the
 * organisation says. Refuses with `invalid` (what does not go together), with `not_found` whoever is no
 * operator or not seen on the Wall, and with `forbidden`.
 */
export async function setAvailabilityOf(
  ctx: ActorCtx,
  userId: string,
  wanted: NewAvailability,
): Promise<Operator> {
  const { db, organisationId, actorId } = ctx
  await mustManage(ctx, userId)
  const { availability, reason, ...more } = await soundWish(ctx, userId, wanted)
  await change(ctx, 'operator.set_availability', async (tx) => {
    const before = found(await presence.findOperator(tx.db, organisationId, userId))
    tx.note({
      subject: 'operator',
      subjectId: userId,
      before: { availability: before.availability, reason: before.reason },
      after: { availability, reason: reason ?? null },
    })
    const all = { organisationId, userId, availability, reason, ...more, actorId }
    const outcome = await routing.setAvailability(tx.db, all)
    refuse(outcome)
    return outcome
  })
  return found(await presence.findOperator(db, organisationId, userId))
}

/** Lets an operator undo what somebody else has set. Refuses as `setAvailabilityOf`. */
export async function liftHold(ctx: ActorCtx, userId: string): Promise<Operator> {
  const { db, organisationId, actorId } = ctx
  await mustManage(ctx, userId)
  await change(ctx, 'operator.lift_hold', async (tx) => {
    const { heldUntil } = found(await presence.findOperator(tx.db, organisationId, userId))
    const after = { heldUntil: null }
    tx.note({ subject: 'operator', subjectId: userId, before: { heldUntil }, after })
    const outcome = await presence.liftHold(tx.db, { organisationId, userId, actorId })
    if (outcome.status === 'not_found') throw new Refusal('not_found')
    return outcome
  })
  return found(await presence.findOperator(db, organisationId, userId))
}

/** Of whoever is no operator or not seen on the Wall refuses with `not_found`; of others with `forbidden`. */
export async function listChoosable(ctx: ActorCtx, userId: string): Promise<Status[]> {
  await mustManage(ctx, userId)
  return catalogue.listOfUser(ctx.db, ctx.organisationId, userId)
}

async function mustManage(ctx: ActorCtx, userId: string): Promise<void> {
  const places = await presence.listPlaces(ctx.db, ctx.organisationId, userId)
  if (mayAtOneOf(ctx, 'operators.manage', places)) return
  throw new Refusal(mayAtOneOf(ctx, 'wall.view', places) ? 'forbidden' : 'not_found')
}

function refuse(outcome: routing.AvailabilityOutcome): void {
  if (outcome.status === 'not_found') throw new Refusal('not_found')
  if (outcome.status !== 'held') return
  const { until, setBy: by } = outcome.detail
  throw new Refusal('status_held', { until, by })
}

/** What is to be set, of what may be chosen for the operator. */
async function soundWish(
  { db, organisationId }: ActorCtx,
  userId: string,
  { availability, reason, finishAs, statusId }: NewAvailability,
) {
  if (finishAs !== undefined && availability !== 'finishing')
    throw new Refusal('invalid', { field: 'finishAs' })
  const wish = { availability, finishAs }
  if (statusId === undefined) {
    const sound = reason === undefined ? undefined : soundName(reason, 'reason', 100)
    return { ...wish, reason: sound, mark: undefined }
  }
  const status = found(await catalogue.findOfUser(db, organisationId, userId, statusId))
  // Of finishing: what comes after it.
  const becomes = availability === 'finishing' ? (finishAs ?? 'away') : availability
  if (reason !== undefined || status.availability !== becomes)
    throw new Refusal('invalid', { field: 'statusId' })
  return { ...wish, reason: status.name, mark: status.mark }
}
