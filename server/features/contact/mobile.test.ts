// A mobile number that is proven by a code, and notifications that reach whoever chose so.
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { myContact, type NotificationChoice } from '#contract/contact.ts'
import { invitations } from '#contract/invitations.ts'
import { mailbox } from '#contract/mailbox.ts'
import { NOTIFICATION_KINDS, notifications } from '#contract/notifications.ts'
import { people } from '#contract/people.ts'
import { scope } from '#contract/scopes.ts'
import { actingIn } from '../../platform/context.ts'
import type { SmsAdapter } from '../../platform/sms.ts'
import { write } from '../../platform/write.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { until } from '../../testing/floor.ts'
import { openHouse, type Person } from '../../testing/house.ts'
import { acceptance, openInviting } from '../../testing/inviting.ts'
import { clockOf } from '../../testing/lifecycle.ts'
import { notify } from '../notifications/actions.ts'
import { sendDue } from '../sms-outbox/worker.ts'
import { contactSms } from './post.ts'

const house = openHouse()
const inviting = openInviting(house)
let organisationId: string
let count = 0
beforeAll(() => {
  organisationId = inviting.organisationId
})
beforeEach(() => house.db.deleteFrom('throttles').execute())

const newcomer = () => house.person({ organisationId, role: 'agent' })
const number = () => `+316${String(++count).padStart(8, '0')}`
const setMobile = (who: Person, mobile: string | null, version: number) =>
  who.try(myContact.setMobile, { body: { mobile, version } })
const verify = (who: Person, code: string) => who.try(myContact.verifyMobile, { body: { code } })
const smsTo = async (mobile: string) =>
  (await house.anyone.call(mailbox.sms)).filter(({ toMobile }) => toMobile === mobile)
const codeTo = (mobile: string, nth = 0) =>
  until(async () => /^\d{6}/.exec((await smsTo(mobile)).toReversed()[nth]?.text ?? '')?.[0], 8_000)
const other = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0')

async function withNumber(): Promise<{ who: Person; mobile: string }> {
  const who = await newcomer()
  const mobile = number()
  expect((await setMobile(who, mobile, 0)).status).toBe(200)
  return { who, mobile }
}

async function verified(): Promise<{ who: Person; mobile: string }> {
  const { who, mobile } = await withNumber()
  await who.call(myContact.sendCode)
  expect((await verify(who, await codeTo(mobile))).status).toBe(200)
  return { who, mobile }
}

