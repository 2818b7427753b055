import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { mailbox } from '#contract/mailbox.ts'
import { notifications } from '#contract/notifications.ts'
import { session } from '#contract/session.ts'
import { FIREFOX, type From, SAFARI, signInFrom } from '../../testing/browsers.ts'
import { until } from '../../testing/floor.ts'
import { openHouse, PASSWORD, type Person } from '../../testing/house.ts'
import { mailTo } from '../../testing/inviting.ts'

const house = openHouse({ trustedProxies: ['127.0.0.1'] })
let organisationId: string
let north: string
let admin: Person
beforeAll(async () => {
  organisationId = (await house.organisation()).id
  north = await house.account(organisationId, 'North')
  admin = await house.person({ organisationId, role: 'administrator' })
})
beforeEach(() => house.db.deleteFrom('throttles').execute())

const newcomer = () => house.person({ organisationId, accountId: north, role: 'viewer' })
const from = (one: Person, where: From) => signInFrom(house, one.email, PASSWORD, where)
const toldOf = async ({ membershipId }: Person, to = admin) =>
  (await to.call(notifications.list)).filter(
    ({ kind, data }) => kind === 'two_places' && data['membershipId'] === membershipId,
  )
const HOME = { ip: '192.0.2.7', userAgent: FIREFOX }
const AWAY = { ip: '198.51.100.20', userAgent: SAFARI }

describe('one login in two places at once', () => {
  test('LA-1: is told to the administrators, once a day, and shuts nobody out', async () => {
    const person = await newcomer()
    const near = await house.person({ organisationId, accountId: north, role: 'administrator' })
    const south = await house.account(organisationId, 'South')
    const far = await house.person({ organisationId, accountId: south, role: 'administrator' })
    const manager = await house.person({ organisationId, accountId: north, role: 'manager' })
    const page = await admin.live()
    await page.watch(`user:${admin.userId}`)
    const home = await from(person, HOME)
    expect(await toldOf(person)).toEqual([])
    const away = await from(person, AWAY)
    expect([home.status, away.status]).toEqual([200, 200])
    const [notice, ...more] = await until(async () => {
      const told = await toldOf(person)
      return told.length > 0 ? told : undefined
    })
    expect([notice?.data, more]).toMatchObject([
      { one: HOME.ip, other: AWAY.ip, membershipId: person.membershipId },
      [],
    ])
    await page.until((replica) => replica.get('notification', notice?.id ?? ''))
    expect(await toldOf(person, near)).toHaveLength(1)
    expect([await toldOf(person, far), await toldOf(person, manager)]).toEqual([[], []])
    await from(person, { ip: '203.0.113.5', userAgent: 'another one' })
    expect(await toldOf(person)).toHaveLength(1)
    for (const one of [home, away]) expect((await one.try(session.me)).status).toBe(200)
  })

  test.each([
    ['in the same network', { ip: '192.0.2.99', userAgent: SAFARI }],
    ['of the same kind', { ip: AWAY.ip, userAgent: FIREFOX }],
  ])('LA-1: is not what two devices %s are', async (_, second) => {
    const person = await newcomer()
    await from(person, HOME)
    await from(person, second)
    expect(await toldOf(person)).toEqual([])
  })

  test('LA-1: is not what one after the other is', async () => {
    const person = await newcomer()
    await from(person, HOME)
    const earlier = { lastActiveAt: new Date(Date.now() - 6 * 60_000).toISOString() }
    await house.db
      .updateTable('sessions')
      .set(earlier)
      .where('userId', '=', person.userId)
      .execute()
    const away = await from(person, AWAY)
    expect(await toldOf(person)).toEqual([])
    // Somebody begins to work at home again, while the other goes on: nobody signs in, all the same.
    const now = { lastActiveAt: new Date().toISOString() }
    await house.db.updateTable('sessions').set(now).where('userId', '=', person.userId).execute()
    const told = await until(async () => {
      const all = await toldOf(person)
      return all.length > 0 ? all : undefined
    }, 18_000)
    expect([told.length, away.status]).toEqual([1, 200])
  }, 30_000)
})

describe('a browser that was not seen before', () => {
  test('LA-1: is told to its user by mail, from the second one on, and only then', async () => {
    const person = await newcomer()
    const home = await from(person, HOME)
    await from(person, { ...HOME, cookie: home.cookie })
    await from(person, { ...AWAY, ip: '192.0.2.8' })
    const mail = await mailTo(house, person.email)
    expect(mail.subject).toBe('Signed in from a new device')
    expect(mail.text).toContain('Safari on iPhone')
    const all = await house.anyone.call(mailbox.list)
    expect(all.filter(({ toEmail }) => toEmail === person.email)).toHaveLength(1)
  })
})
