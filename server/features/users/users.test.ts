import { randomBytes, randomUUID } from 'node:crypto'
import sharp from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'
import { permissionsOf } from '#contract/permissions.ts'
import { presence } from '#contract/presence.ts'
import { scope } from '#contract/scopes.ts'
import { session } from '#contract/session.ts'
import { photos, users } from '#contract/users.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { openHouse, type Person } from '../../testing/house.ts'

const house = openHouse()
let organisationId: string
let north: string
let admin: Person

beforeAll(async () => {
  organisationId = (await house.organisation('Acme')).id
  north = await house.account(organisationId, 'North')
  admin = await house.person({ organisationId, role: 'administrator' })
})

describe('the people', () => {
  test('GB-1, GB-5, AC-5: everybody sees those of their accounts, and opens no others', async () => {
    const south = await house.account(organisationId, 'South')
    const above = admin.membershipId
    const manager = await house.person({ organisationId, accountId: north, role: 'manager' })
    const agent = await house.person({ organisationId, accountId: north, role: 'agent' })
    const beside = await house.person({ organisationId, accountId: south, role: 'agent' })
    const other = await house.organisation('Other')
    const foreign = await house.person({ organisationId: other.id, role: 'agent' })

    const all = (await admin.call(users.list)).map(({ id }) => id)
    expect(all).toEqual(expect.arrayContaining([above, manager, agent, beside].map(idOf)))
    expect(all).not.toContain(foreign.membershipId)
    const seen = (await manager.call(users.list)).map(({ id }) => id)
    expect(seen.sort()).toEqual([manager.membershipId, agent.membershipId].sort())
    const answer = async (id: string) => {
      const { status, body } = await manager.try(users.get, { params: { id } })
      return JSON.stringify([status, body.error?.code])
    }
    expect(await answer(agent.membershipId)).toBe('[200,null]')
    for (const id of [above, beside.membershipId, foreign.membershipId, randomUUID()])
      expect(await answer(id)).toBe('[404,"not_found"]')
  })

  const idOf = (one: string | Person) => (typeof one === 'string' ? one : one.membershipId)

  test('NX-1: an agent sees no list of people', async () => {
    const agent = await house.person({ organisationId, role: 'agent' })
    expect((await agent.try(users.list)).status).toBe(403)
    expect((await agent.try(users.roles)).status).toBe(403)
    expect((await house.anyone.try(users.list)).status).toBe(401)
  })

  test('GB-12: a line has login, roles and limits; what is given beside its account stays out', async () => {
    const agent = await house.person({ organisationId, accountId: north, role: 'agent' })
    const south = await house.account(organisationId, 'South of it')
    const [viewer] = (await admin.call(users.roles)).filter(({ key }) => key === 'viewer')
    const member = { organisationId, userId: agent.userId, accountId: south }
    const { id: membershipId } = await house.db
      .insertInto('memberships')
      .values(member)
      .returning('id')
      .executeTakeFirstOrThrow()
    const grant = { ...member, membershipId, roleId: viewer?.id ?? '' }
    await house.db.insertInto('grants').values(grant).execute()
    const line = await admin.call(users.get, { params: { id: agent.membershipId } })
    expect(line).toMatchObject({ login: agent.email, live: { limit: 3 }, deferred: { limit: 5 } })
    expect(line.roles).toEqual([
      { key: 'agent', name: 'Agent', kind: 'account', at: north, accountId: north },
    ])
    const answersNothing = await admin.call(users.get, { params: { id: admin.membershipId } })
    expect(answersNothing).toMatchObject({ live: null, deferred: null })
  })

  test('NX-8: the roles say what each may do, the strongest first', async () => {
    const roles = await admin.call(users.roles)
    expect(roles.map(({ key }) => key)).toEqual(Object.keys(permissionsOf))
    expect(roles.find(({ key }) => key === 'agent')?.permissions).toEqual(['chats.answer'])
  })

  test('LA-6: the language that somebody chooses shows everywhere they work', async () => {
    const { agent, elsewhere } = await inTwoOrganisations()
    const pages = await Promise.all([admin.live(), elsewhere.live()])
    await pages[0].watch(scope.people(organisationId))
    await pages[1].watch(scope.people(elsewhere.organisationId))
    await agent.call(users.setLanguage, { body: { language: 'nl' } })
    for (const page of pages)
      await page.until((replica) =>
        replica.all('person').some((one) => one.userId === agent.userId && one.language === 'nl'),
      )
    expect((await agent.call(session.me)).language).toBe('nl')
    await expectSync(pages[0], admin, scope.people(organisationId))
  })
})

/** An agent of Acme who works in another organisation too, and that one's administrator. */
async function inTwoOrganisations() {
  const other = await house.organisation()
  const elsewhere = await house.person({ organisationId: other.id, role: 'administrator' })
  const agent = await house.person({ organisationId, role: 'agent' })
  const membership = { organisationId: other.id, accountId: other.id, userId: agent.userId }
  await house.db.insertInto('memberships').values(membership).execute()
  return { agent, elsewhere }
}

