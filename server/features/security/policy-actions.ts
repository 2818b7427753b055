// What accounts ask of passwords, and how long sessions last there.
import { isStricter, type PasswordPolicy } from '#contract/password.ts'
import type { PolicyAt, PolicyEffect, SessionLimits, SessionLimitsAt } from '#contract/security.ts'
import { mustBeFresh, mustHold } from '../../platform/allow.ts'
import type { ActorCtx, Tx } from '../../platform/context.ts'
import { changedFields, findMarks, markFields } from '../../platform/marks.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import { write } from '../../platform/write.ts'
import * as accounts from '../accounts/queries.ts'
import * as policies from './policy-queries.ts'
import { oldestAt, strictest, USUAL } from './rules.ts'

type Reading = Pick<ActorCtx, 'db' | 'actor' | 'organisationId'>

/** For whoever makes users there or sets it. Refuses with `not_found` or `forbidden`. */
export async function policyAt(ctx: Reading, accountId: string): Promise<PolicyAt> {
  if (!accounts.mayAt(ctx.actor, 'accounts.manage', accountId))
    mustHold(ctx.actor, 'users.manage', accountId)
  return describePolicy(ctx, accountId)
}

async function describePolicy(ctx: Reading, accountId: string): Promise<PolicyAt> {
  const { db, organisationId, actor } = ctx
  const [, ...above] = pathOf(ctx, accountId)
  const inherited = await policies.findPolicy(db, organisationId, above)
  const here = await policies.findPolicy(db, organisationId, [accountId])
  const own = here.accountId === null ? null : here.policy
  const marks = await findMarks(db, accountId)
  const isAboveSeen = accounts.visibleIds(actor).includes(inherited.accountId ?? '')
  return {
    accountId,
    policy: own ?? inherited.policy,
    own,
    inherited: inherited.policy,
    from: own ? 'here' : inherited.accountId === null ? 'default' : 'above',
    fromName: own === null && isAboveSeen ? inherited.name : null,
    version: marks[POLICY]?.version ?? 0,
  }
}

/** Changes nothing. Refuses with `not_found` or `forbidden`. */
export async function previewPolicy(
  ctx: ActorCtx,
  accountId: string,
  wanted: PasswordPolicy | null,
): Promise<PolicyEffect> {
  mustHold(ctx.actor, 'accounts.manage', accountId)
  const { policy: now, inherited } = await describePolicy(ctx, accountId)
  const policy = wanted ?? inherited
  const before = oldestAt(policy.expiryDays, ctx.now())
  const reached = await policies.countReached(ctx.db, ctx.organisationId, accountId, before)
  return { ...reached, lookedAt: isStricter(policy, now) ? reached.people - reached.mustChange : 0 }
}

const POLICY = 'passwordPolicy'

/** Refuses with `not_found`, `forbidden`, `reauth_needed` or `stale`. */
export async function setPolicy(
  ctx: ActorCtx,
  accountId: string,
  policy: PasswordPolicy | null,
  version: number,
): Promise<PolicyAt> {
  mustHold(ctx.actor, 'accounts.manage', accountId)
  mustBeFresh(ctx)
  await write(ctx, 'account.set_password_policy', async (tx) => {
    await policies.lockAccount(tx.db, tx.organisationId, accountId)
    const { own } = await describePolicy({ ...tx, actor: ctx.actor }, accountId)
    const wanted = { set: { [POLICY]: policy }, base: { [POLICY]: version } }
    const changed = await changedFields(tx, accountId, { [POLICY]: own }, wanted)
    if (!(POLICY in changed)) return
    await policies.setPolicy(tx.db, tx.organisationId, accountId, policy)
    await mark(tx, accountId, POLICY, own, policy)
  })
  return describePolicy(ctx, accountId)
}

const LIMITS = 'sessionLimits'

/** Refuses with `not_found` or `forbidden`. */
export async function sessionLimitsAt(ctx: Reading, accountId: string): Promise<SessionLimitsAt> {
  mustHold(ctx.actor, 'accounts.manage', accountId)
  const { db, organisationId } = ctx
  const [, ...above] = pathOf(ctx, accountId)
  const own = found(await policies.findLimits(db, organisationId, accountId))
  const most = strictest([USUAL, ...(await policies.listLimits(db, organisationId, above))])
  const marks = await findMarks(db, accountId)
  return { accountId, own, ...strictest([most, own]), most, version: marks[LIMITS]?.version ?? 0 }
}

/** Refuses with `not_found`, `forbidden`, `reauth_needed`, `stale`, or `invalid` what is more than above. */
export async function setSessionLimits(
  ctx: ActorCtx,
  accountId: string,
  { version, ...limits }: SessionLimits & { version: number },
): Promise<SessionLimitsAt> {
  mustHold(ctx.actor, 'accounts.manage', accountId)
  mustBeFresh(ctx)
  await write(ctx, 'account.set_session_limits', async (tx) => {
    await policies.lockAccount(tx.db, tx.organisationId, accountId)
    const { own, most } = await sessionLimitsAt({ ...tx, actor: ctx.actor }, accountId)
    refuseLonger(limits, most)
    const wanted = { set: { [LIMITS]: limits }, base: { [LIMITS]: version } }
    const changed = await changedFields(tx, accountId, { [LIMITS]: own }, wanted)
    if (!(LIMITS in changed)) return
    await policies.setLimits(tx.db, tx.organisationId, accountId, limits)
    await mark(tx, accountId, LIMITS, own, limits)
  })
  return sessionLimitsAt(ctx, accountId)
}

function refuseLonger({ idleMinutes, hours }: SessionLimits, most: SessionLimitsAt['most']): void {
  if ((idleMinutes ?? 0) > most.idleMinutes) throw new Refusal('invalid', { field: 'idleMinutes' })
  if ((hours ?? 0) > most.hours) throw new Refusal('invalid', { field: 'hours' })
}

async function mark(tx: Tx, accountId: string, field: string, before: unknown, after: unknown) {
  await markFields(tx, accountId, [field])
  tx.note({
    subject: 'account',
    subjectId: accountId,
    before: { [field]: before },
    after: { [field]: after },
  })
}

function pathOf({ actor }: Reading, accountId: string): readonly string[] {
  return actor.paths.get(accountId) ?? []
}
