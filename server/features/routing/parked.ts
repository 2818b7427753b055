// What operators may ask of parking: set a quiet chat aside, and take it back.
import type { Chat, ParkChat } from '#contract/routing.ts'
import type { ActorCtx } from '../../platform/context.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import { ask } from './commands.ts'
import * as parking from './parking-queries.ts'
import * as routing from './queries.ts'

/**
 * Sets aside a deferred chat that the actor holds. Refuses with `not_found`, `never_parked` (a live
 * one), `transfer_under_way`, or `visitor_wrote` when there is a message that was not seen.
 */
export async function parkChat(ctx: ActorCtx, chatId: string, { seen }: ParkChat): Promise<Chat> {
  const { organisationId, userId } = ctx.actor
  const { status } = await ask(ctx, (db) =>
    parking.parkChat(db, { organisationId, chatId, userId, seen }),
  )
  if (status !== 'parked') throw new Refusal(WHY_NOT_PARKED[status])
  return found(await routing.findChat(ctx.db, organisationId, chatId))
}

const WHY_NOT_PARKED = {
  spoken: 'visitor_wrote',
  // Only a chat that is parked by the clock must have been quiet.
  not_quiet: 'busy',
  live: 'never_parked',
  under_way: 'transfer_under_way',
  not_holder: 'not_found',
} as const

/**
 * Takes back a chat that is parked for the actor. Refuses with `offer_gone` (it is theirs no more),
 * `at_limit`, `not_available` (not connected), or `not_found` (it never was theirs).
 */
export async function takeBackChat(ctx: ActorCtx, chatId: string): Promise<Chat> {
  const { organisationId, userId } = ctx.actor
  const { status } = await ask(ctx, (db) =>
    parking.takeBackChat(db, { organisationId, chatId, userId }),
  )
  if (status !== 'taken') throw new Refusal(WHY_NOT_TAKEN_BACK[status])
  return found(await routing.findChat(ctx.db, organisationId, chatId))
}

const WHY_NOT_TAKEN_BACK = {
  gone: 'offer_gone',
  at_limit: 'at_limit',
  not_ready: 'not_available',
  not_found: 'not_found',
} as const
