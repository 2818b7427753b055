// The password and the sessions of another person, for whoever manages them.

import { strictestPolicy } from '#contract/password.ts'
import type { Permission } from '#contract/permissions.ts'
import { type PolicyForTyping, type SetPassword, TEMPORARY_HOURS } from '#contract/security.ts'
import { mustBeFresh } from '../../platform/allow.ts'
import type { ActorCtx } from '../../platform/context.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import { write } from '../../platform/write.ts'
import { findStanding, listRecordsOf, type Standing } from '../people/queries.ts'
import { isWithin, mayReach } from '../people/reach.ts'
import { tellPerson } from '../people/tell.ts'
import * as logins from '../sign-in/queries.ts'
import { endSessions, tellEnded } from '../sign-in/sessions.ts'
import { listSessions, policyForTyping } from './own-actions.ts'
import { fitHash, keepPassword, mailChanged } from './passwords.ts'
import { findPolicy, type Policy } from './policy-queries.ts'
import * as passwords from './queries.ts'
import { sendReset, spendReset } from './reset-actions.ts'

type Ended = Record<string, never>

/**
 * Gives a person a password; all their sessions end. Refuses with `reauth_needed`, `not_found`,
 * `forbidden` (not the permission there, or oneself), `stronger_person`, `works_elsewhere`,
 * `wrong_status`, `weak_password` or `busy`.
 */
export async function setPassword(
  ctx: ActorCtx,
  id: string,
  { password, mustChange }: SetPassword,
): Promise<{ expiresAt: string | null }> {
  const standing = await mustManage(ctx, id)
  const { userId } = standing
  if (userId === ctx.actor.userId) throw new Refusal('forbidden')
  await mustBeOurs(ctx, userId)
  if (standing.status === 'archived') throw new Refusal('wrong_status')
  mustBeFresh(ctx)
  const login = found(await logins.findLoginOf(ctx.db, userId))
  const { policy } = await policyAt(ctx, standing)
  const passwordHash = await fitHash(ctx, login, password, [policy])
  const runsOut = new Date(ctx.now().getTime() + TEMPORARY_HOURS * 3_600_000).toISOString()
  const expiresAt = mustChange ? runsOut : null
  await write(ctx, 'user.set_password', async (tx) => {
    await keepPassword(tx, userId, { passwordHash, expiresAt })
    await mailChanged(tx, login)
    const before = { passwordState: login.passwordState }
    const after = { passwordState: mustChange ? 'temporary' : 'chosen' }
    tx.note({ subject: 'user', subjectId: userId, before, after })
    await endSessions(tx, { userId }, 'password_set')
  })
  return { expiresAt }
}

/** Refuses with `not_found`, `forbidden`, `stronger_person`, `wrong_status` or `too_many`. */
export async function mailReset(ctx: ActorCtx, id: string): Promise<Ended> {
  const { userId, status } = await mustManage(ctx, id)
  if (status !== 'active') throw new Refusal('wrong_status')
  const login = found(await logins.findLoginOf(ctx.db, userId))
  await spendReset(ctx, userId)
  await write(ctx, 'user.send_reset', async (tx) => {
    await sendReset(tx, login, ctx.actor.userId)
    tx.note({ subject: 'user', subjectId: userId })
  })
  return {}
}

/** Refuses with `not_found`, `forbidden`, `stronger_person` or `works_elsewhere`. */
export async function expirePassword(ctx: ActorCtx, id: string): Promise<Ended> {
  const { userId } = await mustManage(ctx, id)
  await mustBeOurs(ctx, userId)
  await write(ctx, 'user.expire_password', async (tx) => {
    await passwords.askForChange(tx.db, userId)
    tx.note({ subject: 'user', subjectId: userId, after: { mustChangePassword: true } })
    await tellPerson(tx, userId)
  })
  return {}
}

/** Refuses with `not_found`, `forbidden` or `stronger_person`. */
export async function policyOfPerson(ctx: ActorCtx, id: string): Promise<PolicyForTyping> {
  const standing = await mustManage(ctx, id)
  const { policy, context } = await policyForTyping(ctx.db, standing.userId)
  const here = await policyAt(ctx, standing)
  return { policy: strictestPolicy([policy, here.policy]), context }
}

/** Those of this organisation alone. Refuses with `not_found` or `forbidden`. */
export async function sessionsOfPerson(ctx: ActorCtx, id: string) {
  const { userId } = await mustHold(ctx, 'sessions.manage', id)
  return listSessions(ctx, userId, ctx.organisationId)
}

/** Refuses with `not_found`, `forbidden` or `stronger_person`. */
export async function endSessionOf(ctx: ActorCtx, id: string, sessionId: string): Promise<Ended> {
  await endOf(ctx, id, sessionId)
  return {}
}

/** Refuses with `not_found`, `forbidden` or `stronger_person`. */
export async function endSessionsOf(ctx: ActorCtx, id: string): Promise<{ ended: number }> {
  return { ended: await endOf(ctx, id) }
}

async function endOf(ctx: ActorCtx, id: string, sessionId?: string): Promise<number> {
  const { userId } = await mustHold(ctx, 'sessions.manage', id)
  await refuseStronger(ctx, userId)
  const { organisationId } = ctx
  const which = { userId, organisationId, ...(sessionId !== undefined && { id: sessionId }) }
  const ended = await write(ctx, 'session.end_of', async (tx) => {
    const done = await endSessions(tx, which, 'ended_by_administrator')
    if (sessionId !== undefined && done.length === 0) throw new Refusal('not_found')
    tx.note({ subject: 'user', subjectId: userId, after: { sessions: done.length } })
    return done
  })
  await tellEnded(ctx, ended)
  return ended.length
}

/** Refuses with `not_found` one whom the actor may not know of, else with `forbidden`. */
async function mustHold(ctx: ActorCtx, permission: Permission, id: string): Promise<Standing> {
  const { actor, db } = ctx
  const standing = found(await findStanding(db, ctx.organisationId, id))
  if (mayReach(actor, permission, standing)) return standing
  throw new Refusal(mayReach(actor, 'users.view', standing) ? 'forbidden' : 'not_found')
}

/** Refuses with `not_found`, `forbidden` or, one with more rights than the actor's, `stronger_person`. */
export async function mustManage(ctx: ActorCtx, id: string): Promise<Standing> {
  const standing = await mustHold(ctx, 'users.manage', id)
  await refuseStronger(ctx, standing.userId)
  return standing
}

// Whoever has somebody's password has all their rights, wherever they are held.
async function refuseStronger({ db, actor, organisationId }: ActorCtx, userId: string) {
  if (userId === actor.userId) return
  const records = await listRecordsOf(db, organisationId, userId)
  const roles = records.flatMap((record) => record.roles)
  if (!isWithin(actor, roles)) throw new Refusal('stronger_person')
}

/** Refuses with `works_elsewhere` a user who belongs to another organisation too. */
export async function mustBeOurs({ db, organisationId }: ActorCtx, userId: string): Promise<void> {
  const records = await listRecordsOf(db, organisationId, userId)
  if (!records.every((record) => record.isOursAlone)) throw new Refusal('works_elsewhere')
}

function policyAt({ db, actor, organisationId }: ActorCtx, standing: Standing): Promise<Policy> {
  return findPolicy(db, organisationId, actor.paths.get(standing.accountId) ?? [])
}
