// Who is called, and with what: whoever is outside a queue, and whoever is there for tests.
import { describe, expect, test } from 'vitest'
import { fieldKey } from '#contract/fields.ts'
import { presence } from '#contract/presence.ts'
import { queues } from '#contract/queues.ts'
import { routing } from '#contract/routing.ts'
import { scope } from '#contract/scopes.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { type Floor, furnish, type Operator } from '../../testing/floor.ts'
import { openHouse, type Person } from '../../testing/house.ts'
import { breath, go, grantKey, mineOf, setFields } from '../../testing/records.ts'

const house = openHouse()

async function outsider(floor: Floor): Promise<Operator> {
  const operator = await floor.operator({ isAway: true })
  const key = fieldKey.queue(floor.queue.id)
  await setFields(floor.admin, operator, { [key]: { participates: false, tier: 1 } })
  await operator.page.watch(scope.user(operator.userId), scope.queue(floor.queue.id))
  return operator
}

const rings = (operator: Operator, chatId: string) =>
  operator.page.until((replica) => replica.get('chat', chatId)?.rings === true, 2_000)

describe('outside a queue', () => {
  test('NX-16 one is called only when no participant is online, together with all others who are outside', async () => {
    const floor = await furnish(house)
    const anna = await floor.operator({ liveLimit: 1 })
    const [bert, cleo] = [await outsider(floor), await outsider(floor)]
    for (const one of [bert, cleo]) await go(one, 'available')

    // Anna takes part: what she has no room for waits for her, and nobody else is called.
    await (await floor.visitor()).ask('first')
    const held = await anna.answer()
    const second = await (await floor.visitor()).ask('second')
    await breath()
    expect(await bert.call(routing.mine)).toEqual([])
    expect(bert.page.replica.get('chat', second.id)).toMatchObject({
      state: 'waiting',
      rings: false,
    })
    const early = await bert.try(routing.take, { params: { id: second.id } })
    expect(early).toMatchObject({ status: 409, body: { error: { code: 'offer_gone' } } })

    await go(anna, 'away')
    await Promise.all([rings(bert, second.id), rings(cleo, second.id)])
    const taken = await cleo.call(routing.take, { params: { id: second.id } })
    expect(taken).toMatchObject({ state: 'active', operatorId: cleo.userId, rings: false })
    expect(await cleo.call(routing.take, { params: { id: second.id } })).toEqual(taken)
    const late = await bert.try(routing.take, { params: { id: second.id } })
    expect(late).toMatchObject({ status: 409, body: { error: { code: 'offer_gone' } } })
    await bert.page.until((replica) => replica.get('chat', second.id) === undefined, 2_000)

    // Whoever takes part and comes back is offered what still rings.
    const third = await (await floor.visitor()).ask('third')
    await rings(bert, third.id)
    await anna.call(routing.close, { params: { id: held.id } })
    await go(anna, 'available')
    expect((await anna.offered()).id).toBe(third.id)
    await bert.page.until((replica) => replica.get('chat', third.id)?.rings === false, 2_000)
    await expectSync(bert.page, bert, scope.user(bert.userId), scope.queue(floor.queue.id))
  })

  test('NX-16 whoever is away, full or not assigned takes nothing that rings', async () => {
    const floor = await furnish(house)
    const bert = await outsider(floor)
    const stranger = await house.person({ organisationId: floor.organisationId, role: 'agent' })
    const chat = await (await floor.visitor()).ask()
    await rings(bert, chat.id)
    const params = { id: chat.id }
    const no = async (who: Person) => (await who.try(routing.take, { params })).body.error.code
    expect(await no(bert)).toBe('not_available')
    expect(await no(stranger)).toBe('not_found')
    await go(bert, 'available')
    const body = { kind: 'live', limit: 0, version: 1 } as const
    await floor.admin.call(routing.setLimit, { params: { id: bert.userId }, body })
    expect(await no(bert)).toBe('at_limit')
    expect(await mineOf(bert)).toEqual([])
  })

  test('AC-11 NX-16 of fifty who take a ringing chat at once, one has it', async () => {
    const floor = await furnish(house)
    const outside: Operator[] = []
    for (let i = 0; i < 5; i++) outside.push(await outsider(floor))
    for (const one of outside) await go(one, 'available')
    const { id } = await (await floor.visitor()).ask()
    await rings(outside[0] as Operator, id)
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        const who = outside[i % outside.length] as Operator
        const { status } = await who.try(routing.take, { params: { id } })
        return { userId: who.userId, status }
      }),
    )
    const winners = new Set(answers.filter(({ status }) => status === 200).map((one) => one.userId))
    expect(winners.size).toBe(1)
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10)
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(40)
    const held = await Promise.all(outside.map(mineOf))
    expect(held.flat()).toEqual([id])
  })
})

