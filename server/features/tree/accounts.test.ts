import { beforeAll, describe, expect, test } from 'vitest'
import { accounts } from '#contract/accounts.ts'
import { fieldKey } from '#contract/fields.ts'
import { invitations } from '#contract/invitations.ts'
import { scope } from '#contract/scopes.ts'
import { session } from '#contract/session.ts'
import { users } from '#contract/users.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { openHouse, type Person } from '../../testing/house.ts'

const house = openHouse()
let organisationId: string
let north: string
let south: string
let root: Person
let ofNorth: Person
let ofSouth: Person
beforeAll(async () => {
  organisationId = (await house.organisation()).id
  north = await house.account(organisationId, 'North')
  south = await house.account(organisationId, 'South')
  root = await house.person({ organisationId, role: 'administrator', lastName: 'Root' })
  ofNorth = await house.person({ organisationId, accountId: north, role: 'administrator' })
  ofSouth = await house.person({ organisationId, accountId: south, role: 'administrator' })
})

const change = (who: Person, id: string, set: object, base: object = {}) =>
  who.try(accounts.change, { params: { id }, body: { set, base } })
const create = (who: Person, parentId: string, name: string, more: object = {}) =>
  who.try(accounts.create, { body: { parentId, kind: 'location', name, ...more } })

describe('GB-9: the administrator of an account', () => {
  test('GB-9: creates an account below it and activates it', async () => {
    const page = await root.live()
    const { body } = await create(ofNorth, north, 'Quay', { isActive: false })
    expect(body).toMatchObject({ parentId: north, kind: 'location', isActive: false })
    await page.until(() => page.scopes.includes(scope.setup(body.id)))
    await page.watch(scope.setup(body.id))
    expect(await change(ofNorth, body.id, { isActive: true })).toMatchObject({
      status: 200,
      body: {
        fields: { isActive: true },
        marks: { isActive: { version: 1, by: expect.any(String) } },
      },
    })
    await page.until((replica) => replica.get('account', body.id)?.isActive)
    await expectSync(page, root, scope.setup(body.id))
  })

  test('GB-9: cannot touch a sibling, nor what lies above', async () => {
    const before = await root.call(accounts.list)
    for (const [id, code] of [
      [south, 'not_found'],
      [organisationId, 'not_found'],
    ] as const) {
      expect((await change(ofNorth, id, { name: 'Mine' })).body.error.code).toBe(code)
      expect((await create(ofNorth, id, 'Mine')).body.error.code).toBe(code)
      const asked = { params: { id }, body: { parentId: north, version: 0 } }
      expect((await ofNorth.try(accounts.move, asked)).body.error.code).toBe(code)
    }
    expect(await root.call(accounts.list)).toEqual(before)
    const manager = await house.person({ organisationId, accountId: north, role: 'manager' })
    expect((await change(manager, north, { name: 'Mine' })).status).toBe(403)
  })
})

test('an account below takes its language, zone and colour from above, and its name is its own there', async () => {
  await change(root, south, { language: 'nl', timeZone: 'Europe/Brussels', colour: '#123456' })
  const { body } = await create(ofSouth, south, ' Dock ')
  expect(body).toMatchObject({
    ...{ name: 'Dock', language: 'nl', timeZone: 'Europe/Brussels', colour: '#123456' },
    ...{ isActive: true, requiresGender: false, onboardingMode: 'choose', versions: {} },
  })
  expect((await create(ofSouth, south, 'DOCK')).body.error).toMatchObject({ code: 'name_taken' })
  expect((await create(ofNorth, north, 'Dock')).status).toBe(200)
})

test('two who change different fields never meet; of two who change the same one, one hears what stands', async () => {
  const { id } = (await create(root, organisationId, 'Met')).body
  const [one, other] = await Promise.all([
    change(root, id, { colour: '#222222' }),
    change(root, id, { invitationHours: 24, onboardingMode: 'assigned', requiresGender: true }),
  ])
  expect([one.status, other.status]).toEqual([200, 200])
  expect(await root.call(accounts.settings, { params: { id } })).toMatchObject({
    fields: { colour: '#222222', invitationHours: 24, onboardingMode: 'assigned' },
    marks: { colour: { version: 1 }, invitationHours: { version: 1 } },
  })
  const late = await change(root, id, { colour: '#333333', name: 'Not this' })
  expect(late).toMatchObject({
    status: 409,
    body: {
      error: {
        code: 'stale',
        field: 'colour',
        conflicts: { colour: { value: '#222222', version: 1 } },
      },
    },
  })
  const { fields } = await root.call(accounts.settings, { params: { id } })
  expect(fields.name).toBe('Met')
  expect((await change(root, id, { colour: '#333333' }, { colour: 1 })).status).toBe(200)
})