describe('a mobile number', () => {
  test('W-8: is kept as E.164, and proven by the code that is sent to it', async () => {
    const who = await newcomer()
    expect((await setMobile(who, '+31612345678', 0)).body.mobile).toBe('+31612345678')
    const { codeUntil, isMobileVerified } = await who.call(myContact.sendCode)
    expect(isMobileVerified).toBe(false)
    const minutes = (Date.parse(codeUntil ?? '') - Date.now()) / 60_000
    expect(minutes).toBeGreaterThan(9.5)
    expect(minutes).toBeLessThan(10.1)
    const code = await codeTo('+31612345678')
    expect(
      JSON.stringify(await house.db.selectFrom('mobileCodes').selectAll().execute()),
    ).not.toContain(code)
    const page = await inviting.admin.live()
    await page.watch(scope.record(who.membershipId))
    const { body } = await verify(who, code)
    expect([body.isMobileVerified, body.codeUntil]).toEqual([true, null])
    await page.until(() => page.replica.get('record', who.membershipId)?.mobileVerified === true)
    await expectSync(page, inviting.admin, scope.record(who.membershipId))
    expect((await verify(who, code)).body.error.code).toBe('code_expired')
    expect((await who.try(myContact.sendCode)).body.error.field).toBe('mobile')
  })

  test.each([
    '0612345678',
    '31612345678',
    '+0612345678',
    '+31 6 12345678',
    '+316',
    '+3161234567890123',
    '',
  ])('W-8: %j is no number', async (mobile) => {
    expect((await setMobile(await newcomer(), mobile, 0)).status).toBe(400)
  })

  test('W-8: another number must be proven anew, whoever sets it, and a code is for its number alone', async () => {
    const { who } = await verified()
    const params = { id: who.membershipId }
    await inviting.admin.call(people.change, {
      params,
      body: { set: { mobile: number() }, base: { mobile: 1 } },
    })
    expect((await who.call(myContact.get)).isMobileVerified).toBe(false)
    const { mobile, mobileVersion } = await who.call(myContact.get)
    await who.call(myContact.sendCode)
    const code = await codeTo(mobile ?? '')
    expect((await setMobile(who, number(), mobileVersion)).status).toBe(200)
    expect((await verify(who, code)).body.error.code).toBe('code_expired')
    expect((await setMobile(who, null, mobileVersion + 1)).body.mobile).toBeNull()
    expect((await who.try(myContact.sendCode)).status).toBe(400)
  })

  test('W-8: of two who change it at once the later is told', async () => {
    const { who, mobile } = await withNumber()
    const late = await setMobile(who, number(), 0)
    expect([late.status, late.body.error.theirs?.value]).toEqual([409, mobile])
  })

  test('W-8: five wrong codes end a code, however many are tried at once; ten minutes do as well', async () => {
    const { who, mobile } = await withNumber()
    await who.call(myContact.sendCode)
    const code = await codeTo(mobile)
    const tries = await Promise.all(Array.from({ length: 12 }, () => verify(who, other(code))))
    const codes = tries.map(({ body }) => body.error.code).toSorted()
    expect(codes.filter((one) => one === 'wrong_code')).toHaveLength(5)
    expect((await verify(who, code)).body.error.code).toBe('code_expired')
    await who.call(myContact.sendCode)
    const second = await codeTo(mobile, 1)
    await house.db
      .updateTable('mobileCodes')
      .set({ expiresAt: new Date(Date.now() - 1_000).toISOString() })
      .where('userId', '=', who.userId)
      .execute()
    expect((await who.call(myContact.get)).codeUntil).toBeNull()
    expect((await verify(who, second)).body.error.code).toBe('code_expired')
    expect((await verify(who, 'abcdef')).status).toBe(400)
  })

  test('W-8: a new code ends the one before; five an hour are enough', async () => {
    const { who, mobile } = await withNumber()
    await who.call(myContact.sendCode)
    const first = await codeTo(mobile)
    await who.call(myContact.sendCode)
    const second = await codeTo(mobile, 1)
    if (first !== second) expect((await verify(who, first)).body.error.code).toBe('wrong_code')
    for (let at = 2; at < 5; at++) await who.call(myContact.sendCode)
    expect((await who.try(myContact.sendCode)).status).toBe(429)
    // Those that were replaced before they could go out never do.
    await until(async () => {
      const left = await house.db.selectFrom('smsOutbox').select('id').execute()
      return left.length === 0 ? true : undefined
    }, 8_000)
    const last = (await smsTo(mobile))[0]?.text.slice(0, 6) ?? ''
    expect((await verify(who, last)).status).toBe(200)
  })

  test('W-8: is told on the page of the mailbox too', async () => {
    const { who, mobile } = await withNumber()
    await who.call(myContact.sendCode)
    const code = await codeTo(mobile)
    const page = await (await fetch(`${house.url}/dev/mail`)).text()
    expect(page).toContain(`SMS: ${code}`)
    expect(page).toContain(`To ${mobile}`)
  })

  test('W-8: a message that nobody takes is tried again, once', async () => {
    const { who, mobile } = await withNumber()
    const sent: string[] = []
    let isDown = true
    const adapter: SmsAdapter = {
      async send({ to }) {
        if (isDown) throw new Error('no line')
        sent.push(to)
      },
    }
    // Not yet, as far as the house's own postman is concerned.
    const soon = new Date(Date.now() + 3_600_000).toISOString()
    await house.db
      .insertInto('smsOutbox')
      .values({
        ...{
          organisationId,
          userId: who.userId,
          toMobile: mobile,
          kind: 'mobile_code',
          language: 'en',
        },
        ...{ data: JSON.stringify({ nonce: '' }), createdAt: soon, nextTryAt: soon },
      })
      .execute()
    const at = (seconds: number) =>
      clockOf(house, () => new Date(Date.parse(soon) + seconds * 1000))
    const kinds = { ...contactSms, mobile_code: async () => 'Hello' }
    expect(await sendDue(at(0), kinds, adapter)).toBe(1)
    expect(await sendDue(at(1), kinds, adapter)).toBe(0)
    isDown = false
    expect(await sendDue(at(6), kinds, adapter)).toBe(1)
    expect(await sendDue(at(60), kinds, adapter)).toBe(0)
    expect(sent).toEqual([mobile])
  })
})

