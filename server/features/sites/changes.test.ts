// Departments, skills, queues and sites as they are changed, closed and deleted.
import { beforeAll, describe, expect, test } from 'vitest'
import { departments } from '#contract/departments.ts'
import type { Endpoint } from '#contract/endpoint.ts'
import { queues } from '#contract/queues.ts'
import { scope } from '#contract/scopes.ts'
import { sites } from '#contract/sites.ts'
import { skills } from '#contract/skills.ts'
import { visitors } from '#contract/visitors.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { type Floor, furnish } from '../../testing/floor.ts'
import { openHouse, type Person } from '../../testing/house.ts'

const house = openHouse()
let floor: Floor
beforeAll(async () => {
  floor = await furnish(house)
})

const nouns = { departments, skills, queues, sites }
type Noun = keyof typeof nouns
const ofQueue = { kind: 'live', offerSeconds: 20, targetSeconds: 60 }

function make(noun: Noun, name: string) {
  const { admin, organisationId: accountId, queue } = floor
  const ofSite = { queueId: queue.id, allowedOrigins: [], colour: '#111111', language: 'en' }
  const more = noun === 'queues' ? ofQueue : noun === 'sites' ? ofSite : {}
  return admin.try(nouns[noun].create as Endpoint<unknown, { id: string; name: string }>, {
    body: { accountId, name, ...more },
  })
}
function change(noun: Noun, id: string, set: object, base: object = {}, who: Person = floor.admin) {
  const endpoint = nouns[noun].change as Endpoint<unknown, { id: string; name: string }>
  return who.try(endpoint, { params: { id }, body: { set, base } })
}
const remove = (noun: Noun, id: string) =>
  floor.admin.try(nouns[noun].remove as Endpoint<unknown, object>, { params: { id } })

const all = ['departments', 'skills', 'queues', 'sites'] as const

test.each(all)(
  'one of the %s is renamed on top of what was seen, and every page follows',
  async (noun) => {
    const { admin, organisationId } = floor
    const page = await admin.live()
    await page.watch(scope.setup(organisationId))
    const { id } = (await make(noun, 'First')).body
    await make(noun, 'Second')
    expect(await change(noun, id, { name: ' Third ' })).toMatchObject({
      status: 200,
      body: { name: 'Third', versions: { name: 1 } },
    })
    expect((await change(noun, id, { name: 'Fourth' })).body.error).toMatchObject({
      code: 'stale',
      conflicts: { name: { value: 'Third', version: 1 } },
    })
    expect((await change(noun, id, { name: 'SECOND' }, { name: 1 })).body.error).toMatchObject({
      code: 'name_taken',
    })
    expect((await change(noun, id, { name: 'THIRD' }, { name: 1 })).status).toBe(200)
    expect((await change(noun, id, { nonsense: 1 })).status).toBe(400)
    expect((await change(noun, id, { name: ' ' }, { name: 2 })).body.error.field).toBe('name')
    await expectSync(page, admin, scope.setup(organisationId))
  },
)

test.each(all)(
  'one of the %s that nothing points at is deleted, and is gone from every page',
  async (noun) => {
    const { admin, organisationId } = floor
    const page = await admin.live()
    await page.watch(scope.setup(organisationId))
    const { id } = (await make(noun, 'Shortlived')).body
    expect((await remove(noun, id)).status).toBe(200)
    expect((await remove(noun, id)).status).toBe(404)
    await expectSync(page, admin, scope.setup(organisationId))
    expect((await make(noun, 'Shortlived')).status).toBe(200)
  },
)

describe('what is in use says where', () => {
  test('a queue: by its sites and by whoever serves it', async () => {
    const { queue, site } = floor
    await floor.operator()
    expect((await remove('queues', queue.id)).body.error).toMatchObject({
      code: 'in_use',
      uses: expect.arrayContaining([
        { what: 'sites', count: expect.any(Number), names: expect.arrayContaining([site.name]) },
        { what: 'people', count: 1, names: [] },
      ]),
    })
  })

  test('a skill, by how many have it', async () => {
    const { admin, organisationId } = floor
    const { id: skillId } = (await make('skills', 'Dutch')).body
    const held = { organisationId, userId: admin.userId, skillId, level: 3 }
    await house.db.insertInto('userSkills').values(held).execute()
    expect((await remove('skills', skillId)).body.error).toMatchObject({
      code: 'in_use',
      uses: [{ what: 'people', count: 1, names: [] }],
    })
  })

  test('a site that had visitors is closed instead: then nobody comes in', async () => {
    const { id } = (await make('sites', 'Had visitors')).body
    const [site] = (await floor.admin.call(sites.list)).filter((one) => one.id === id)
    const begin = () => house.anyone.try(visitors.begin, { body: { siteKey: site?.key } })
    expect((await begin()).status).toBe(200)
    expect((await remove('sites', id)).body.error).toMatchObject({
      code: 'in_use',
      uses: [{ what: 'visitors', count: 1, names: [] }],
    })
    expect((await change('sites', id, { isActive: false })).status).toBe(200)
    expect((await begin()).status).toBe(404)
  })

  test('LA-21: a department, and which queues would be left without anybody of it', async () => {
    const { admin, organisationId } = floor
    const { id } = (await make('departments', 'Night care')).body
    const { id: queueId } = (await make('queues', 'Night line')).body
    const nora = await floor.operator()
    const member = { organisationId, departmentId: id, membershipId: nora.membershipId }
    await house.db.insertInto('departmentMembers').values(member).execute()
    await admin.call(queues.assign, { params: { id: queueId, userId: nora.userId } })
    const use = await admin.call(departments.use, { params: { id } })
    expect(use.queues).toContainEqual({ queueId, name: 'Night line', people: 1, others: 0 })
    expect(use.queues).toContainEqual(
      expect.objectContaining({ queueId: floor.queue.id, people: 1, others: expect.any(Number) }),
    )
    expect((await remove('departments', id)).body.error).toMatchObject({
      code: 'in_use',
      uses: [{ what: 'people', count: 1, names: [] }],
    })
  })
})

