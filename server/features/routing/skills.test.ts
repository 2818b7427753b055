// A queue asks for skills, first of all who has them, then of whoever is there.
import { beforeAll, describe, expect, test } from 'vitest'
import { fieldKey } from '#contract/fields.ts'
import { type QueueSkill, routing } from '#contract/routing.ts'
import { skills } from '#contract/skills.ts'
import { type Floor, furnish, until } from '../../testing/floor.ts'
import { openHouse } from '../../testing/house.ts'
import { breath, go, mineOf, setFields } from '../../testing/records.ts'

const house = openHouse()

async function considered(chatId: string): Promise<unknown> {
  const row = await house.db
    .selectFrom('assignments')
    .select('because')
    .where('chatId', '=', chatId)
    .orderBy('offeredAt', 'desc')
    .executeTakeFirstOrThrow()
  return (row.because as { considered: unknown }).considered
}

describe('skills', () => {
  let floor: Floor
  let skillId: string
  beforeAll(async () => {
    floor = await furnish(house)
    const body = { accountId: floor.organisationId, name: 'German' }
    skillId = (await floor.admin.call(skills.create, { body })).id
  })
  const ask = async (asked: QueueSkill[]) => {
    const params = { id: floor.queue.id }
    const { version } = await floor.admin.call(routing.skills, { params })
    return floor.admin.try(routing.setSkills, { params, body: { skills: asked, version } })
  }
  const speaker = async (level: number) => {
    const operator = await floor.operator({ isAway: true, liveLimit: 1 })
    await setFields(floor.admin, operator, { [fieldKey.skill(skillId)]: { level } })
    return operator
  }

  test('SW-17 QU-9 a chat that needs a skill at 3 goes to 3 and better first, and to others after the set time', async () => {
    expect(await ask([{ skillId, level: 3, relaxAfterSeconds: 2 }])).toMatchObject({ status: 200 })
    const [two, three, five] = [await speaker(2), await speaker(3), await speaker(5)]
    await go(two, 'available')
    await until(async () => ((await mineOf(two)).length === 0 ? true : undefined))
    const began = performance.now()
    const first = await (await floor.visitor()).ask('Guten Tag')
    await breath()
    expect(await mineOf(two)).toEqual([])
    await go(three, 'available')
    expect((await three.answer()).id).toBe(first.id)
    expect(await considered(first.id)).toContainEqual({
      operatorId: two.userId,
      ruledOutBy: 'lacks_skill',
    })
    await go(five, 'available')
    const second = await (await floor.visitor()).ask('Hallo')
    expect((await five.answer()).id).toBe(second.id)

    // All who speak it are taken: the third waits for its time, then goes to whoever is there.
    const askedAt = performance.now()
    const third = await (await floor.visitor()).ask('Moin')
    expect((await two.offered()).id).toBe(third.id)
    expect(performance.now() - askedAt).toBeGreaterThan(1_900)
    expect(performance.now() - began).toBeLessThan(20_000)
  })

  test('SW-17 QU-9 without a time a skill is always asked for', async () => {
    expect(await ask([{ skillId, level: 5, relaxAfterSeconds: null }])).toMatchObject({
      status: 200,
    })
    const four = await speaker(4)
    await go(four, 'available')
    await (await floor.visitor()).ask('Servus')
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    expect(await mineOf(four)).toEqual([])
    await setFields(floor.admin, four, { [fieldKey.skill(skillId)]: { level: 5 } })
    expect((await four.offered()).state).toBe('offered')
  })

  test('SW-17 QU-9 what a queue asks for is set by whoever sets it up, on top of what they saw', async () => {
    const { admin, queue, organisationId } = floor
    const params = { id: queue.id }
    const { version } = await admin.call(routing.skills, { params })
    const asked = [{ skillId, level: 2, relaxAfterSeconds: 60 }]
    const done = await admin.call(routing.setSkills, { params, body: { skills: asked, version } })
    expect(done).toEqual({ queueId: queue.id, skills: asked, version: version + 1 })
    expect(await admin.call(routing.skills, { params })).toEqual(done)
    const stale = await admin.try(routing.setSkills, { params, body: { skills: [], version } })
    expect(stale).toMatchObject({ status: 409, body: { error: { code: 'stale' } } })
    const twice = { skills: [...asked, ...asked], version: version + 1 }
    expect(await admin.try(routing.setSkills, { params, body: twice })).toMatchObject({
      status: 400,
    })
    const unknown = [{ ...asked[0], skillId: queue.id }]
    const strange = { params, body: { skills: unknown, version: version + 1 } }
    expect(await admin.try(routing.setSkills, strange)).toMatchObject({ status: 400 })
    const agent = await house.person({ organisationId, role: 'agent' })
    expect(await agent.try(routing.skills, { params })).toMatchObject({ status: 403 })
    const other = (await furnish(house)).admin
    expect(await other.try(routing.skills, { params })).toMatchObject({ status: 404 })
  })
})