describe('notifications', () => {
  const choose = (who: Person, ...choices: NotificationChoice[]) =>
    who.call(myContact.choose, { body: { choices } })
  const tell = (who: Person) =>
    write(
      actingIn(
        clockOf(house, () => new Date()),
        organisationId,
        null,
      ),
      'test.notify',
      (tx) =>
        notify(tx, {
          userId: who.userId,
          kind: 'two_places',
          data: { name: 'Bo Briain', one: '192.0.2.7', other: '198.51.100.20' },
        }),
    )
  const mailsTo = async ({ email }: Person) =>
    (await house.anyone.call(mailbox.list)).filter(({ toEmail }) => toEmail === email)
  const isSettled = async () => {
    const left = await Promise.all([
      house.db.selectFrom('smsOutbox').select('id').execute(),
      house.db
        .selectFrom('mailOutbox')
        .select('id')
        .where('sentAt', 'is', null)
        .where('failedAt', 'is', null)
        .execute(),
    ])
    return left.flat().length === 0 ? true : undefined
  }

  test('W-8: come to the app always, by mail and to the verified mobile where that is chosen', async () => {
    const { who, mobile } = await verified()
    await tell(who)
    await until(isSettled, 8_000)
    expect((await mailsTo(who)).length).toBe(0)
    expect((await smsTo(mobile)).length).toBe(1)
    await choose(who, { kind: 'two_places', email: true, sms: true })
    await tell(who)
    await until(isSettled, 8_000)
    expect((await mailsTo(who)).map(({ subject }) => subject)).toEqual([
      'Bo Briain is signed in from two places at once',
    ])
    expect((await smsTo(mobile))[0]?.text).toBe(
      'Switchboard: Bo Briain is signed in from two places at once. From 192.0.2.7 and from 198.51.100.20.',
    )
    expect(await who.call(notifications.list)).toHaveLength(2)
    // Another kind is another choice.
    const { choices } = await who.call(myContact.choices)
    expect(choices.map(({ kind }) => kind)).toEqual(NOTIFICATION_KINDS)
    expect(choices.find(({ kind }) => kind === 'invitation_lost_parts')).toEqual({
      ...{ kind: 'invitation_lost_parts', email: false, sms: false },
    })
  })

  test('W-8: never go to a number that is not verified', async () => {
    const { who, mobile } = await withNumber()
    await choose(who, { kind: 'two_places', email: false, sms: true })
    await tell(who)
    await until(isSettled, 8_000)
    expect(await smsTo(mobile)).toEqual([])
    expect(await who.call(notifications.list)).toHaveLength(1)
  })

  test('W-8: an accepted invitation is mailed to whoever sent it, unless they chose otherwise', async () => {
    const accepted = async (by: Person) => {
      const { token } = await inviting.invited(by)
      expect((await house.anyone.try(invitations.accept, acceptance(token))).status).toBe(200)
      await until(isSettled, 8_000)
      return (await mailsTo(by)).length
    }
    const [usual, quiet] = [await inviting.inviter(), await inviting.inviter()]
    expect(await accepted(usual)).toBe(1)
    await choose(quiet, { kind: 'invitation_accepted', email: false, sms: false })
    expect(await accepted(quiet)).toBe(0)
    expect(await quiet.call(notifications.list)).toHaveLength(1)
  })

  test('W-8: what is no choice changes nothing', async () => {
    const who = await newcomer()
    const before = await who.call(myContact.choices)
    for (const one of [
      { kind: 'nothing', email: true, sms: true },
      { kind: 'two_places', email: 'yes', sms: false },
      {},
    ])
      expect((await who.try(myContact.choose, { body: { choices: [one] } })).status).toBe(400)
    expect(await who.call(myContact.choices)).toEqual(before)
  })
})
