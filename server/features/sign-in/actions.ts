// Signing in and out. Every try spends one hash, whoever it is for: an unknown login, a user
// without a password and a wrong password cannot be told apart by answer or by time. Where somebody
// may not work from is said before that, so that it tells nothing of the password.
import { passwordProblems } from '#contract/password.ts'
import type { Credentials, Me } from '#contract/session.ts'
import { freshUntil } from '../../platform/allow.ts'
import type { Actor, ActorCtx, Ctx } from '../../platform/context.ts'
import { actingIn } from '../../platform/context.ts'
import type { Db } from '../../platform/database.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import { hashToken } from '../../platform/tokens.ts'
import { write } from '../../platform/write.ts'
import * as accounts from '../accounts/queries.ts'
import * as addresses from './address-queries.ts'
import { policyOfUser } from './policy-queries.ts'
import * as logins from './queries.ts'
import { isForChanging, letsIn } from './rules.ts'
import * as sessions from './session-queries.ts'
import { startSession } from './sessions.ts'
import {
  type Counted,
  countedBy,
  isRight,
  provenLogin,
  refuseAddress,
  refuseFailure,
} from './tries.ts'
import * as devices from './tries-queries.ts'
import { noticeTwoPlaces } from './two-places.ts'

/**
 * Signs in to the oldest of the user's organisations that lets them in from here. Refuses with
 * `address_refused` when none does, whatever the password; with `wrong_credentials`, `too_many` (with
 * retryAfter) or `busy`. A temporary password lets in once; the session that begins with it must
 * change it.
 */
export async function signIn(ctx: Ctx, { login, password }: Credentials): Promise<Me> {
  const user = await logins.findLogin(ctx.db, login)
  const userKey = `user:${user?.id ?? login.toLowerCase().slice(0, 254)}`
  const counted = countedBy(ctx, userKey, user?.id)
  const organisation = user && (await openFromHere(ctx, user.id, counted))
  const hash = user && letsIn(user, ctx.now()) ? user.passwordHash : null
  const isIt = await isRight(ctx, counted, hash ?? undefined, password)
  if (!isIt || !user || hash === null || !organisation) return refuseFailure(ctx, counted)
  const mustChangePassword = await isToChange(ctx, user, password)
  const proof = { passwordHash: hash, mustChangePassword }
  if (!(await startSession(ctx, user.id, organisation.id, proof)))
    return refuseFailure(ctx, counted)
  await devices.clearThrottle(ctx.db, userKey)
  if (ctx.hasher.needsRehash(hash))
    await logins.rehash(ctx.db, user.id, hash, await ctx.hasher.hash(password))
  ctx.log.info({ event: 'sign_in.succeeded', userId: user.id })
  await noticeTwoPlaces(ctx, user.id).catch((err: unknown) => {
    ctx.log.error({ event: 'background.broke', err })
  })
  return describe(ctx, { userId: user.id, mustChangePassword }, organisation.id)
}

/** The oldest that lets the user in from here; undefined: they work in none. */
async function openFromHere(ctx: Ctx, userId: string, counted: Counted) {
  const places = await placesFromHere(ctx, userId)
  const open = places.find(({ isRefused }) => !isRefused)
  return open || places.length === 0 ? open : refuseAddress(ctx, counted)
}

/** The organisations that the user works in, and whether each refuses them at this address. */
async function placesFromHere({ db, browser: { ip } }: Ctx, userId: string) {
  const places = await logins.listOrganisations(db, userId)
  const visits = places.map(({ id: organisationId }) => ({ organisationId, userId, ip }))
  const refused = await addresses.listRefused(db, visits)
  return places.map((place, at) => ({ ...place, isRefused: refused.has(at) }))
}

// A stricter policy reaches a password here, the one moment at which it can be read.
async function isToChange(ctx: Ctx, login: logins.Login, password: string): Promise<boolean> {
  const policy = await policyOfUser(ctx.db, login.id)
  if (isForChanging(login, policy.expiryDays, ctx.now())) return true
  return passwordProblems(policy, password).length > 0
}

