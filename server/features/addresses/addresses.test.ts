// From where people may work: at the door, at each request, and while they listen.
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { addresses as api } from '#contract/addresses.ts'
import { audit } from '#contract/audit.ts'
import type { Endpoint } from '#contract/endpoint.ts'
import { people } from '#contract/people.ts'
import type { RefusalBody } from '#contract/refusals.ts'
import { scope } from '#contract/scopes.ts'
import { mySecurity } from '#contract/security.ts'
import { session } from '#contract/session.ts'
import { isWithin } from '../../platform/client-ip.ts'
import { AWAY, entries, OFFICE, restrict, restrictPerson } from '../../testing/addresses.ts'
import { signInFrom } from '../../testing/browsers.ts'
import { until } from '../../testing/floor.ts'
import { openHouse, PASSWORD, type Person } from '../../testing/house.ts'
import { listRefused } from '../sign-in/address-queries.ts'
import { replaceRanges } from './queries.ts'

const house = openHouse({ trustedProxies: ['127.0.0.1'] })
const HERE = '127.0.0.1'

let organisationId: string
let north: string
let admin: Person
beforeEach(async () => {
  await house.db.deleteFrom('throttles').execute()
  organisationId = (await house.organisation()).id
  north = await house.account(organisationId, 'North')
  admin = await house.person({ organisationId, role: 'administrator' })
})

const agent = (accountId = north) => house.person({ organisationId, accountId, role: 'agent' })

/** Asks from an address. */
async function ask<In, Out>(
  who: Pick<Person, 'cookie'>,
  ip: string,
  endpoint: Endpoint<In, Out>,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Out & RefusalBody }> {
  const answer = await fetch(`${house.url}${endpoint.path}`, {
    method: endpoint.method,
    headers: { origin: house.url, cookie: who.cookie, 'x-forwarded-for': ip, ...headers },
  })
  return { status: answer.status, body: (await answer.json()) as Out & RefusalBody }
}

