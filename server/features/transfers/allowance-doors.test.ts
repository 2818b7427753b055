// How far above their limit somebody may be handed chats by name, through the doors of two servers.
import { expect, test } from 'vitest'
import { scope } from '#contract/scopes.ts'
import { transfers } from '#contract/transfers.ts'
import { caller } from '../../client/http.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { furnish } from '../../testing/floor.ts'
import { to } from '../../testing/handing-floor.ts'
import { openHouse } from '../../testing/house.ts'
import { brokenLaws, NONE_BROKEN } from '../routing/laws.ts'

const house = openHouse()

const codeOf = async (asked: Promise<{ status: number; body: unknown }>) => {
  const { status, body } = await asked
  return [status, (body as { error?: { code?: string } }).error?.code]
}

test('QU-5 IN-1 of many who hand to somebody full at once, at two servers, as many get through as the allowance says', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator({ firstName: 'Anna' })
  const { id } = await (await floor.visitor()).ask('Where is my parcel?')
  await anna.answer()
  const params = { id }
  const bo = await floor.operator({ firstName: 'Bo', liveLimit: 1 })
  const visitor = await floor.visitor()
  await visitor.ask()
  await bo.answer()
  const seen = async () =>
    (await anna.call(transfers.targets, { params })).people.find((one) => one.id === bo.userId)
  expect(await seen()).toMatchObject({ status: 'at_limit', takesHanded: false })
  const rules = await floor.admin.call(transfers.rules)
  expect(rules.allowance).toBe(0)
  const change = { set: { allowance: 2 }, base: { allowance: 0 } }
  expect(
    await codeOf(
      floor.admin.try(transfers.setRules, { body: { ...change, set: { allowance: 11 } } }),
    ),
  ).toEqual([400, 'invalid'])
  await floor.admin.call(transfers.setRules, { body: change })
  expect(await seen()).toMatchObject({ status: 'at_limit', takesHanded: true, used: 1, limit: 1 })

  const second = await house.another()
  const others = [{ anna, params }]
  for (const firstName of ['Cleo', 'Dora', 'Emil', 'Fien']) {
    const holder = await floor.operator({ firstName })
    const asking = await floor.visitor()
    const chat = await asking.ask()
    await holder.answer()
    others.push({ anna: holder, params: { id: chat.id } })
  }
  const page = await floor.admin.live()
  await page.watch(scope.floor(floor.organisationId))
  const answers = await Promise.all(
    others.map(async (one, at) => {
      const from = at % 2 ? caller(() => second.url, { cookie: one.anna.cookie }) : one.anna
      const body = to('operator', bo.userId)
      return codeOf(from.try(transfers.begin, { params: one.params, body }))
    }),
  )
  expect(answers.filter(([status]) => status === 200)).toHaveLength(2)
  expect(answers.filter(([, code]) => code === 'at_limit')).toHaveLength(3)
  await page.until((replica) => replica.get('operator', bo.userId)?.live.used === 3)
  await expectSync(page, floor.admin, scope.floor(floor.organisationId))
  expect(await seen()).toMatchObject({ takesHanded: false, used: 3, limit: 1 })
  expect(await brokenLaws(house.db)).toEqual(NONE_BROKEN)
})
