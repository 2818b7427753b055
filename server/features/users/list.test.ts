// Lists of people: the very rows that are told one by one, to whoever may see them and nobody else.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { beforeAll, expect, test } from 'vitest'
import { fieldKey } from '#contract/fields.ts'
import { people } from '#contract/people.ts'
import { peopleList } from '#contract/people-list.ts'
import { scope } from '#contract/scopes.ts'
import { users } from '#contract/users.ts'
import { seatCrowd } from '../../testing/crowd.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { openHouse, type Person } from '../../testing/house.ts'
import { grant } from '../../testing/lifecycle.ts'
import * as lists from './list-queries.ts'

const house = openHouse()
const PEOPLE = 300

let organisationId: string
let administrator: Person
let benelux: string
let nordics: string

beforeAll(async () => {
  organisationId = (await house.organisation('Noordzee Contact')).id
  administrator = await house.person({ organisationId, role: 'administrator' })
  await seatCrowd(house.databaseUrl, organisationId, PEOPLE)
  benelux = await accountOf('Benelux')
  nordics = await accountOf('Nordics')
  await decorate()
})

async function accountOf(name: string): Promise<string> {
  const { id } = await house.db
    .selectFrom('accounts')
    .select('id')
    .where('organisationId', '=', organisationId)
    .where('name', '=', name)
    .executeTakeFirstOrThrow()
  return id
}

/** What the crowd has not: roles at departments, groups, several departments, a display name. */
async function decorate(): Promise<void> {
  const at = organisationId
  await sql`update memberships set display_name = 'Support' where organisation_id = ${at}
    and id in (select id from memberships where organisation_id = ${at} order by id limit 5)`.execute(
    house.db,
  )
  await sql`insert into grants (organisation_id, user_id, membership_id, role_id, department_id, granted_by)
    select m.organisation_id, m.user_id, m.id, r.id, d.id, m.user_id
      from (select * from memberships where organisation_id = ${at} order by id limit 20) m
      join roles r on r.organisation_id = m.organisation_id and r.key = 'people_manager'
      cross join lateral (select id from departments where organisation_id = m.organisation_id order by id limit 2) d`.execute(
    house.db,
  )
  await sql`with made as (
      insert into supervisor_groups (organisation_id, department_id, supervisor_user_id, name)
      select ${at}::uuid, d.id, ${administrator.userId}::uuid, 'Team of ' || d.name
        from (select * from departments where organisation_id = ${at} order by id limit 3) d
      returning *)
    update memberships m set supervisor_group_id = made.id, primary_department_id = made.department_id
      from made where m.organisation_id = ${at} and m.id in (
        select membership_id from department_members where department_id = made.department_id)`.execute(
    house.db,
  )
}

async function viewed(where = sql<boolean>`true`) {
  const { rows } = await sql<{ row: unknown }>`
    select row from person_rows where organisation_id = ${organisationId} and ${where}
     order by lower(row ->> 'lastName'), lower(row ->> 'firstName'), membership_id`.execute(
    house.db,
  )
  return rows.map(({ row }) => row)
}

test('a list in one go has the very rows that are told one by one', async () => {
  const accounts = await house.db.selectFrom('accounts').select('id').execute()
  const listed = await lists.listOfAccounts(
    house.db,
    organisationId,
    accounts.map(({ id }) => id),
  )
  expect(listed).toHaveLength(PEOPLE + 1)
  expect(listed).toEqual(await viewed())
  expect(listed.some(({ queues }) => queues.length > 0)).toBe(true)
  expect(listed.some(({ roles }) => roles.length > 1)).toBe(true)
})

test("so has a team's", async () => {
  const { rows: teams } = await sql<{ id: string }>`
    select id from supervisor_groups where organisation_id = ${organisationId}
    union select department_id from supervisor_groups where organisation_id = ${organisationId}`.execute(
    house.db,
  )
  expect(teams.length).toBeGreaterThan(3)
  for (const { id } of teams) {
    const listed = await lists.listOfTeam(house.db, organisationId, id)
    expect(listed.length).toBeGreaterThan(0)
    expect(listed).toEqual(await viewed(sql<boolean>`scopes @> array['team:' || ${id}::text]`))
  }
})