test('NX-10: an account without departments has an empty list of them, and its first one fills it', async () => {
  const { admin, organisationId } = floor
  const accountId = await house.account(organisationId, 'Without')
  const ofIt = await house.person({ organisationId, accountId, role: 'administrator' })
  expect(await ofIt.call(departments.list)).toEqual([])
  const page = await ofIt.live()
  await page.watch(scope.setup(accountId))
  const { id } = await admin.call(departments.create, { body: { accountId, name: 'The first' } })
  await page.until((replica) => replica.get('department', id))
  expect(await ofIt.call(departments.list)).toHaveLength(1)
})

test('the department’s new name stands on the operator’s line', async () => {
  const { admin, organisationId } = floor
  const { id } = (await make('departments', 'Old name')).body
  const anna = await floor.operator()
  const member = { organisationId, departmentId: id, membershipId: anna.membershipId }
  await house.db.insertInto('departmentMembers').values(member).execute()
  const page = await admin.live()
  await page.watch(scope.floor(organisationId))
  await change('departments', id, { name: 'New name' })
  await page.until((replica) => replica.get('operator', anna.userId)?.department === 'New name')
  await expectSync(page, admin, scope.floor(organisationId))
})

test('a queue’s settings hold from the next chat on, for everybody who sees the queue', async () => {
  const { admin, organisationId } = floor
  const { id } = (await make('queues', 'Tuned')).body
  const set = {
    ...{ offerSeconds: 30, targetSeconds: 90, priority: 2, maxWaiting: 1, isPreset: true },
    ...{ autoAccepts: true, wrapUpSeconds: 10, isActive: false },
  }
  const page = await admin.live()
  await page.watch(scope.floor(organisationId))
  expect((await change('queues', id, set)).body).toMatchObject(set)
  await page.until((replica) => replica.get('queue', id)?.isPreset)
  await expectSync(page, admin, scope.floor(organisationId))
  for (const wrong of [{ offerSeconds: 4 }, { priority: 10 }, { maxWaiting: 0 }, { isTest: 1 }])
    expect((await change('queues', id, wrong, { maxWaiting: 1 })).status).toBe(400)
})

test('a site that shows the operator’s card no more takes it from the visitor who chats, live', async () => {
  const { admin, site, ...own } = await furnish(house)
  const anna = await own.operator()
  const visitor = await own.visitor()
  const { id } = await visitor.ask()
  await anna.answer()
  const page = await visitor.live()
  await page.watch(scope.visit(id))
  await page.until((replica) => replica.get('visit', id)?.operator)
  await change('sites', site.id, { showsOperatorCard: false }, {}, admin)
  await page.until((replica) => replica.get('visit', id)?.operator === null)
})

test('a site feeds only a queue that whoever says so may set up', async () => {
  const { organisationId, site } = floor
  const accountId = await house.account(organisationId, 'Shop floor')
  const ofIt = await house.person({ organisationId, accountId, role: 'manager' })
  const line = { accountId, name: 'Ours', kind: 'live' as const }
  const ours = await ofIt.call(queues.create, {
    body: { ...line, offerSeconds: 20, targetSeconds: 60 },
  })
  const door = await ofIt.call(sites.create, {
    body: {
      ...{ accountId, queueId: ours.id, name: 'Ours' },
      ...{ allowedOrigins: [], colour: '#111111', language: 'en' },
    },
  })
  const strange = await change('sites', door.id, { queueId: floor.queue.id }, {}, ofIt)
  expect(strange.status).toBe(404)
  expect((await change('sites', site.id, { colour: '#222222' }, {}, ofIt)).status).toBe(404)
  const origins = await change('sites', door.id, { allowedOrigins: ['https://X.org/'] }, {}, ofIt)
  expect(origins.body).toMatchObject({ allowedOrigins: ['https://x.org'] })
  expect(
    (await change('sites', door.id, { allowedOrigins: ['javascript:x'] }, { allowedOrigins: 1 }))
      .body.error.field,
  ).toMatch(/allowedOrigins/)
})

test('of two who delete what the other begins to use, one is refused', async () => {
  const { admin, organisationId } = floor
  for (let round = 0; round < 4; round++) {
    const { id: departmentId } = (await make('departments', `Race ${round}`)).body
    const member = { organisationId, departmentId, membershipId: admin.membershipId }
    const [gone, joined] = await Promise.all([
      remove('departments', departmentId),
      house.db
        .insertInto('departmentMembers')
        .values(member)
        .execute()
        .then(
          () => true,
          () => false,
        ),
    ])
    expect([gone.status, joined]).toEqual(joined ? [409, true] : [200, false])
  }
})
