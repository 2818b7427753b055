import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import { fieldKey } from '#contract/fields.ts'
import { queues } from '#contract/queues.ts'
import { routing } from '#contract/routing.ts'
import { skills } from '#contract/skills.ts'
import { why } from '#contract/why.ts'
import { type Floor, furnish, type Operator } from '../../testing/floor.ts'
import { openHouse, type Person } from '../../testing/house.ts'
import { go, setFields } from '../../testing/records.ts'

const house = openHouse()

const whyChat = (by: Person, id: string) => by.call(why.chat, { params: { id } })
const whyOperator = (by: Person, { userId: id }: Person) =>
  by.call(why.operator, { params: { id } })

async function limit({ admin }: Floor, { userId: id }: Operator, to: number): Promise<void> {
  const { version } = await house.db
    .selectFrom('operatorLoads')
    .select('version')
    .where('userId', '=', id)
    .where('kind', '=', 'live')
    .executeTakeFirstOrThrow()
  const body = { kind: 'live', limit: to, version } as const
  await admin.call(routing.setLimit, { params: { id }, body })
}

describe('MS-2 a chat that waits', () => {
  let floor: Floor
  let anna: Operator
  let bert: Operator
  let cleo: Operator
  let waiting: string

  beforeAll(async () => {
    floor = await furnish(house)
    anna = await floor.operator({ liveLimit: 1, firstName: 'Anna', lastName: 'Aalders' })
    bert = await floor.operator({ isAway: true, firstName: 'Bert', lastName: 'Bakker' })
    cleo = await floor.operator({ firstName: 'Cleo', lastName: 'Cats' })
    await cleo.call(queues.leave, { params: { id: floor.queue.id } })
    await (await floor.visitor()).ask()
    await anna.answer()
    await (await floor.visitor()).ask()
    waiting = (await (await floor.visitor()).ask()).id
  })

  test('says its place, and of everybody what rules them out', async () => {
    const { queue } = floor
    const it = await whyChat(floor.admin, waiting)
    expect(it).toMatchObject({
      ...{ chatId: waiting, state: 'waiting', place: 2, waiting: 2, rings: false },
      ...{ queue: { id: queue.id, name: 'Sales', strategy: 'longest_idle' }, others: [] },
      ...{ next: null, offer: null, assignments: [], endedAt: null },
    })
    const by = new Map(it.operators.map((one) => [one.userId, one]))
    expect(by.get(anna.userId)).toMatchObject({
      ...{ name: 'Anna Aalders', ruledOutBy: 'at_limit', used: 1, limit: 1, isNext: false },
      ...{ fails: [{ check: 'limit', changesAt: null }], offerEndsAt: null },
    })
    expect(by.get(bert.userId)).toMatchObject({
      ...{
        ruledOutBy: 'away',
        availability: 'away',
        fails: [{ check: 'status', changesAt: null }],
      },
    })
    expect(by.get(cleo.userId)).toMatchObject({
      ...{ ruledOutBy: 'not_joined', fails: [{ check: 'joined', changesAt: null }] },
    })
    expect(it.operators).toHaveLength(3)
  })

  test('names the skill that somebody lacks, and when it is no longer asked for', async () => {
    const { admin, queue, organisationId: accountId } = floor
    const { id: skillId } = await admin.call(skills.create, { body: { accountId, name: 'Dutch' } })
    const params = { id: queue.id }
    const set = async (
      asked: { skillId: string; level: number; relaxAfterSeconds: number | null }[],
    ) => {
      const { version } = await admin.call(routing.skills, { params })
      await admin.call(routing.setSkills, { params, body: { skills: asked, version } })
    }
    await set([{ skillId, level: 3, relaxAfterSeconds: 600 }])
    const { operators, enqueuedAt } = await whyChat(admin, waiting)
    const relaxesAt = new Date(Date.parse(enqueuedAt ?? '') + 600_000).toISOString()
    expect(operators.find(({ userId }) => userId === anna.userId)).toMatchObject({
      ruledOutBy: 'lacks_skill',
      lacks: [{ skillId, name: 'Dutch', asked: 3, held: 0, relaxesAt }],
      fails: [
        { check: 'skills', changesAt: relaxesAt },
        { check: 'limit', changesAt: null },
      ],
    })
    await setFields(admin, anna, { [fieldKey.skill(skillId)]: { level: 3 } })
    const able = await whyChat(admin, waiting)
    expect(able.operators.find(({ userId }) => userId === anna.userId)).toMatchObject({
      ...{ ruledOutBy: 'at_limit', lacks: [] },
    })
    await set([{ skillId, level: 3, relaxAfterSeconds: null }])
    const always = await whyChat(admin, waiting)
    expect(always.operators.find(({ userId }) => userId === cleo.userId)).toMatchObject({
      lacks: [{ relaxesAt: null }],
      fails: [
        { check: 'joined', changesAt: null },
        { check: 'skills', changesAt: null },
      ],
    })
    await set([])
  })

  test('says where it goes on to, and when', async () => {
    const { admin, organisationId: accountId, queue } = floor
    const { kind, offerSeconds, targetSeconds } = queue
    const body = { accountId, name: 'Overflow', kind, offerSeconds, targetSeconds }
    const { id } = await admin.call(queues.create, { body })
    await sql`update queues set overflow_queue_id = ${id}, overflow_after_seconds = 600
      where id = ${queue.id}`.execute(house.db)
    const { overflow, enqueuedAt } = await whyChat(admin, waiting)
    const at = new Date(Date.parse(enqueuedAt ?? '') + 600_000).toISOString()
    expect(overflow).toEqual({ id, name: 'Overflow', at })
    await sql`update queues set overflow_queue_id = null, overflow_after_seconds = null
      where id = ${queue.id}`.execute(house.db)
    expect((await whyChat(admin, waiting)).overflow).toBeNull()
  })

  test('an operator’s own answer: how many wait, and what keeps the first from them', async () => {
    const { queue, admin } = floor
    const mine = await whyOperator(admin, bert)
    expect(mine).toMatchObject({ userId: bert.userId, name: 'Bert Bakker' })
    const [line, ...more] = mine.queues
    expect(more).toEqual([])
    expect(line).toMatchObject({ id: queue.id, name: 'Sales', waiting: 2, isJoined: true })
    expect(line?.first).toMatchObject({ operator: { ruledOutBy: 'away' }, next: null })
    expect(line?.first?.chatId).not.toBe(waiting)
  })

  test('is offered: until when, who would be next, and whoever passes it on is left out until then', async () => {
    const { admin } = floor
    await limit(floor, anna, 3)
    const { offer } = await anna.offered()
    const offered = await whyChat(admin, waiting)
    expect(offered).toMatchObject({
      ...{ state: 'offered', place: 1, waiting: 0, next: null },
      offer: { userId: anna.userId, name: 'Anna Aalders' },
      operators: [{ userId: anna.userId, isOffered: true }, {}, {}],
    })
    await cleo.call(queues.join, { params: { id: floor.queue.id } })
    expect(await whyChat(admin, waiting)).toMatchObject({
      next: { userId: cleo.userId, name: 'Cleo Cats', rule: 'longest_idle' },
    })
    await go(cleo, 'away')
    const mine = await anna.call(routing.mine)
    const its = mine.find(({ id }) => id === waiting)?.offer ?? offer
    await go(bert, 'available')
    await anna.call(routing.decline, { params: { id: its.id } })
    const after = await whyChat(admin, waiting)
    expect(after.state).toBe('offered')
    expect(after.offer?.userId).toBe(bert.userId)
    const declined = after.operators.find(({ userId }) => userId === anna.userId)
    expect(declined).toMatchObject({ ruledOutBy: 'excluded' })
    expect(declined?.fails).toEqual([{ check: 'exclusion', changesAt: declined?.excludedUntil }])
    expect(after.assignments).toMatchObject([
      { userId: anna.userId, state: 'declined', name: 'Anna Aalders' },
      { userId: bert.userId, state: 'offered', rule: 'longest_idle' },
    ])
  })

  test('is with somebody, and over: what was kept of each who was asked', async () => {
    const { admin } = floor
    const { offer } = await bert.offered()
    await bert.call(routing.accept, { params: { id: offer.id } })
    const held = await whyChat(admin, waiting)
    expect(held).toMatchObject({
      state: 'active',
      place: null,
      operators: [],
      next: null,
      offer: null,
    })
    await bert.call(routing.close, { params: { id: waiting } })
    const over = await whyChat(admin, waiting)
    expect(over).toMatchObject({ state: 'closed', endedBecause: 'operator' })
    const [, last] = over.assignments
    expect(last).toMatchObject({ userId: bert.userId, state: 'ended', rule: 'longest_idle' })
    expect(last?.considered).toContainEqual({
      userId: bert.userId,
      name: 'Bert Bakker',
      ruledOutBy: null,
    })
    expect(last?.considered).toContainEqual({
      ...{ userId: anna.userId, name: 'Anna Aalders', ruledOutBy: 'excluded' },
    })
    expect(last?.considered).toContainEqual({
      ...{ userId: cleo.userId, name: 'Cleo Cats', ruledOutBy: 'away' },
    })
    // Routing forgets a chat in time; why it went where it went stays.
    await sql`delete from routed_chats where chat_id = ${waiting}`.execute(house.db)
    expect((await whyChat(admin, waiting)).assignments).toEqual(over.assignments)
  })

  test('when nothing waits, an idle operator is given nothing', async () => {
    for (const { id } of await anna.call(routing.mine)) {
      await anna.try(routing.close, { params: { id } })
    }
    const { queues: lines } = await whyOperator(floor.admin, cleo)
    expect(lines).toMatchObject([{ waiting: 0, first: null }])
  })
})