describe('a list of addresses', () => {
  test('IPA-4, LA-22: lets in at the door, and at each request, from the addresses in it alone', async () => {
    const one = await agent()
    await restrict(admin, north, '192.0.2.0/24', '2001:db8::/32')
    for (const ip of [OFFICE, '2001:db8::7', `::ffff:${OFFICE}`]) {
      expect((await signInFrom(house, one.email, PASSWORD, { ip })).status, ip).toBe(200)
      expect((await ask(one, ip, session.me)).status, ip).toBe(200)
    }
    for (const ip of [AWAY, '2001:db9::7', '192.0.3.7']) {
      expect((await signInFrom(house, one.email, PASSWORD, { ip })).status, ip).toBe(403)
      const { status, body } = await ask(one, ip, session.me)
      expect([status, body.error.code]).toEqual([403, 'address_refused'])
      expect((await ask(one, ip, mySecurity.sessions)).status).toBe(403)
    }
    // Whoever works elsewhere is not bound.
    expect((await ask(admin, AWAY, session.me)).status).toBe(200)
  })

  test('IPA-2, IPA-4: an address that cannot be told is in no list, and no header but the proxy’s is believed', async () => {
    const one = await agent()
    await restrict(admin, north, '192.0.2.0/24')
    for (const ip of ['garbage', '0x7f.1', '192.0.2.7:80', '010.0.0.1', `${OFFICE}, ${AWAY}`])
      expect((await ask(one, ip, session.me)).status, ip).toBe(403)
    const forged = { 'x-real-ip': OFFICE, forwarded: `for=${OFFICE}`, 'cf-connecting-ip': OFFICE }
    expect((await ask(one, AWAY, session.me, forged)).status).toBe(403)
    expect((await ask(one, `${AWAY}, ${OFFICE}`, session.me)).status).toBe(200)
  })

  test('IPA-7: says the same from outside for the right password and a wrong one', async () => {
    const one = await agent()
    await restrict(admin, north, '192.0.2.0/24')
    const tell = async (password: string) => {
      const answer = await signInFrom(house, one.email, password, { ip: AWAY })
      const { error } = JSON.parse(JSON.stringify(answer.me)) as RefusalBody
      return [answer.status, error.code, error.message, answer.cookie]
    }
    const right = await tell(PASSWORD)
    expect(right.slice(0, 2)).toEqual([403, 'address_refused'])
    expect(await tell('not the password at all')).toEqual(right)
    const inside = await signInFrom(house, one.email, 'not the password at all', { ip: OFFICE })
    expect(inside.status).toBe(401)
    // Such tries keep the address busy, and never the user.
    expect((await signInFrom(house, one.email, PASSWORD, { ip: OFFICE })).status).toBe(200)
  })

  test('IPA-4: closes open sockets within a second, and lets none in again', async () => {
    const [one, other] = [await agent(), await agent(organisationId)]
    const [mine, theirs] = [await one.live(), await other.live()]
    const closed = new Promise((resolve) => mine.socket.on('disconnect', resolve))
    const started = performance.now()
    await restrict(admin, north, '192.0.2.0/24')
    await closed
    expect(performance.now() - started).toBeLessThan(1_000)
    await expect(one.live()).rejects.toThrow('address_refused')
    expect(theirs.socket.connected).toBe(true)
    await restrict(admin, north)
    await expect(one.live()).resolves.toBeDefined()
  })

  test('IPA-4: of a person closes theirs and nobody else’s', async () => {
    const [one, other] = [await agent(), await agent()]
    const [mine, theirs] = [await one.live(), await other.live()]
    const closed = new Promise((resolve) => mine.socket.on('disconnect', resolve))
    await restrictPerson(admin, one.membershipId, OFFICE)
    await closed
    expect(theirs.socket.connected).toBe(true)
    expect((await ask(one, HERE, session.me)).status).toBe(403)
    expect((await ask(one, OFFICE, session.me)).status).toBe(200)
  })

  test('IPA-5: every list on the way from the root must hold the address, and the person’s own', async () => {
    const harbour = await house.account(organisationId, 'Harbour', north)
    const one = await agent(harbour)
    await restrict(admin, organisationId, '10.0.0.0/8', HERE)
    await restrict(admin, north, '10.1.0.0/16', '192.0.2.0/24')
    await restrictPerson(admin, one.membershipId, '10.1.2.0/24', '10.2.0.0/16')
    const said = async (ip: string) => (await ask(one, ip, session.me)).status
    expect(await said('10.1.2.3')).toBe(200)
    // In the person's and the root's, not in the one between; and so on.
    for (const ip of ['10.2.0.1', '10.1.9.9', '192.0.2.7', '198.51.100.1'])
      expect(await said(ip), ip).toBe(403)
    const own = await admin.call(api.ofPerson, { params: { id: one.membershipId } })
    expect(own.also.map(({ ranges }) => ranges)).toEqual([2, 2])
    await restrict(admin, north)
    expect(await said('10.2.0.1')).toBe(200)
  })

  test('IPA-5: what the database decides is what the parser of addresses decides', async () => {
    const one = await agent()
    const octet = fc.constantFrom(0, 1, 10, 127, 128, 255)
    const v4 = fc.tuple(octet, octet, octet, octet).map((parts) => parts.join('.'))
    const group = fc.constantFrom('0', '1', 'db8', 'ffff', '8000')
    const v6 = fc.tuple(group, group, group).map(([a, b, c]) => `2001:${a}:${b}::${c}`)
    const range = fc.oneof(
      v4,
      v6,
      fc.constantFrom('10.0.0.0/8', '128.0.0.0/1', '0.0.0.0/0', '10.128.0.0/9', '127.0.0.1'),
      fc.constantFrom('2001:db8::/32', '::/0', '2001:8000::/17', '2001:1:db8::/48', '::/1'),
    )
    const list = fc.uniqueArray(range, { maxLength: 3 })
    const visit = { organisationId, userId: one.userId }
    const owners = [
      { organisationId, accountId: organisationId, userId: null },
      { organisationId, accountId: north, userId: null },
      { organisationId, accountId: null, userId: one.userId },
    ]
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(list, list, list),
        fc.array(fc.oneof(v4, v6), { minLength: 1, maxLength: 10 }),
        async (lists, ips) => {
          for (const [at, owner] of owners.entries())
            await replaceRanges(house.db, owner, entries(...(lists[at] ?? [])))
          const refused = await listRefused(
            house.db,
            [...ips, undefined].map((ip) => ({ ...visit, ip })),
          )
          const must = [...ips, undefined].flatMap((ip, at) =>
            lists.every((each) => each.length === 0 || isWithin(ip, each)) ? [] : [at],
          )
          expect([...refused].toSorted((a, b) => a - b)).toEqual(must)
        },
      ),
      { numRuns: 40 },
    )
  })
})

