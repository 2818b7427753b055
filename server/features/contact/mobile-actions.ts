// One's own mobile number: changed, and proven by a code that is sent to it.
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { CODE_MINUTES, CODE_TRIES, type MyContact } from '#contract/contact.ts'
import type { ActorCtx } from '../../platform/context.ts'
import { changedFields, findMarks, markFields } from '../../platform/marks.ts'
import { spend } from '../../platform/quota.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import { write } from '../../platform/write.ts'
import { tellElsewhere, tellPerson } from '../people/tell.ts'
import * as logins from '../sign-in/queries.ts'
import { enqueueSms } from '../sms-outbox/actions.ts'
import * as mobiles from './mobile-queries.ts'
import { codeOf } from './post.ts'

const PER_USER = { most: 5, seconds: 3600 }
const PER_NUMBER = { most: 5, seconds: 3600 }
const PER_ORGANISATION = { most: 200, seconds: 3600 }

export async function contactOf({ db, actor, now }: ActorCtx): Promise<MyContact> {
  const { userId, organisationId } = actor
  const { mobileVerifiedAt, ...contact } = found(await mobiles.findContact(db, userId))
  const marks = await findMarks(db, userId)
  const code = await mobiles.findCode(db, userId)
  const isOpen =
    code !== undefined &&
    code.mobile === contact.mobile &&
    code.tries < CODE_TRIES &&
    Date.parse(code.expiresAt) > now().getTime()
  return {
    ...contact,
    membershipId: found(await mobiles.findMembershipId(db, organisationId, userId)),
    isMobileVerified: mobileVerifiedAt !== null,
    mobileVersion: marks['mobile']?.version ?? 0,
    codeUntil: isOpen ? code.expiresAt : null,
  }
}

/** Refuses with `stale`. */
export async function setMyMobile(
  ctx: ActorCtx,
  { mobile, version }: { mobile: string | null; version: number },
): Promise<MyContact> {
  const { userId } = ctx.actor
  await write(ctx, 'user.set_mobile', async (tx) => {
    await logins.lockLogin(tx.db, userId)
    const { mobile: before } = found(await mobiles.findContact(tx.db, userId))
    const wanted = { set: { mobile }, base: { mobile: version } }
    const changed = await changedFields(tx, userId, { mobile: before }, wanted)
    if (!('mobile' in changed)) return
    await mobiles.setMobile(tx.db, userId, mobile)
    await markFields(tx, userId, ['mobile'])
    tx.note({ subject: 'user', subjectId: userId, before: { mobile: before }, after: { mobile } })
    await tellPerson(tx, userId)
  })
  await tellElsewhere(ctx, userId)
  return contactOf(ctx)
}

/**
 * Sends a code to the number; one sent before works no more. Refuses with `invalid` (there is no
 * number, or it is verified) or `too_many`.
 */
export async function sendCode(ctx: ActorCtx): Promise<MyContact> {
  const { userId, organisationId } = ctx.actor
  const now = ctx.now()
  const { mobile, mobileVerifiedAt } = found(await mobiles.findContact(ctx.db, userId))
  if (mobile === null || mobileVerifiedAt !== null)
    throw new Refusal('invalid', { field: 'mobile' })
  await spend(ctx.db, `sms:${userId}`, PER_USER, now)
  await spend(ctx.db, `sms_to:${mobile}`, PER_NUMBER, now)
  await spend(ctx.db, `sms_of:${organisationId}`, PER_ORGANISATION, now)
  await write(ctx, 'user.send_mobile_code', async (tx) => {
    const { language } = found(await logins.lockLogin(tx.db, userId))
    const nonce = randomBytes(16)
    const createdAt = now.toISOString()
    const expiresAt = new Date(now.getTime() + CODE_MINUTES * 60_000).toISOString()
    await mobiles.putCode(tx.db, { userId, mobile, nonce, createdAt, expiresAt })
    const data = { nonce: nonce.toString('hex') }
    await enqueueSms(tx, { userId, toMobile: mobile, kind: 'mobile_code', language, data })
    tx.note({ subject: 'user', subjectId: userId, after: { codeTo: mobile } })
  })
  return contactOf(ctx)
}

/**
 * Refuses with `wrong_code`; and with `code_expired` when none was sent to the number, it has run
 * out, it was used, or five tries were wrong.
 */
export async function verifyMobile(ctx: ActorCtx, code: string): Promise<MyContact> {
  const { userId } = ctx.actor
  // Counted whatever comes of it, so apart from what a refusal takes back.
  const tried = await mobiles.tryCode(ctx.db, userId, CODE_TRIES, ctx.now().toISOString())
  if (!tried) throw new Refusal('code_expired')
  const right = codeOf(ctx, userId, tried.nonce)
  if (!timingSafeEqual(Buffer.from(right), Buffer.from(code))) throw new Refusal('wrong_code')
  await write(ctx, 'user.verify_mobile', async (tx) => {
    await logins.lockLogin(tx.db, userId)
    const { mobile } = found(await mobiles.findContact(tx.db, userId))
    const isThis = mobile === tried.mobile && (await mobiles.dropCode(tx.db, userId, tried.nonce))
    if (!isThis) throw new Refusal('code_expired')
    await mobiles.setVerified(tx.db, userId, tx.now().toISOString())
    tx.note({ subject: 'user', subjectId: userId, after: { verifiedMobile: mobile } })
    await tellPerson(tx, userId)
  })
  await tellElsewhere(ctx, userId)
  return contactOf(ctx)
}