test.each([
  [{ timeZone: 'Mars/Olympus' }, 'timeZone'],
  [{ timeZone: '+02:00' }, 'timeZone'],
  [{ timeZone: 'Europe/Amsterdam ' }, 'timeZone'],
  [{ name: '   ' }, 'name'],
  [{ name: 'a\u202eb' }, 'name'],
  [{ colour: 'red' }, 'set/colour'],
  [{ liveLimit: 101 }, 'set/liveLimit'],
  [{ liveLimit: null }, 'liveLimit'],
  [{ deferredLimit: null }, 'deferredLimit'],
  [{ invitationHours: 0 }, 'set/invitationHours'],
  [{ onboardingMode: 'guess' }, 'set/onboardingMode'],
  [{ id: 'x' }, 'set'],
])('the organisation cannot be set to %j', async (set, field) => {
  const before = await root.call(accounts.settings, { params: { id: organisationId } })
  expect(await change(root, organisationId, set)).toMatchObject({
    status: 400,
    body: { error: { code: 'invalid', field } },
  })
  expect(await root.call(accounts.settings, { params: { id: organisationId } })).toEqual(before)
})

test('a limit comes from the nearest account that sets it, and everybody below hears of it', async () => {
  const town = await house.account(organisationId, 'Town')
  const street = await house.account(organisationId, 'Street', town)
  const page = await root.live()
  await page.watch(scope.setup(street))
  expect(page.replica.get('account', street)).toMatchObject({
    ...{ liveLimit: 3, liveLimitFrom: organisationId },
    ...{ deferredLimit: 5, deferredLimitFrom: organisationId },
  })
  await change(root, town, { liveLimit: 7 })
  await page.until((replica) => replica.get('account', street)?.liveLimit === 7)
  expect(page.replica.get('account', street)).toMatchObject({ liveLimitFrom: town })
  await change(root, street, { liveLimit: 1 })
  await change(root, town, { liveLimit: null }, { liveLimit: 1 })
  await page.until((replica) => replica.get('account', street)?.liveLimitFrom === street)
  const [row] = (await root.call(accounts.list)).filter(({ id }) => id === town)
  expect(row).toMatchObject({ liveLimit: 3, liveLimitFrom: organisationId })
  await expectSync(page, root, scope.setup(street))
})

describe('an account that is closed', () => {
  test('lets nobody in who belongs to it or below, and all of them again when it is opened', async () => {
    const town = await house.account(organisationId, 'Closing')
    const street = await house.account(organisationId, 'Below', town)
    const anna = await house.person({ organisationId, accountId: street, role: 'agent' })
    const page = await anna.live()
    const use = await root.call(accounts.use, { params: { id: town } })
    expect(use).toMatchObject({ accounts: 1, people: 1, openChats: 0 })
    expect(use.shutOut.map(({ userId }) => userId)).toEqual([anna.userId])
    const before = await anna.call(session.me)
    const cut = new Promise((resolve) => page.socket.once('disconnect', resolve))
    expect((await change(root, town, { isActive: false })).status).toBe(200)
    await cut
    expect((await anna.try(session.me)).status).toBe(401)
    expect((await root.call(users.list)).some(({ userId }) => userId === anna.userId)).toBe(true)
    await change(root, town, { isActive: true }, { isActive: 1 })
    expect((await anna.call(session.me)).grants).toEqual(before.grants)
  })

  test('is never the organisation, nor one that whoever closes it could not open again', async () => {
    expect((await change(root, organisationId, { isActive: false })).body.error).toMatchObject({
      code: 'would_lock_out',
    })
    expect((await change(ofNorth, north, { isActive: false })).body.error).toMatchObject({
      code: 'would_lock_out',
    })
    expect((await ofNorth.call(session.me)).id).toBe(ofNorth.userId)
  })

  test('invites nobody, nor does what lies below it', async () => {
    const shut = await house.account(organisationId, 'Shutters')
    const inside = await house.account(organisationId, 'Inside shutters', shut)
    await change(root, shut, { isActive: false })
    const agent = (await root.call(users.roles)).find(({ key }) => key === 'agent')
    for (const id of [shut, inside]) {
      const set = { [fieldKey.grant(agent?.id ?? '', { kind: 'account', id })]: true as const }
      const body = { accountId: id, emails: ['guest@example.org'], set }
      const { status, body: answer } = await root.try(invitations.create, { body })
      expect(status).toBe(400)
      expect(answer.error).toMatchObject({ code: 'invalid', field: 'accountId' })
    }
  })

  test('takes in no account that would move below it, and lets none of its own go', async () => {
    const closed = await house.account(organisationId, 'Shut')
    const inside = await house.account(organisationId, 'Inside', closed)
    await change(root, closed, { isActive: false })
    for (const [id, parentId] of [
      [inside, organisationId],
      [south, closed],
    ]) {
      const asked = { params: { id }, body: { parentId, version: 0 } }
      expect((await root.try(accounts.move, asked)).body.error.code).toBe('wrong_status')
    }
  })
})

test('a nickname that two have cannot be made unique afterwards', async () => {
  const accountId = await house.account(organisationId, 'Nicknames')
  const at = { organisationId, accountId, role: 'agent' as const }
  for (const { membershipId } of [await house.person(at), await house.person(at)])
    await house.db
      .updateTable('memberships')
      .set({ alias: 'Sunny' })
      .where('id', '=', membershipId)
      .execute()
  expect((await change(root, accountId, { uniqueAliases: true })).body.error).toMatchObject({
    code: 'alias_taken',
    field: 'uniqueAliases',
  })
  expect((await change(root, north, { uniqueAliases: true })).status).toBe(200)
})
