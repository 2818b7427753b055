// Signing in and out. Every try spends one hash, whoever it is for: an unknown login, a user
// without a password and a wrong password cannot be told apart by answer or by time.
import type { Credentials, Me } from '#contract/session.ts'
import { throttleKey } from '../../platform/client-ip.ts'
import type { Actor, ActorCtx, Ctx } from '../../platform/context.ts'
import { actingIn } from '../../platform/context.ts'
import type { Db } from '../../platform/database.ts'
import { Refusal } from '../../platform/refuse.ts'
import { hashToken, newToken } from '../../platform/tokens.ts'
import { write } from '../../platform/write.ts'
import * as accounts from '../accounts/queries.ts'
import * as logins from './queries.ts'
import {
  addSeconds,
  afterAddressFailure,
  afterUserFailure,
  DEVICE_DAYS,
  IDLE_MINUTES,
  SESSION_HOURS,
  waitSeconds,
} from './rules.ts'

/** Refuses with `wrong_credentials`, `too_many` (with retryAfter) or `busy`. */
export async function signIn(ctx: Ctx, { login, password }: Credentials): Promise<Me> {
  const user = await logins.findLogin(ctx.db, login)
  const addressKey = `ip:${throttleKey(ctx.browser.ip)}`
  const userKey = `user:${user?.id ?? login.toLowerCase().slice(0, 254)}`
  await refuseHaste(ctx, addressKey, userKey, user?.id)
  const hash = user && !hasRunOut(user, ctx.now()) ? user.passwordHash : null
  const isRight = await ctx.hasher.verify(hash ?? undefined, password)
  // Guesses that are sent at once are let in together: what has come of the others counts by now,
  // for the right one as for the wrong ones.
  await refuseHaste(ctx, addressKey, userKey, user?.id)
  if (!isRight || !user) return refuseFailure(ctx, addressKey, userKey)
  const [organisation] = await logins.listOrganisations(ctx.db, user.id)
  if (!organisation) return refuseFailure(ctx, addressKey, userKey)
  await logins.clearThrottle(ctx.db, userKey)
  if (hash && ctx.hasher.needsRehash(hash))
    await logins.rehash(ctx.db, user.id, await ctx.hasher.hash(password))
  await startSession(ctx, user.id, organisation.id)
  ctx.log.info({ event: 'sign_in.succeeded', userId: user.id })
  return describe(ctx, user.id, organisation.id)
}

/** A temporary password holds until it runs out; a chosen one holds. */
function hasRunOut(user: { passwordExpiresAt: string | null }, now: Date): boolean {
  return user.passwordExpiresAt !== null && Date.parse(user.passwordExpiresAt) <= now.getTime()
}

async function refuseHaste(ctx: Ctx, addressKey: string, userKey: string, userId?: string) {
  const now = ctx.now()
  const ofAddress = waitSeconds(await logins.findThrottle(ctx.db, addressKey), now)
  const ofUser = waitSeconds(await logins.findThrottle(ctx.db, userKey), now)
  if (ofAddress === 0 && (ofUser === 0 || (await isKnown(ctx, userId)))) return
  throw new Refusal('too_many', { retryAfter: Math.max(ofAddress, ofUser) })
}

/** Somebody else's failed tries must not keep a user out of their own browser. */
async function isKnown(ctx: Ctx, userId: string | undefined): Promise<boolean> {
  const { deviceToken } = ctx.browser
  if (!userId || !deviceToken) return false
  return logins.isKnownDevice(ctx.db, hashToken(deviceToken), userId, ctx.now().toISOString())
}

async function refuseFailure(ctx: Ctx, addressKey: string, userKey: string): Promise<never> {
  const now = ctx.now()
  await logins.moveThrottle(ctx.database, userKey, (known) => afterUserFailure(known, now))
  await logins.moveThrottle(ctx.database, addressKey, (known) => afterAddressFailure(known, now))
  ctx.log.info({ event: 'sign_in.failed' })
  throw new Refusal('wrong_credentials')
}