test('GB-5: the page of whoever runs one sub group holds and counts nobody else, found by search or not', async () => {
  const warden = await house.person({ organisationId, accountId: benelux, role: 'administrator' })
  const page = await warden.call(peopleList.page, { query: { limit: '100' } })
  const inside = await house.db
    .selectFrom('accounts')
    .select('id')
    .where((eb) => eb.or([eb('id', '=', benelux), eb('parentId', '=', benelux)]))
    .execute()
  const mine = new Set(inside.map(({ id }) => id))
  expect(page.people.length).toBeGreaterThan(50)
  expect(page.people.every(({ accountId }) => mine.has(accountId))).toBe(true)
  expect(page.counts.every(({ accountId }) => mine.has(accountId))).toBe(true)
  const elsewhere = (await administrator.call(peopleList.page, { query: { account: nordics } }))
    .people[0]
  const hidden = await warden.call(peopleList.page, { query: { q: elsewhere?.email ?? '' } })
  expect(hidden).toEqual({ people: [], total: 0, counts: [] })
  // An account that is there answers like one that is not.
  const sibling = await warden.call(peopleList.page, { query: { account: nordics } })
  expect(sibling).toEqual(await warden.call(peopleList.page, { query: { account: randomUUID() } }))
  expect((await warden.try(users.get, { params: { id: elsewhere?.id } })).status).toBe(404)
  const { status } = await warden.try(
    { ...users.get, path: '/api/live/:scope' },
    { params: { scope: scope.people(nordics) } },
  )
  expect(status).toBe(404)
})

test('GB-3: the page of an account is of it and all below it', async () => {
  const all = await administrator.call(peopleList.page, { query: {} })
  const some = await administrator.call(peopleList.page, { query: { account: benelux } })
  expect(all.people).toHaveLength(50)
  expect(some.total).toBeGreaterThan(50)
  expect(some.total).toBeLessThan(all.total)
  expect(some.counts.map(({ people }) => people).reduce((a, b) => a + b)).toBe(some.total)
})

test('the page finds by words, status and order, and is refused what it does not know', async () => {
  const query = { q: 'ADA verb', sort: '-created', limit: '5' } as const
  const { people, total } = await administrator.call(peopleList.page, { query })
  expect(total).toBeGreaterThan(0)
  expect(
    people.every(({ firstName, lastName }) => `${firstName} ${lastName}`.startsWith('Ada Verb')),
  ).toBe(true)
  const born = people.map(({ createdAt }) => createdAt)
  expect(born).toEqual(born.toSorted().reverse())
  const blocked = await administrator.call(peopleList.page, { query: { status: 'blocked' } })
  expect(blocked.total).toBe(PEOPLE / 100)
  expect((await administrator.call(peopleList.page, { query: { q: '%' } })).total).toBe(0)
  for (const odd of [
    { limit: '0' },
    { limit: '1000' },
    { sort: 'colour' },
    { account: 'x' },
    { page: '1' },
  ])
    expect((await administrator.try(peopleList.page, { query: odd })).status).toBe(400)
})

test('SW-1: a supervisor is given the page of the own group alone', async () => {
  const { rows } = await sql<{ id: string }>`select id from supervisor_groups
    where organisation_id = ${organisationId} order by id limit 1`.execute(house.db)
  const [group] = rows
  const supervisor = await house.person({ organisationId, accountId: nordics, role: 'supervisor' })
  await sql`insert into grants (organisation_id, user_id, membership_id, role_id, group_id, granted_by)
    select ${organisationId}::uuid, ${supervisor.userId}::uuid, ${supervisor.membershipId}::uuid, id, ${group?.id}::uuid, ${supervisor.userId}::uuid
      from roles where organisation_id = ${organisationId} and key = 'people_manager'`.execute(
    house.db,
  )
  const page = await supervisor.call(peopleList.page, { query: { limit: '100' } })
  const own = await lists.listOfTeam(house.db, organisationId, group?.id ?? '')
  const present = own.filter(({ status }) => status !== 'archived').map(({ id }) => id)
  expect(page.people.map(({ id }) => id).toSorted()).toEqual(present.toSorted())
  expect(
    (await supervisor.call(peopleList.page, { query: { account: organisationId } })).total,
  ).toBe(0)
})

test('GB-1: whoever holds an account and a department of it also sees those of the department who belong to the account above', async () => {
  const warden = await house.person({ organisationId, accountId: benelux, role: 'viewer' })
  const above = await house.person({ organisationId, role: 'agent' })
  const { id: departmentId } = await house.db
    .selectFrom('departments')
    .select('id')
    .where('accountId', '=', benelux)
    .limit(1)
    .executeTakeFirstOrThrow()
  const set = { [fieldKey.department(departmentId)]: { position: null } }
  await administrator.call(people.change, {
    params: { id: above.membershipId },
    body: { set, base: {} },
  })
  const id = above.membershipId
  const seen = async () => (await warden.call(users.list)).some((one) => one.id === id)
  expect(await seen()).toBe(false)
  await grant(house.db, warden, 'viewer', { department_id: departmentId })
  expect(await seen()).toBe(true)
  expect((await warden.call(users.get, { params: { id } })).status).toBe('active')
  const page = await warden.call(peopleList.page, { query: { q: above.email } })
  expect(page.people.map((one) => one.id)).toEqual([id])
  const client = await warden.live()
  await client.watch(scope.team(departmentId))
  await expectSync(client, warden, scope.team(departmentId))
})