describe('setting it', () => {
  test('IPA-6, LA-22: nobody shuts themself out without meaning it', async () => {
    const params = { id: organisationId }
    const body = { ranges: entries('192.0.2.0/24'), version: 0 }
    const refused = await admin.try(api.setOfAccount, { params, body })
    expect([refused.status, refused.body.error.code]).toEqual([409, 'would_lock_out'])
    expect((await admin.call(api.ofAccount, { params })).ranges).toEqual([])
    // A list that does not bind whoever saves it needs no such word.
    const one = await agent()
    await restrictPerson(admin, one.membershipId, OFFICE)
    expect((await restrict(admin, north, OFFICE)).you).toEqual({
      ...{ address: HERE, isAllowed: false, isBound: false },
    })
    const mine = { id: admin.membershipId }
    const own = await admin.try(api.setOfPerson, { params: mine, body })
    expect([own.status, own.body.error.code]).toEqual([409, 'would_lock_out'])
    const sure = await admin
      .call(api.setOfPerson, { params: mine, body: { ...body, confirm: true } })
      .then(() => 'saved', String)
    // Saved, and the very next question is from outside.
    expect(sure).toBe('saved')
    expect((await admin.try(session.me)).body.error.code).toBe('address_refused')
  })

  test('IPA-3, LA-22: takes what is a range and nothing else, and says which is not', async () => {
    const params = { id: north }
    const put = (ranges: { range: string; note: string | null }[], more: object = {}) =>
      admin.try(api.setOfAccount, { params, body: { ranges, version: 0, ...more } })
    const refused = await put([...entries('10.0.0.0/8'), ...entries('10.0.0.1/8')])
    expect([refused.status, refused.body.error.field]).toEqual([400, 'ranges.1'])
    expect(refused.body.error.problems).toEqual(['host_bits'])
    expect((await put(entries('0.0.0.0/0'))).body.error.code).toBe('too_wide')
    const many = Array.from({ length: 201 }, (_, at) => `10.0.${at}.0/24`)
    expect((await put(entries(...many))).status).toBe(400)
    expect((await put(entries(...many.slice(0, 200)))).status).toBe(200)
    for (const range of [null, 5, ['10.0.0.1'], {}, 'x'.repeat(65), '10.0.0.1\u0000'])
      expect((await put([{ range, note: null } as never])).status).toBe(400)
    expect((await put([{ range: '10.0.0.1', note: 'a\u202eb' }])).status).toBe(400)
    expect((await put(entries('1'.repeat(70_000)))).status).toBe(413)
    const { ranges } = await admin.call(api.setOfAccount, {
      params,
      body: {
        ranges: [{ range: '2001:DB8::1', note: ' Office ' }, ...entries('2001:db8:0::1')],
        version: 1,
      },
    })
    expect(ranges).toEqual([{ range: '2001:db8::1', note: 'Office' }])
    const meant = await put(entries('0.0.0.0/0'), { version: 2, confirmWide: true })
    expect(meant.body.ranges).toEqual(entries('0.0.0.0/0'))
  })

  test('LA-22: is asked of whoever has just entered their password, and of two at once one is told', async () => {
    const params = { id: north }
    const second = await house.person({ organisationId, role: 'administrator' })
    const body = (range: string) => ({ params, body: { ranges: entries(range), version: 0 } })
    await admin.call(api.setOfAccount, body('10.0.0.0/8'))
    const late = await second.try(api.setOfAccount, body('192.0.2.0/24'))
    expect([late.status, late.body.error.code]).toEqual([409, 'stale'])
    expect(late.body.error.theirs?.value).toEqual(entries('10.0.0.0/8'))
    await house.db
      .updateTable('sessions')
      .set({ createdAt: new Date(Date.now() - 3_600_000).toISOString() })
      .where('userId', '=', second.userId)
      .execute()
    const stale = await second.try(api.setOfAccount, body('192.0.2.0/24'))
    expect(stale.body.error.code).toBe('reauth_needed')
    const lines = await admin.call(audit.list, { query: { subjectId: north } })
    const line = lines.lines.find(({ action }) => action === 'account.set_addresses')
    const after = entries('10.0.0.0/8')
    expect(line?.changes).toEqual([{ field: 'addresses', before: [], after }])
  })

  test('LA-22: is for who manages there; nobody narrows somebody stronger; open pages hear', async () => {
    const manager = await house.person({ organisationId, accountId: north, role: 'manager' })
    const boss = await house.person({ organisationId, accountId: north, role: 'administrator' })
    const one = await agent()
    const put = (by: Person, id: string) =>
      by.try(api.setOfPerson, { params: { id }, body: { ranges: entries(OFFICE), version: 0 } })
    expect((await put(manager, boss.membershipId)).body.error.code).toBe('stronger_person')
    expect((await put(one, one.membershipId)).status).toBe(403)
    const away = await house.person({
      organisationId: (await house.organisation()).id,
      role: 'administrator',
    })
    expect((await put(away, one.membershipId)).status).toBe(404)
    const page = await admin.live()
    await page.watch(scope.record(one.membershipId))
    expect((await put(manager, one.membershipId)).status).toBe(200)
    const heard = () => page.replica.get('record', one.membershipId)?.marks['addresses']?.version
    await until(async () => (heard() === 1 ? true : undefined))
    const record = await admin.call(people.record, { params: { id: one.membershipId } })
    expect(record.marks['addresses']?.by).toContain('Verbeek')
  })
})
