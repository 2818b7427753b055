// Who may ask why, what they hear of colleagues they do not see, and of very many.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { departments } from '#contract/departments.ts'
import { fieldKey } from '#contract/fields.ts'
import { live } from '#contract/live.ts'
import { queues } from '#contract/queues.ts'
import { scope } from '#contract/scopes.ts'
import { LISTED_MAX, why } from '#contract/why.ts'
import { furnish } from '../../testing/floor.ts'
import { openHouse, type Person } from '../../testing/house.ts'
import { go, setFields } from '../../testing/records.ts'

const house = openHouse()

const whyChat = (by: Person, id: string) => by.call(why.chat, { params: { id } })
const whyOperator = (by: Person, { userId: id }: Person) =>
  by.call(why.operator, { params: { id } })

describe('MS-2 is for those who see the Wall there', () => {
  test('and is not there for anybody else', async () => {
    const floor = await furnish(house)
    const anna = await floor.operator({ isAway: true })
    const { id } = await (await floor.visitor()).ask()
    const { organisationId } = floor
    const south = await house.account(organisationId, 'South')
    const beside = await house.person({ organisationId, accountId: south, role: 'supervisor' })
    const stranger = (await furnish(house)).admin
    const viewer = await house.person({ organisationId, role: 'viewer' })
    const unknown = await viewer.try(why.chat, { params: { id: randomUUID() } })
    expect(unknown.status).toBe(404)
    const without = (body: object) => JSON.stringify(body).replace(/"requestId":"[^"]+"/, '')
    for (const by of [beside, stranger])
      for (const { status, body } of [
        await by.try(why.chat, { params: { id } }),
        await by.try(why.operator, { params: { id: anna.userId } }),
      ])
        expect([status, without(body)]).toEqual([404, without(unknown.body)])
    expect((await anna.try(why.chat, { params: { id } })).status).toBe(403)
    expect((await whyChat(viewer, id)).operators).toHaveLength(1)
    const idle = await whyOperator(viewer, anna)
    expect(idle.queues[0]?.first).toMatchObject({ chatId: id })
    expect((await viewer.try(why.operator, { params: { id: viewer.userId } })).status).toBe(404)
  })

  test('colleagues whom the asker does not see are counted, not named', async () => {
    const floor = await furnish(house)
    const { admin, organisationId, queue } = floor
    const north = await house.account(organisationId, 'North')
    const above = await floor.operator({ isAway: true })
    const { id } = await (await floor.visitor()).ask()
    await sql`update chats set account_id = ${north} where id = ${id}`.execute(house.db)
    await sql`update routed_chats set account_id = ${north} where chat_id = ${id}`.execute(house.db)
    const here = await house.person({ organisationId, accountId: north, role: 'agent' })
    await admin.call(queues.assign, { params: { id: queue.id, userId: here.userId } })
    const supervisor = await house.person({ organisationId, accountId: north, role: 'supervisor' })
    const it = await whyChat(supervisor, id)
    expect(it.operators.map(({ userId }) => userId)).toEqual([here.userId])
    expect(it.others).toEqual([{ ruledOutBy: 'away', n: 1 }])
    expect(it.queue).toMatchObject({ id: queue.id, name: null })
    await go(above, 'available')
    const { offer, next } = await whyChat(supervisor, id)
    expect({ offer, next }).toMatchObject({ offer: { userId: null, name: null }, next: null })
    expect((await whyChat(admin, id)).offer).toMatchObject({ userId: above.userId })
  })

  test('whoever sees a department’s floor asks about its operators, and of chats nothing', async () => {
    const floor = await furnish(house)
    const { admin, organisationId: accountId } = floor
    const anna = await floor.operator({ isAway: true })
    const { id } = await (await floor.visitor()).ask()
    const care = await admin.call(departments.create, { body: { accountId, name: 'Care' } })
    const lead = await house.person({ organisationId: accountId, role: 'agent' })
    await sql`insert into grants (organisation_id, user_id, membership_id, role_id, department_id)
      select organisation_id, ${lead.userId}, ${lead.membershipId}, id, ${care.id} from roles
       where organisation_id = ${accountId} and key = 'supervisor'`.execute(house.db)
    expect((await lead.try(why.operator, { params: { id: anna.userId } })).status).toBe(404)
    await setFields(admin, anna, { [fieldKey.department(care.id)]: { position: null } })
    const { queues: lines } = await whyOperator(lead, anna)
    expect(lines[0]).toMatchObject({ waiting: 1 })
    expect(lines[0]?.first).toMatchObject({
      ...{ chatId: null, visitorName: null, operator: { ruledOutBy: 'away' } },
    })
    expect((await lead.try(why.chat, { params: { id } })).status).toBe(404)
  })
})

test('MS-2 of a queue of very many the first five hundred are listed, the others counted, in about the time of the bare floor', async () => {
  const floor = await furnish(house)
  const { organisationId, queue, admin } = floor
  const many = LISTED_MAX + 20
  await sql`
    with made as (
      insert into users (id, login, email, first_name, last_name)
      select gen_random_uuid(), 'many' || n, 'many' || n || '@example.org', 'User', n::text
        from generate_series(1, ${many}) n returning id),
    members as (
      insert into memberships (organisation_id, account_id, user_id)
      select ${organisationId}::uuid, ${organisationId}::uuid, id from made),
    seats as (
      insert into operators (organisation_id, user_id, availability, availability_since, connection_since, is_present)
      select ${organisationId}::uuid, id, 'available', now(), now(), true from made),
    loads as (
      insert into operator_loads (organisation_id, user_id, kind, chat_limit, set_at)
      select ${organisationId}::uuid, id, k, 0, now() from made, unnest(enum_range(null::chat_kind)) k)
    insert into queue_members (organisation_id, queue_id, user_id, opted_in, joined_at)
    select ${organisationId}::uuid, ${queue.id}::uuid, id, true, now() from made`.execute(house.db)
  await sql`analyze`.execute(house.db)
  const { id } = await (await floor.visitor()).ask()
  const it = await whyChat(admin, id)
  expect(it.operators).toHaveLength(LISTED_MAX)
  expect(new Set(it.operators.map(({ ruledOutBy }) => ruledOutBy))).toEqual(new Set(['at_limit']))
  expect(it.others).toEqual([{ ruledOutBy: 'at_limit', n: 20 }])
  const floorOf = { params: { scope: scope.floor(organisationId) } }
  const bare = await best(() => admin.call(live.snapshot, floorOf))
  const asked = await best(() => whyChat(admin, id))
  expect(asked / bare).toBeLessThan(2)
})

/** The shortest of several times, in milliseconds: what else the machine does makes none shorter. */
async function best(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let n = 0; n < 8; n++) {
    const before = performance.now()
    await work()
    times.push(performance.now() - before)
  }
  return Math.min(...times)
}