describe('tests and real chats', () => {
  test('LA-7 a tester who is alone online never gets a real chat, and gets every test', async () => {
    const real = await furnish(house)
    const tests = await admitTests(real)
    const tessa = await real.operator({ isAway: true })
    await makeTester(real, tessa, { alsoAgent: false })
    await tests.assign(tessa)
    await go(tessa, 'available')
    expect(await tessa.call(presence.mine)).toMatchObject({ takesChats: false, takesTests: true })
    const chat = await (await real.visitor()).ask()
    await breath()
    expect(await tessa.call(routing.mine)).toEqual([])
    const trial = await tests.ask()
    expect((await tessa.offered()).id).toBe(trial.id)
    const anna = await real.operator()
    expect((await anna.offered()).id).toBe(chat.id)
    const because = await considered(chat.id)
    expect(because).toContainEqual({ operatorId: tessa.userId, ruledOutBy: 'tests_only' })
  })

  test('LA-7 a person with both roles gets both; an agent gets no test; a test is marked', async () => {
    const real = await furnish(house)
    const tests = await admitTests(real)
    const anna = await real.operator()
    await tests.assign(anna)
    const trial = await tests.ask()
    await breath()
    expect(await anna.call(routing.mine)).toEqual([])
    const both = await real.operator({ isAway: true })
    await makeTester(real, both, { alsoAgent: true })
    await tests.assign(both)
    await go(both, 'available')
    expect(await both.call(presence.mine)).toMatchObject({ takesChats: true, takesTests: true })
    expect((await both.answer()).id).toBe(trial.id)
    await go(anna, 'away')
    const chat = await (await real.visitor()).ask()
    expect((await both.offered()).id).toBe(chat.id)
    const marks = await house.db
      .selectFrom('chats')
      .select(['id', 'isTest'])
      .where('id', 'in', [chat.id, trial.id])
      .execute()
    expect(new Map(marks.map(({ id, isTest }) => [id, isTest]))).toEqual(
      new Map([
        [chat.id, false],
        [trial.id, true],
      ]),
    )
  })
})

/** A queue for tests beside the floor's, and a site that feeds it. */
async function admitTests(floor: Floor) {
  const { admin, organisationId } = floor
  const queue = await admin.call(queues.create, {
    body: {
      ...{ accountId: organisationId, name: 'Trials', kind: 'live', isTest: true },
      ...{ offerSeconds: 20, targetSeconds: 60 },
    },
  })
  const visitorOf = async () => {
    await house.db
      .updateTable('sites')
      .set({ queueId: queue.id })
      .where('id', '=', floor.site.id)
      .execute()
    const visitor = await floor.visitor()
    return visitor
  }
  return {
    queue,
    async assign(who: Person) {
      await admin.call(queues.assign, { params: { id: queue.id, userId: who.userId } })
      await who.call(queues.join, { params: { id: queue.id } })
    },
    async ask() {
      const visit = await (await visitorOf()).ask('A test')
      const back = { queueId: floor.queue.id }
      await house.db.updateTable('sites').set(back).where('id', '=', floor.site.id).execute()
      return visit
    },
  }
}

async function makeTester(floor: Floor, who: Person, { alsoAgent }: { alsoAgent: boolean }) {
  const [agent, tester] = [await grantKey(floor, 'agent'), await grantKey(floor, 'tester')]
  await setFields(floor.admin, who, { [tester]: true, ...(!alsoAgent && { [agent]: null }) })
}

async function considered(chatId: string): Promise<unknown> {
  const row = await house.db
    .selectFrom('assignments')
    .select('because')
    .where('chatId', '=', chatId)
    .orderBy('offeredAt', 'desc')
    .executeTakeFirstOrThrow()
  return (row.because as { considered: unknown }).considered
}