/** Counts as having signed in just now. Refuses with `wrong_credentials`, `too_many` or `busy`. */
export async function confirm(ctx: ActorCtx, password: string): Promise<{ freshUntil: string }> {
  await provenLogin(ctx, password)
  const now = ctx.now().toISOString()
  await sessions.confirmSession(ctx.db, ctx.actor.sessionId, now)
  return { freshUntil: freshUntil(now) }
}

/**
 * Ends this session. Where it would leave chats behind, refuses with `chats_open` unless it was said that
 * they go back to their queues, and with `chats_must_end` where the organisation lets nobody do that.
 */
export async function signOut(
  ctx: ActorCtx,
  becomesOfChats?: 'hand_over',
): Promise<Record<string, never>> {
  const { sessionId: id, userId } = ctx.actor
  const { chats, rule } = await sessions.leftBySigningOut(ctx.db, ctx.actor)
  if (chats > 0 && rule === 'forbid') throw new Refusal('chats_must_end', { count: chats })
  if (chats > 0 && rule === 'warn' && becomesOfChats === undefined)
    throw new Refusal('chats_open', { count: chats })
  await write(ctx, 'session.end', async (tx) => {
    await sessions.endSessions(tx.db, { userId, id }, tx.now().toISOString(), 'signed_out')
    tx.signal('session_changed', id)
  })
  ctx.browser.dropSession()
  return {}
}

/**
 * Moves this browser's session into another of the user's organisations. Refuses with `not_found`, or
 * with `address_refused` where they may not work from here.
 */
export async function enter(ctx: ActorCtx, organisationId: string): Promise<Me> {
  const mine = await placesFromHere(ctx, ctx.actor.userId)
  const place = found(mine.find((one) => one.id === organisationId))
  if (place.isRefused) throw new Refusal('address_refused')
  await sessions.moveSession(ctx.db, ctx.actor.sessionId, organisationId)
  const from = actingIn(ctx, ctx.organisationId, ctx.actorId)
  await write(from, 'session.move', async (tx) => tx.signal('session_changed', ctx.actor.sessionId))
  return describe(ctx, ctx.actor, organisationId)
}

/**
 * The actor behind a session token, or null. Notes at most once a minute that they are active.
 * Refuses with `address_refused` one who may not work from the address `ip`.
 */
export async function authenticate(
  db: Db,
  token: string | undefined,
  now: Date,
  ip: string | undefined,
): Promise<Actor | null> {
  if (token === undefined || !/^[A-Za-z0-9_-]{43}$/.test(token)) return null
  const session = await sessions.findSession(db, hashToken(token), now.toISOString(), ip)
  if (!session) return null
  const { firstName, lastName, photoId, lastActiveAt, isAddressRefused, ...rest } = session
  if (isAddressRefused) throw new Refusal('address_refused')
  const { id, held, accounts: tree, ...actor } = rest
  if (Date.parse(lastActiveAt) < now.getTime() - 60_000)
    await sessions.keepActive(db, id, now.toISOString())
  const photo = photoId && `/files/photos/${photoId}/96`
  return {
    ...{ ...actor, sessionId: id, name: `${firstName} ${lastName}`, photo },
    ...{ grants: held.map(logins.grantOf), paths: accounts.pathsOf(tree) },
  }
}

/** Who the user is in the organisation, for the page that they see. */
export async function describe(
  ctx: Ctx,
  { userId, mustChangePassword }: Pick<Actor, 'userId' | 'mustChangePassword'>,
  organisationId: string,
): Promise<Me> {
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
  const { photoId, ...names } = user
  return {
    ...names,
    organisationId,
    organisationName: organisations.find((one) => one.id === organisationId)?.name ?? '',
    photo: photoId && `/files/photos/${photoId}/96`,
    grants: grants.map((grant) => ({ ...grant, permissions: [...grant.permissions] })),
    accounts: visible,
    organisations,
    mustChangePassword,
    now: ctx.now().getTime(),
  }
}
