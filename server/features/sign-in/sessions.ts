// Sessions begin and end, and everybody who must know hears of it.

import { SESSIONS_MOST } from '#contract/security.ts'
import { networkOf } from '../../platform/client-ip.ts'
import { type ActingCtx, actingIn, type Ctx, type Tx } from '../../platform/context.ts'
import { deviceOf } from '../../platform/device.ts'
import { found } from '../../platform/refuse.ts'
import { hashToken, newToken } from '../../platform/tokens.ts'
import { write } from '../../platform/write.ts'
import { enqueueMail } from '../mail-outbox/actions.ts'
import type { Login } from './queries.ts'
import * as logins from './queries.ts'
import { addSeconds, DEVICE_DAYS, letsIn, SESSION_HOURS } from './rules.ts'
import * as sessions from './session-queries.ts'
import { isKnown } from './tries.ts'
import * as devices from './tries-queries.ts'

/** What somebody signed in with. */
export interface Proof {
  passwordHash: string
  mustChangePassword: boolean
}

/**
 * Begins a session in this browser; the cookie it had before never becomes the session's. More than
 * ten of one user end the oldest. False, and nothing has begun, when what it was proven by does not
 * hold any more: the password was changed meanwhile, or a temporary one has let in somebody else.
 */
export async function startSession(
  ctx: Ctx,
  userId: string,
  organisationId: string,
  proof?: Proof,
): Promise<boolean> {
  const token = newToken()
  const isKnownHere = await isKnown(ctx, userId)
  const ended = await write(actingIn(ctx, organisationId, userId), 'session.start', async (tx) => {
    const login = found(await logins.lockLogin(tx.db, userId))
    if (proof && !(await spend(tx, login, proof))) return undefined
    const begun = sessionOf(tx, userId, token, proof)
    await sessions.insertSession(tx.db, begun)
    if (proof && !isKnownHere) await tellNewDevice(tx, login)
    return signalEnded(tx, await sessions.endOldest(tx.db, begun, SESSIONS_MOST))
  })
  if (ended === undefined) return false
  ctx.browser.keepSession(token)
  if (!isKnownHere) await keepDevice(ctx, userId)
  await tellEnded(actingIn(ctx, organisationId, userId), ended)
  return true
}

async function spend(tx: Tx, login: Login, proof: Proof): Promise<boolean> {
  if (login.passwordHash !== proof.passwordHash || !letsIn(login, tx.now())) return false
  if (login.passwordState === 'temporary')
    await logins.useUp(tx.db, login.id, tx.now().toISOString())
  return true
}

function sessionOf(tx: Tx, userId: string, token: string, proof?: Proof): sessions.NewSession {
  const now = tx.now()
  return {
    tokenHash: hashToken(token),
    userId,
    organisationId: tx.organisationId,
    now: now.toISOString(),
    expiresAt: addSeconds(now, SESSION_HOURS * 3600),
    ip: tx.browser.ip,
    place: networkOf(tx.browser.ip) ?? null,
    userAgent: tx.browser.userAgent,
    mustChangePassword: proof?.mustChangePassword ?? false,
  }
}

// The very first browser is nothing to be told of.
async function tellNewDevice(tx: Tx, login: Login): Promise<void> {
  if (!(await devices.hasAnyDevice(tx.db, login.id))) return
  const { browser, system } = deviceOf(tx.browser.userAgent)
  await enqueueMail(tx, {
    template: 'new_device',
    toEmail: login.email,
    toName: `${login.firstName} ${login.lastName}`,
    language: login.language,
    data: {
      ...{ firstName: login.firstName, at: tx.now().toISOString(), ip: tx.browser.ip },
      ...{ browser: browser ?? '', system: system ?? '' },
    },
  })
}

async function keepDevice(ctx: Ctx, userId: string): Promise<void> {
  const device = newToken()
  const now = ctx.now()
  const until = addSeconds(now, DEVICE_DAYS * 86_400)
  await devices.insertDevice(ctx.db, hashToken(device), userId, now.toISOString(), until)
  ctx.browser.keepDevice(device)
}

/**
 * Ends sessions of a user. Those in other organisations end with the transaction too; their sockets
 * are told by `tellEnded`, once it is committed.
 */
export async function endSessions(
  tx: Tx,
  which: sessions.Which,
  because: string,
): Promise<sessions.Ended[]> {
  const now = tx.now().toISOString()
  return signalEnded(tx, await sessions.endSessions(tx.db, which, now, because))
}

function signalEnded(tx: Tx, ended: sessions.Ended[]): sessions.Ended[] {
  for (const { id, organisationId } of ended)
    if (organisationId === tx.organisationId) tx.signal('session_changed', id)
  return ended
}

/** Closes the sockets of ended sessions in organisations other than the one that was acted in. */
export async function tellEnded(ctx: ActingCtx, ended: readonly sessions.Ended[]): Promise<void> {
  const others = new Set(ended.map(({ organisationId }) => organisationId))
  others.delete(ctx.organisationId)
  for (const organisationId of others) {
    const there = actingIn(ctx, organisationId, ctx.actorId)
    await write(there, 'session.end', async (tx) => void signalEnded(tx, [...ended]))
  }
}
