// Lists of addresses beyond one organisation: whoever runs the server, and whoever works in two.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { beforeEach, describe, expect, test } from 'vitest'
import { addresses as api } from '#contract/addresses.ts'
import { audit } from '#contract/audit.ts'
import { session } from '#contract/session.ts'
import { AWAY, OFFICE, restrict, restrictPerson } from '../../testing/addresses.ts'
import { signInFrom } from '../../testing/browsers.ts'
import { openHouse, PASSWORD, type Person } from '../../testing/house.ts'

const house = openHouse({ trustedProxies: ['127.0.0.1'] })

let organisationId: string
let north: string
let admin: Person
let one: Person
beforeEach(async () => {
  await house.db.deleteFrom('throttles').execute()
  organisationId = (await house.organisation()).id
  north = await house.account(organisationId, 'North')
  admin = await house.person({ organisationId, role: 'administrator' })
  one = await house.person({ organisationId, accountId: north, role: 'agent' })
})

describe('whoever runs the server', () => {
  const run = (...flags: string[]) =>
    promisify(execFile)(process.execPath, ['scripts/clear-addresses.ts', ...flags], {
      env: { ...process.env, DATABASE_URL: house.databaseUrl },
    })

  test('IPA-6: takes lists away when nobody is let in any more, and the audit says so', async () => {
    await restrict(admin, north, OFFICE)
    await restrictPerson(admin, one.membershipId, AWAY)
    await restrict(admin, organisationId, OFFICE)
    const said = async (who: Person) => (await who.try(session.me)).status
    expect([await said(admin), await said(one)]).toEqual([403, 403])
    expect((await run('--account', organisationId)).stdout).toBe('1 list taken away\n')
    expect([await said(admin), await said(one)]).toEqual([200, 403])
    expect((await run('--user', one.email)).stdout).toBe('1 list taken away\n')
    expect((await admin.call(api.ofPerson, { params: { id: one.membershipId } })).version).toBe(2)
    expect((await run('--all')).stdout).toBe('1 list taken away\n')
    expect(await said(one)).toBe(200)
    const { lines } = await admin.call(audit.list, { query: {} })
    const cleared = lines.filter(({ action }) => action === 'addresses.clear')
    expect(cleared.map(({ actorId }) => actorId)).toEqual([null, null, null])
    expect(cleared.at(-1)?.changes).toEqual([
      { field: 'addresses', before: [{ range: `${OFFICE}/32`, note: null }], after: [] },
    ])
    await expect(run('--nobody')).rejects.toMatchObject({ code: 2 })
  })
})

describe('somebody in two organisations', () => {
  test('IPA-4, IPA-5: signs in to the one that lets them in, and is not let into the other', async () => {
    const { id: other } = await house.organisation()
    await house.db
      .insertInto('memberships')
      .values({ organisationId: other, accountId: other, userId: one.userId })
      .execute()
    await restrict(admin, north, OFFICE)
    const inside = await signInFrom(house, one.email, PASSWORD, { ip: AWAY })
    expect([inside.status, inside.me.organisationId]).toEqual([200, other])
    const answer = await fetch(`${house.url}${session.enter.path}`, {
      method: 'PUT',
      headers: {
        ...{ 'content-type': 'application/json', origin: house.url },
        ...{ cookie: inside.cookie, 'x-forwarded-for': AWAY },
      },
      body: JSON.stringify({ organisationId }),
    })
    expect(answer.status).toBe(403)
  })
})