describe('a photo', () => {
  const picture = (width = 300) =>
    sharp({ create: { width, height: 200, channels: 3, background: '#0b7285' } })
      .jpeg()
      .toBuffer()

  test('NX-17, LA-12: is seen at once on every screen that shows its owner, in all their organisations', async () => {
    const { agent, elsewhere } = await inTwoOrganisations()
    const page = await admin.live()
    await page.watch(scope.people(organisationId), scope.floor(organisationId))
    const far = await elsewhere.live()
    await far.watch(scope.people(elsewhere.organisationId))
    const { status, body } = await agent.upload(photos.setMine, await picture(), 'image/jpeg')
    expect(status).toBe(200)
    expect(body.photo).toMatch(/^\/files\/photos\/[0-9a-f-]{36}\/96$/)
    await page.until(() => page.replica.get('operator', agent.userId)?.photo === body.photo)
    await page.until(() => page.replica.get('person', agent.membershipId)?.photo === body.photo)
    await far.until((replica) => replica.all('person').some(({ photo }) => photo === body.photo))
    expect((await agent.call(session.me)).photo).toBe(body.photo)
    expect((await agent.call(presence.mine)).photo).toBe(body.photo)
    await expectSync(page, admin, scope.people(organisationId), scope.floor(organisationId))

    await agent.call(photos.removeMine)
    await page.until(() => page.replica.get('operator', agent.userId)?.photo === null)
    await page.until(() => page.replica.get('person', agent.membershipId)?.photo === null)
  })

  test('UPL-5, UPL-7: is a small square in three sizes, inert, and kept by browsers for good', async () => {
    const agent = await house.person({ organisationId, role: 'agent' })
    const { body } = await agent.upload(photos.setMine, await picture(), 'image/jpeg')
    for (const pixels of [48, 96, 256]) {
      const answer = await fetch(`${house.url}${body.photo.replace(/96$/, String(pixels))}`)
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'content-type': 'image/webp',
        'cache-control': 'public, max-age=31536000, immutable',
        'content-security-policy': "default-src 'none'; sandbox",
        'cross-origin-resource-policy': 'cross-origin',
        'x-content-type-options': 'nosniff',
      })
      const { format, width, height } = await sharp(await answer.arrayBuffer()).metadata()
      expect({ format, width, height }).toEqual({ format: 'webp', width: pixels, height: pixels })
    }
  })

  test('a new one replaces the old one, whose file is gone', async () => {
    const agent = await house.person({ organisationId, role: 'agent' })
    const first = (await agent.upload(photos.setMine, await picture(), 'image/jpeg')).body.photo
    const second = (await agent.upload(photos.setMine, await picture(), 'image/jpeg')).body.photo
    expect((await fetch(`${house.url}${first}`)).status).toBe(404)
    expect((await fetch(`${house.url}${second}`)).status).toBe(200)
  })

  test.each(['nothing/96', `${randomUUID()}/96`, `${randomUUID()}/97`, `${randomUUID()}/NaN`])(
    'that is not there is not found: %s',
    async (path) => {
      const answer = await fetch(`${house.url}/files/photos/${path}`)
      expect(answer.status).toBe(404)
    },
  )

  test.each([
    ['an SVG', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'image/png', 415, 'unsupported_media'],
    ['a page', '<html>', 'text/html', 415, 'unsupported_media'],
    ['a broken picture', '\x89PNG\r\n\x1a\nnothing', 'image/png', 422, 'unreadable_photo'],
  ])('NX-17, G01-G06: %s is refused', async (_, text, type, status, code) => {
    const agent = await house.person({ organisationId, role: 'agent' })
    const answer = await agent.upload(photos.setMine, Buffer.from(text, 'latin1'), type)
    expect(answer).toMatchObject({ status, body: { error: { code } } })
    expect((await agent.call(session.me)).photo).toBeNull()
  })

  test('UPL-1, UPL-2: more than 2 MiB, and uploads of strangers, are refused', async () => {
    const agent = await house.person({ organisationId, role: 'agent' })
    const large = randomBytes(2 * 1024 * 1024 + 1)
    expect((await agent.upload(photos.setMine, large, 'image/png')).status).toBe(413)
    const nobody = await house.anyone.upload(photos.setMine, await picture(), 'image/jpeg')
    expect(nobody.status).toBe(401)
    const evil = await fetch(`${house.url}/api/me/photo`, {
      method: 'PUT',
      headers: { cookie: agent.cookie, origin: 'https://evil.test' },
      body: new FormData(),
    })
    expect(evil.status).toBe(403)
  })

  test('UPL-2: ten uploads an hour, whatever becomes of them', async () => {
    const agent = await house.person({ organisationId, role: 'agent' })
    for (let i = 0; i < 10; i++) await agent.upload(photos.setMine, Buffer.from('no'), 'image/png')
    const answer = await agent.upload(photos.setMine, await picture(), 'image/jpeg')
    expect(answer).toMatchObject({ status: 429, body: { error: { code: 'too_many' } } })
  })
})
