import { beforeAll, expect, test } from 'vitest'
import { departments } from '#contract/departments.ts'
import { history } from '#contract/history.ts'
import { queues } from '#contract/queues.ts'
import { sites } from '#contract/sites.ts'
import { visitors } from '#contract/visitors.ts'
import { type Floor, furnish } from '../../testing/floor.ts'
import { openHouse } from '../../testing/house.ts'

const house = openHouse()
let floor: Floor
beforeAll(async () => {
  floor = await furnish(house)
})

const makers = ['department', 'queue', 'site'] as const
function make(what: (typeof makers)[number], name: unknown, change: object = {}) {
  const { admin, organisationId: accountId, queue } = floor
  const ofQueue = { kind: 'live', offerSeconds: 20, targetSeconds: 60 }
  const ofSite = { queueId: queue.id, allowedOrigins: [], colour: '#111111', language: 'en' }
  if (what === 'department')
    return admin.try(departments.create, { body: { accountId, name, ...change } })
  if (what === 'queue')
    return admin.try(queues.create, { body: { accountId, name, ...ofQueue, ...change } })
  return admin.try(sites.create, { body: { accountId, name, ...ofSite, ...change } })
}

test.each(makers)('a %s gets a name that no reader takes for another one', async (what) => {
  expect(await make(what, ' Admin ')).toMatchObject({ status: 200, body: { name: 'Admin' } })
  for (const alike of ['Admin', 'admin', 'ＡDMIN', '\u0410dmin', 'Admin\u00a0'])
    expect([alike, await make(what, alike)]).toMatchObject([
      alike,
      { status: 409, body: { error: { code: 'name_taken', field: 'name' } } },
    ])
  expect(await make(what, 'Admins')).toMatchObject({ status: 200 })
})

test.each(makers)('of twenty who make a %s of the same name at once, one does', async (what) => {
  const names = Array.from({ length: 20 }, (_, i) => (i % 2 ? 'Rush' : 'RUSH'))
  const answers = await Promise.all(names.map((name) => make(what, name)))
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(19).fill(409)])
})

test.each(makers)('a %s has a name of one line that can be seen', async (what) => {
  const hostile = [
    '',
    '  ',
    '\u200b\u200b',
    '\u2800',
    '\u202Egpj',
    'a\nb',
    'a\u0000b',
    '\ud800',
    'x'.repeat(65),
    5,
    null,
  ]
  for (const name of hostile) expect([name, (await make(what, name)).status]).toEqual([name, 400])
  for (const name of ['李雷', "O'Brien & Söhne", '<b>x</b>', "'; drop table users;--", '👨‍👩‍👧‍👦'])
    expect([name, await make(what, name)]).toMatchObject([name, { status: 200, body: { name } }])
})

test('the same name may stand in another account', async () => {
  const north = await house.account(floor.organisationId, 'North')
  expect(await make('department', 'Twin')).toMatchObject({ status: 200 })
  expect(await make('department', 'Twin', { accountId: north })).toMatchObject({ status: 200 })
})

test('a queue has bounds, and a site has sound origins', async () => {
  for (const change of [
    { offerSeconds: 4 },
    { offerSeconds: 301 },
    { offerSeconds: 20.5 },
    { offerSeconds: '20' },
    { targetSeconds: 1e9 },
    { kind: 'phone' },
    { more: 1 },
  ])
    expect([change, (await make('queue', 'Bounds', change)).status]).toEqual([change, 400])
  for (const origin of [
    'javascript:alert(1)',
    'https://x.org/path',
    'https://*.x.org',
    'https://u:p@x.org',
  ])
    expect([origin, await make('site', 'Origins', { allowedOrigins: [origin] })]).toMatchObject([
      origin,
      { status: 400, body: { error: { field: 'allowedOrigins' } } },
    ])
  const { body } = await make('site', 'Origins', { allowedOrigins: ['https://X.org/'] })
  expect(body).toMatchObject({ allowedOrigins: ['https://x.org'] })
})

test('an agent makes nothing, and sees the queues where they work or are assigned', async () => {
  const { admin, organisationId, queue } = await furnish(house)
  const north = await house.account(organisationId, 'North')
  const anna = await house.person({ organisationId, accountId: north, role: 'agent' })
  const body = { accountId: north, name: 'Mine' }
  expect(await anna.try(departments.create, { body })).toMatchObject({ status: 403 })
  expect(await anna.call(sites.list)).toEqual([])
  const manager = await house.person({ organisationId, accountId: north, role: 'manager' })
  const above = { ...body, accountId: organisationId }
  expect(await manager.try(departments.create, { body: above })).toMatchObject({ status: 404 })
  expect(await manager.try(departments.create, { body })).toMatchObject({ status: 200 })
  const own = await manager.call(queues.create, {
    body: { ...body, kind: 'live', offerSeconds: 20, targetSeconds: 60 },
  })
  expect((await anna.call(queues.list)).map(({ id }) => id)).toEqual([own.id])
  await admin.call(queues.assign, { params: { id: queue.id, userId: anna.userId } })
  expect((await anna.call(queues.list)).map(({ id }) => id).sort()).toEqual(
    [own.id, queue.id].sort(),
  )
  expect(await anna.call(departments.list)).toMatchObject([{ name: 'Mine' }])
})

test('a manager assigns those who work in the branch, and knows of no others', async () => {
  const { organisationId, queue } = await furnish(house)
  const north = await house.account(organisationId, 'North')
  const south = await house.account(organisationId, 'South')
  const manager = await house.person({ organisationId, accountId: north, role: 'manager' })
  const own = await manager.call(queues.create, {
    body: { accountId: north, name: 'N', kind: 'live', offerSeconds: 20, targetSeconds: 60 },
  })
  const inside = await house.person({ organisationId, accountId: north, role: 'agent' })
  const above = await house.person({ organisationId, role: 'agent' })
  const outside = await house.person({ organisationId, accountId: south, role: 'agent' })
  const assign = async (id: string, { userId }: { userId: string }) =>
    (await manager.try(queues.assign, { params: { id, userId } })).status
  expect(await assign(own.id, inside)).toBe(200)
  expect(await assign(own.id, inside)).toBe(200)
  expect(await assign(own.id, above)).toBe(200)
  expect(await assign(own.id, outside)).toBe(404)
  expect(await assign(queue.id, inside)).toBe(404)
  const unassign = () =>
    manager.try(queues.unassign, { params: { id: own.id, userId: inside.userId } })
  expect(await unassign()).toMatchObject({ status: 200, body: { isJoined: false } })
  expect(await unassign()).toMatchObject({ status: 404 })
})

test('a queue that a chat was handed to is history, wherever the chat went next', async () => {
  const own = await furnish(house)
  const { admin, organisationId: accountId, queue } = own
  const times = { offerSeconds: 60, targetSeconds: 60 }
  const passed = await admin.call(queues.create, {
    body: { accountId, name: 'Second line', kind: 'live', ...times },
  })
  const visitor = await own.visitor()
  const { id } = await visitor.ask('Where is my parcel?')
  const params = { id }
  for (const { id: queueId } of [passed, queue]) {
    await visitor.call(visitors.leave, { params })
    await admin.call(history.transfer, { params, body: { queueId } })
  }
  const answer = await admin.try(queues.remove, { params: { id: passed.id } })
  expect(answer).toMatchObject({ status: 409, body: { error: { code: 'in_use' } } })
})
