// One's own password and one's own sessions.
import type { ChangedPassword, PolicyForTyping, Session } from '#contract/security.ts'
import type { Me } from '#contract/session.ts'
import type { ActorCtx } from '../../platform/context.ts'
import type { Db } from '../../platform/database.ts'
import { deviceOf } from '../../platform/device.ts'
import { Refusal } from '../../platform/refuse.ts'
import { hashToken, newToken } from '../../platform/tokens.ts'
import { write } from '../../platform/write.ts'
import { tellElsewhere } from '../people/tell.ts'
import { describe } from '../sign-in/actions.ts'
import { policyOfUser } from '../sign-in/policy-queries.ts'
import * as logins from '../sign-in/queries.ts'
import * as sessions from '../sign-in/session-queries.ts'
import { endSessions, tellEnded } from '../sign-in/sessions.ts'
import { provenLogin } from '../sign-in/tries.ts'
import { fitHash, keepPassword, mailChanged } from './passwords.ts'
import * as passwords from './queries.ts'

/** What the user's password must be, for whoever types it. */
export async function policyForTyping(db: Db, userId: string): Promise<PolicyForTyping> {
  const [policy, context] = await Promise.all([
    policyOfUser(db, userId),
    passwords.findContext(db, userId),
  ])
  return { policy, context }
}

/**
 * This browser goes on under a new token. Refuses with `wrong_credentials`, `weak_password`,
 * `too_many` or `busy`.
 */
export async function changePassword(ctx: ActorCtx, wanted: ChangedPassword): Promise<Me> {
  const { userId, sessionId } = ctx.actor
  const login = await provenLogin(ctx, wanted.current)
  const passwordHash = await fitHash(ctx, login, wanted.password)
  const token = newToken()
  const ended = await write(ctx, 'user.change_password', async (tx) => {
    const now = await logins.lockLogin(tx.db, userId)
    // The commit may have been lost and the work be done again; anything else was somebody else.
    if (now?.passwordHash === passwordHash) return []
    if (now?.passwordHash !== login.passwordHash) throw new Refusal('wrong_credentials')
    await keepPassword(tx, userId, { passwordHash, expiresAt: null })
    const at = tx.now().toISOString()
    await sessions.rotateSession(tx.db, sessionId, hashToken(token))
    await sessions.confirmSession(tx.db, sessionId, at)
    await mailChanged(tx, login)
    tx.note({ subject: 'user', subjectId: userId, after: { endsOthers: wanted.endOthers } })
    if (!wanted.endOthers) return []
    return endSessions(tx, { userId, except: sessionId }, 'password_changed')
  })
  ctx.browser.keepSession(token)
  await tellEnded(ctx, ended)
  await tellElsewhere(ctx, userId)
  return describe(ctx, { userId, mustChangePassword: false }, ctx.organisationId)
}

/** The user's sessions that hold now, in one organisation when it is named. */
export async function listSessions(
  ctx: Pick<ActorCtx, 'db' | 'actor' | 'now'>,
  userId: string,
  organisationId?: string,
): Promise<Session[]> {
  const now = ctx.now().toISOString()
  const rows = await sessions.listSessions(ctx.db, userId, now, organisationId)
  return rows.map(({ userAgent, ...row }) => ({
    ...row,
    ...deviceOf(userAgent ?? ''),
    isCurrent: row.id === ctx.actor.sessionId,
  }))
}

/** Refuses with `not_found` what is no session of one's own that holds. */
export async function endMySession(ctx: ActorCtx, id: string): Promise<Record<string, never>> {
  const { userId } = ctx.actor
  const ended = await write(ctx, 'session.end', async (tx) => {
    const done = await endSessions(tx, { userId, id }, 'ended_elsewhere')
    if (done.length === 0) throw new Refusal('not_found')
    tx.note({ subject: 'user', subjectId: userId, after: { sessionId: id } })
    return done
  })
  await tellEnded(ctx, ended)
  return {}
}

/** Ends every session of one's own but this one. */
export async function endMyOthers(ctx: ActorCtx): Promise<{ ended: number }> {
  const { userId, sessionId: except } = ctx.actor
  const ended = await write(ctx, 'session.end_others', async (tx) => {
    const done = await endSessions(tx, { userId, except }, 'ended_elsewhere')
    tx.note({ subject: 'user', subjectId: userId, after: { sessions: done.length } })
    return done
  })
  await tellEnded(ctx, ended)
  return { ended: ended.length }
}
