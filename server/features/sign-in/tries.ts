// Entering a password: every try spends one hash, whoever it is for, and failed ones slow down those
// that follow.
import { throttleKey } from '../../platform/client-ip.ts'
import type { ActorCtx, Ctx } from '../../platform/context.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import { hashToken } from '../../platform/tokens.ts'
import * as logins from './queries.ts'
import { afterAddressFailure, afterUserFailure, waitSeconds } from './rules.ts'
import * as tries from './tries-queries.ts'

/** By what failures are counted: of the user, and of the address. */
export interface Counted {
  user: string
  address: string
  /** Whose browser is spared the delay that others' failures cause. */
  knownAs?: string | undefined
}

/** The failures of `what` about the user, from this browser. */
export function countedBy(ctx: Ctx, user: string, knownAs?: string): Counted {
  return { user, address: `ip:${throttleKey(ctx.browser.ip)}`, knownAs }
}

/** Whether the password has the hash. Refuses with `too_many` (with retryAfter) or `busy`. */
export async function isRight(
  ctx: Ctx,
  counted: Counted,
  hash: string | undefined,
  password: string,
): Promise<boolean> {
  await refuseHaste(ctx, counted)
  const isIt = await ctx.hasher.verify(hash, password)
  // Guesses that are sent at once are let in together: what has come of the others counts by now,
  // for the right one as for the wrong ones.
  await refuseHaste(ctx, counted)
  return isIt
}

async function refuseHaste(ctx: Ctx, { user, address, knownAs }: Counted): Promise<void> {
  const now = ctx.now()
  const ofAddress = waitSeconds(await tries.findThrottle(ctx.db, address), now)
  const ofUser = waitSeconds(await tries.findThrottle(ctx.db, user), now)
  if (ofAddress === 0 && (ofUser === 0 || (await isKnown(ctx, knownAs)))) return
  throw new Refusal('too_many', { retryAfter: Math.max(ofAddress, ofUser) })
}

/** Somebody else's failed tries must not keep a user out of their own browser. */
export async function isKnown(ctx: Ctx, userId: string | undefined): Promise<boolean> {
  const { deviceToken } = ctx.browser
  if (!userId || !deviceToken) return false
  return tries.isKnownDevice(ctx.db, hashToken(deviceToken), userId, ctx.now().toISOString())
}

/** Counts the failure, and refuses with `wrong_credentials`. */
export async function refuseFailure(ctx: Ctx, { user, address }: Counted): Promise<never> {
  const now = ctx.now()
  await tries.moveThrottle(ctx.database, user, (known) => afterUserFailure(known, now))
  await tries.moveThrottle(ctx.database, address, (known) => afterAddressFailure(known, now))
  ctx.log.info({ event: 'sign_in.failed' })
  throw new Refusal('wrong_credentials')
}

/**
 * Counts a try from where the user may not work, against that address alone, and refuses with
 * `address_refused`; with `too_many` whoever has tried too often.
 */
export async function refuseAddress(ctx: Ctx, counted: Counted): Promise<never> {
  await refuseHaste(ctx, counted)
  const now = ctx.now()
  await tries.moveThrottle(ctx.database, counted.address, (known) =>
    afterAddressFailure(known, now),
  )
  ctx.log.info({ event: 'sign_in.address_refused' })
  throw new Refusal('address_refused')
}

/**
 * The login of the actor, who has entered their password. Refuses with `wrong_credentials`,
 * `too_many` or `busy`. What is tried here counts apart from what is tried at the door: neither
 * keeps the user out of the other, and no known browser may guess for ever.
 */
export async function provenLogin(ctx: ActorCtx, password: string): Promise<logins.Login> {
  const { userId } = ctx.actor
  const login = found(await logins.findLoginOf(ctx.db, userId))
  const counted = countedBy(ctx, `confirm:${userId}`)
  if (!(await isRight(ctx, counted, login.passwordHash ?? undefined, password)))
    return refuseFailure(ctx, counted)
  await tries.clearThrottle(ctx.db, counted.user)
  return login
}
