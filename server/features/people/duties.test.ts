// What editing makes of somebody as an operator: queues, limits, and the chats they have.
import { expect, test } from 'vitest'
import { type Fields, fieldKey } from '#contract/fields.ts'
import { presence } from '#contract/presence.ts'
import { type Queue, queues } from '#contract/queues.ts'
import { routing } from '#contract/routing.ts'
import { scope } from '#contract/scopes.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { type Floor, furnish } from '../../testing/floor.ts'
import { openHouse, type Person } from '../../testing/house.ts'
import { edit, recordOf, set } from '../../testing/people.ts'

const house = openHouse()

const secondQueue = ({ admin, organisationId }: Floor, name: string): Promise<Queue> =>
  admin.call(queues.create, {
    body: {
      ...{ accountId: organisationId, name, kind: 'live' as const },
      ...{ offerSeconds: 60, targetSeconds: 60 },
    },
  })

const serves = (participates = true, tier = 1) => ({ participates, tier })
const statesOf = async (person: Person) =>
  (await person.call(routing.mine)).map(({ state }) => state).sort()

test('LA-18 LA-19: a limit set in the record holds at once; lowering it drops no chat', async () => {
  const floor = await furnish(house)
  const { admin, organisationId } = floor
  const agent = await floor.operator({ liveLimit: 1 })
  const page = await admin.live()
  await page.watch(scope.floor(organisationId))
  const loads = () => page.replica.get('operator', agent.userId)?.live
  await (await floor.visitor()).ask()
  await agent.answer()
  for (let i = 0; i < 2; i++) await (await floor.visitor()).ask()
  expect(await statesOf(agent)).toEqual(['active'])
  await set(admin, agent, { 'limit.live': 3 })
  await page.until(() => loads()?.used === 3)
  await set(admin, agent, { 'limit.live': 0 })
  await page.until(() => loads()?.limit === 0)
  expect(loads()).toMatchObject({ limit: 0, used: 3 })
  expect(await statesOf(agent)).toEqual(['active', 'offered', 'offered'])
  await (await floor.visitor()).ask()
  expect(loads()?.used).toBe(3)
  await expectSync(page, admin, scope.floor(organisationId))
  page.close()
})

test('one save changes several queues: tiers and participation are kept, and what was offered from a queue that is left waits again', async () => {
  const floor = await furnish(house)
  const { admin, organisationId, queue } = floor
  const [second, third] = [await secondQueue(floor, 'Second'), await secondQueue(floor, 'Third')]
  const agent = await floor.operator({ liveLimit: 2 })
  const page = await admin.live()
  await page.watch(scope.floor(organisationId), scope.record(agent.membershipId))
  await (await floor.visitor()).ask()
  await agent.answer()
  const visit = await (await floor.visitor()).ask()
  await agent.offered()
  const wanted: Fields = {
    [fieldKey.queue(queue.id)]: null,
    [fieldKey.queue(second.id)]: serves(true, 2),
    [fieldKey.queue(third.id)]: serves(false),
    'limit.live': 5,
  }
  const record = await set(admin, agent, wanted)
  expect(record.fields).toMatchObject({
    [fieldKey.queue(second.id)]: serves(true, 2),
    [fieldKey.queue(third.id)]: serves(false),
    'limit.live': 5,
  })
  expect(record.fields).not.toHaveProperty(fieldKey.queue(queue.id))
  expect(await statesOf(agent)).toEqual(['active'])
  await page.until((replica) => replica.get('chat', visit.id)?.state === 'waiting')
  const places = () => page.replica.all('queue_member').filter((one) => one.userId === agent.userId)
  await page.until(() => places().length === 2)
  expect(places().map(({ queueId, tier }) => [queueId, tier])).toEqual(
    expect.arrayContaining([
      [second.id, 2],
      [third.id, 1],
    ]),
  )
  await expectSync(page, admin, scope.floor(organisationId), scope.record(agent.membershipId))
  page.close()
})

test('a queue of somebody none of whose roles answers chats is refused, and of an administrator makes them an operator', async () => {
  const floor = await furnish(house)
  const { admin, organisationId, queue } = floor
  const key = fieldKey.queue(queue.id)
  const viewer = await house.person({ organisationId, role: 'viewer' })
  expect((await edit(admin, viewer, { [key]: serves() })).body.error).toMatchObject({
    ...{ code: 'invalid', field: key },
  })
  const other = await house.person({ organisationId, role: 'administrator' })
  expect(await recordOf(admin, other)).toMatchObject({ isOperator: false })
  const record = await set(admin, other, { [key]: serves() })
  expect(record).toMatchObject({ isOperator: true, fields: { 'limit.live': 3, [key]: serves() } })
  expect((await other.call(presence.mine)).id).toBe(other.userId)
})

test('IN-10 LA-18: many who save while chats come and go: nothing is lost, nobody waits for ever', async () => {
  const floor = await furnish(house)
  const { admin, organisationId, queue } = floor
  const second = await secondQueue(floor, 'Second')
  const agents = await Promise.all([1, 2, 3].map(() => floor.operator({ liveLimit: 2 })))
  const visitors = await Promise.all([1, 2, 3, 4, 5, 6].map(() => floor.visitor()))
  const key = fieldKey.queue(second.id)
  const saves = agents.flatMap((agent, i) => [
    edit(admin, agent, { 'limit.live': 3 + i }),
    edit(admin, agent, { [key]: serves(true, 1 + i) }),
    edit(admin, agent, { alias: `Agent ${i}` }),
    edit(admin, agent, { [fieldKey.queue(queue.id)]: serves(true, 2) }),
  ])
  const [answers] = await Promise.all([
    Promise.all(saves),
    ...visitors.map((visitor) => visitor.ask()),
  ])
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
  for (const [i, agent] of agents.entries())
    expect((await recordOf(admin, agent)).fields).toMatchObject({
      ...{ 'limit.live': 3 + i, alias: `Agent ${i}` },
      [key]: serves(true, 1 + i),
      [fieldKey.queue(queue.id)]: serves(true, 2),
    })
  const page = await admin.live()
  await page.watch(scope.floor(organisationId))
  await page.until((replica) => replica.all('chat').every(({ state }) => state === 'offered'))
  expect(page.replica.all('chat')).toHaveLength(6)
  page.close()
})
