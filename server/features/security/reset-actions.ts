// Choosing a new password by a mailed link.
import { randomBytes, randomUUID } from 'node:crypto'
import { RESET_MINUTES, type ResetCard } from '#contract/security.ts'
import { throttleKey } from '../../platform/client-ip.ts'
import { actingIn, type Ctx, type Tx } from '../../platform/context.ts'
import { spend } from '../../platform/quota.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import { deriveToken, hashToken } from '../../platform/tokens.ts'
import { write } from '../../platform/write.ts'
import { tellElsewhere } from '../people/tell.ts'
import * as logins from '../sign-in/queries.ts'
import { endSessions, tellEnded } from '../sign-in/sessions.ts'
import { clearThrottle } from '../sign-in/tries-queries.ts'
import { policyForTyping } from './own-actions.ts'
import { fitHash, keepPassword, mailChanged, mailLogin } from './passwords.ts'
import * as passwords from './queries.ts'

const PER_BROWSER = { most: 20, seconds: 3600 }
const PER_USER = { most: 3, seconds: 3600 }
const AT_ONCE = 20

/** Keeps the wish and looks at nothing else: answer and time are the same whoever it is for. */
export async function forget(ctx: Ctx, login: string): Promise<Record<string, never>> {
  const now = ctx.now()
  await spend(ctx.db, `forgot:${throttleKey(ctx.browser.ip)}`, PER_BROWSER, now)
  await passwords.insertForgotten(ctx.db, login, now.toISOString())
  return {}
}

/** Mails a link to whoever said to have forgotten theirs and is a user here; answers how many asked. */
export async function answerForgotten(ctx: Ctx): Promise<number> {
  let count = 0
  while (
    count < AT_ONCE &&
    (await passwords.answerOldest(ctx.database, (wish) => answerOne(ctx, wish)))
  )
    count += 1
  return count
}

async function answerOne(ctx: Ctx, wish: string): Promise<void> {
  const login = await logins.findLogin(ctx.db, wish)
  if (!login) return
  const [organisation] = await logins.listOrganisations(ctx.db, login.id)
  if (!organisation || !(await mayBeMailed(ctx, login.id))) return
  await write(actingIn(ctx, organisation.id, null), 'user.forget_password', async (tx) => {
    await sendReset(tx, login, null)
    tx.note({ subject: 'user', subjectId: login.id })
  })
}

async function mayBeMailed(ctx: Ctx, userId: string): Promise<boolean> {
  try {
    await spendReset(ctx, userId)
    return true
  } catch (error) {
    if (error instanceof Refusal) return false
    throw error
  }
}

/** Refuses with `too_many`: three such mails an hour are enough for anybody. */
export function spendReset(ctx: Pick<Ctx, 'db' | 'now'>, userId: string): Promise<void> {
  return spend(ctx.db, `reset:${userId}`, PER_USER, ctx.now())
}

/** Has a link mailed to the user; its token is made when the mail goes out. */
export async function sendReset(
  tx: Tx,
  login: logins.Login,
  requestedBy: string | null,
): Promise<void> {
  const id = randomUUID()
  const tokenNonce = randomBytes(16)
  const now = tx.now()
  await passwords.insertReset(tx.db, {
    ...{ id, userId: login.id, organisationId: tx.organisationId, requestedBy, tokenNonce },
    tokenHash: hashToken(tokenOf(tx, id, tokenNonce)),
    createdAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + RESET_MINUTES * 60_000).toISOString(),
  })
  await mailLogin(tx, login, 'password_reset', { resetId: id })
}

/** The secret of a link. */
export function tokenOf({ secretKey }: Ctx, id: string, nonce: Buffer): string {
  return deriveToken(secretKey, 'password_reset', id, nonce)
}

/** Refuses with `not_found`, `link_used` or `link_expired`. */
async function openReset(ctx: Ctx, token: string): Promise<passwords.Reset> {
  const reset = found(await passwords.findResetByToken(ctx.db, hashToken(token)))
  if (reset.usedAt !== null) throw new Refusal('link_used')
  if (Date.parse(reset.expiresAt) <= ctx.now().getTime()) throw new Refusal('link_expired')
  return reset
}

/** Changes nothing. Refuses with `not_found`, `link_used` or `link_expired`. */
export async function lookAtReset(ctx: Ctx, token: string): Promise<ResetCard> {
  const { userId, expiresAt } = await openReset(ctx, token)
  const { login, firstName } = found(await logins.findLoginOf(ctx.db, userId))
  return { ...(await policyForTyping(ctx.db, userId)), login, firstName, expiresAt }
}

/** Refuses like looking, and with `weak_password` or `busy`; what is refused uses up nothing. */
export async function resetPassword(
  ctx: Ctx,
  token: string,
  password: string,
): Promise<Record<string, never>> {
  const { id, userId, organisationId } = await openReset(ctx, token)
  const login = found(await logins.findLoginOf(ctx.db, userId))
  const passwordHash = await fitHash(ctx, login, password).catch(async (error: unknown) => {
    // Where the same was chosen by the same link a moment ago, the link is what is over.
    await openReset(ctx, token)
    throw error
  })
  const acting = actingIn(ctx, organisationId, userId)
  const ended = await write(acting, 'user.reset_password', async (tx) => {
    await logins.lockLogin(tx.db, userId)
    if (!(await passwords.redeem(tx.db, id, tx.now().toISOString()))) throw new Refusal('link_used')
    // Whoever had the old password may have asked for another e-mail.
    await passwords.voidEmailChange(tx.db, userId, tx.now().toISOString())
    await keepPassword(tx, userId, { passwordHash, expiresAt: null })
    await mailChanged(tx, login)
    tx.note({ subject: 'user', subjectId: userId })
    return endSessions(tx, { userId }, 'password_changed')
  })
  await tellEnded(acting, ended)
  await tellElsewhere(acting, userId)
  await clearThrottle(ctx.db, `user:${userId}`)
  return {}
}