/** Begins a session in this browser; the cookie it had before never becomes the session's. */
export async function startSession(
  ctx: Ctx,
  userId: string,
  organisationId: string,
): Promise<void> {
  const now = ctx.now()
  const token = newToken()
  await logins.insertSession(ctx.db, {
    tokenHash: hashToken(token),
    userId,
    organisationId,
    now: now.toISOString(),
    expiresAt: addSeconds(now, SESSION_HOURS * 3600),
    ip: ctx.browser.ip,
    userAgent: ctx.browser.userAgent,
  })
  ctx.browser.keepSession(token)
  if (await isKnown(ctx, userId)) return
  const device = newToken()
  const until = addSeconds(now, DEVICE_DAYS * 86_400)
  await logins.insertDevice(ctx.db, hashToken(device), userId, now.toISOString(), until)
  ctx.browser.keepDevice(device)
}

export async function signOut(ctx: ActorCtx): Promise<Record<string, never>> {
  const { sessionId } = ctx.actor
  await write(ctx, 'session.end', async (tx) => {
    await logins.endSession(tx.db, sessionId, tx.now().toISOString(), 'signed_out')
    tx.signal('session_changed', sessionId)
  })
  ctx.browser.dropSession()
  return {}
}

/** Moves this browser's session into another of the user's organisations. */
export async function enter(ctx: ActorCtx, organisationId: string): Promise<Me> {
  const mine = await logins.listOrganisations(ctx.db, ctx.actor.userId)
  if (!mine.some((one) => one.id === organisationId)) throw new Refusal('not_found')
  await logins.moveSession(ctx.db, ctx.actor.sessionId, organisationId)
  const from = actingIn(ctx, ctx.organisationId, ctx.actorId)
  await write(from, 'session.move', async (tx) => tx.signal('session_changed', ctx.actor.sessionId))
  return describe(ctx, ctx.actor.userId, organisationId)
}

/** The actor behind a session token, or null. Notes at most once a minute that they are active. */
export async function authenticate(
  db: Db,
  token: string | undefined,
  now: Date,
): Promise<Actor | null> {
  if (token === undefined || !/^[A-Za-z0-9_-]{43}$/.test(token)) return null
  const activeAfter = addSeconds(now, -IDLE_MINUTES * 60)
  const session = await logins.findSession(db, hashToken(token), now.toISOString(), activeAfter)
  if (!session) return null
  const { userId, organisationId } = session
  const [grants, paths] = await Promise.all([
    logins.listGrants(db, organisationId, userId),
    accounts.paths(db, organisationId),
  ])
  if (Date.parse(session.lastActiveAt) < now.getTime() - 60_000)
    await logins.keepActive(db, session.id, now.toISOString())
  const photo = session.photoId && `/files/photos/${session.photoId}/96`
  return {
    userId,
    organisationId,
    sessionId: session.id,
    name: `${session.firstName} ${session.lastName}`,
    photo,
    grants,
    paths,
  }
}

/** Who the user is in the organisation, for the page that they see. */
export async function describe(ctx: Ctx, userId: string, organisationId: string): Promise<Me> {
  const { db } = ctx
  const [user, grants, paths, organisations] = await Promise.all([
    logins.findUser(db, userId),
    logins.listGrants(db, organisationId, userId),
    accounts.paths(db, organisationId),
    logins.listOrganisations(db, userId),
  ])
  if (!user) throw new Refusal('unauthenticated')
  const actor = { grants, paths }
  const visible = await accounts.list(db, organisationId, accounts.visibleIds(actor))
  const { photoId, passwordState, ...names } = user
  return {
    ...names,
    organisationId,
    organisationName: organisations.find((one) => one.id === organisationId)?.name ?? '',
    photo: photoId && `/files/photos/${photoId}/96`,
    grants: grants.map((grant) => ({ ...grant, permissions: [...grant.permissions] })),
    accounts: visible,
    organisations,
    mustChangePassword: passwordState === 'temporary',
    now: ctx.now().getTime(),
  }
}
