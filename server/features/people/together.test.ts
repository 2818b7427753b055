import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Fields, fieldKey } from '#contract/fields.ts'
import { scope } from '#contract/scopes.ts'
import { users } from '#contract/users.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { openHouse, type Person } from '../../testing/house.ts'
import { edit, openTeam, recordOf, set, type Team } from '../../testing/people.ts'

const house = openHouse()
let team: Team
let admin: Person
let organisationId: string

beforeAll(async () => {
  team = await openTeam(house)
  ;({ admin, organisationId } = team)
})

const linesOf = (membershipId: string) =>
  house.db.selectFrom('auditLog').select('seq').where('subjectId', '=', membershipId).execute()

describe('two at one record', () => {
  test('LA-23 IN-10: two who save two sections never conflict, and both are kept', async () => {
    const agent = await team.person('agent')
    const seen = await recordOf(admin, agent)
    const other = await team.person('administrator')
    const answers = await Promise.all([
      edit(admin, agent, { firstName: 'Bo', lastName: 'Berg' }, seen),
      edit(other, agent, { 'limit.live': 6, 'limit.deferred': 9 }, seen),
    ])
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    expect((await recordOf(admin, agent)).fields).toMatchObject({
      ...{ firstName: 'Bo', lastName: 'Berg', 'limit.live': 6, 'limit.deferred': 9 },
    })
  })

  test('LA-23 IN-10: the second of two at one field is told what stands, by whom and when', async () => {
    const agent = await team.person('agent')
    const seen = await recordOf(admin, agent)
    const other = await team.person('manager', { firstName: 'Meera', lastName: 'Rao' })
    const since = Date.now()
    await set(other, agent, { alias: 'First', 'limit.live': 4 })
    const answer = await edit(
      admin,
      agent,
      { alias: 'Second', 'limit.live': 8, description: 'Kept?' },
      seen,
    )
    expect(answer).toMatchObject({ status: 409, body: { error: { code: 'stale' } } })
    const { alias, ...rest } = answer.body.error.conflicts ?? {}
    expect(alias).toMatchObject({ value: 'First', by: 'Meera Rao', version: 1 })
    expect(Date.parse(alias?.at ?? '')).toBeGreaterThanOrEqual(since - 1_000)
    expect(rest).toMatchObject({ 'limit.live': { value: 4, by: 'Meera Rao', version: 2 } })
    // Nothing of it was set, the field that nobody else touched neither.
    const now = await recordOf(admin, agent)
    expect(now.fields).toMatchObject({ alias: 'First', 'limit.live': 4, description: null })
    // Whoever wants what stands has nothing to decide.
    expect((await edit(admin, agent, { alias: 'First' }, seen)).status).toBe(200)
    expect((await edit(admin, agent, { alias: 'Second' }, now)).status).toBe(200)
  })

  test('IN-10: twenty at once, each another field: all are kept, and every page shows the same', async () => {
    const agent = await team.person('agent')
    const seen = await recordOf(admin, agent)
    const page = await admin.live()
    await page.watch(scope.record(agent.membershipId), scope.people(organisationId))
    const departments = await Promise.all(
      Array.from({ length: 14 }, (_, i) =>
        team.department(`Team ${randomUUID().slice(0, 6)} ${i}`),
      ),
    )
    const sets: Fields[] = [
      { firstName: 'Bo' },
      { lastName: 'Berg' },
      { alias: 'B' },
      { description: 'Knows ships' },
      { 'limit.live': 7 },
      { 'limit.deferred': 8 },
      ...departments.map((id) => ({ [fieldKey.department(id)]: { position: 'Lead' } })),
    ]
    const answers = await Promise.all(sets.map((one) => edit(admin, agent, one, seen)))
    expect(answers.map(({ status }) => status)).toEqual(sets.map(() => 200))
    const { fields } = await recordOf(admin, agent)
    expect(fields).toMatchObject(Object.assign({}, ...sets))
    await expectSync(page, admin, scope.record(agent.membershipId), scope.people(organisationId))
    page.close()
  })

  test('IN-10: twenty at once at one field: one a version, the others are asked', async () => {
    const agent = await team.person('agent')
    const seen = await recordOf(admin, agent)
    const names = Array.from({ length: 20 }, (_, i) => `Name ${i}`)
    const answers = await Promise.all(names.map((alias) => edit(admin, agent, { alias }, seen)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    const winner = answers.find(({ status }) => status === 200)?.body.fields['alias']
    for (const { status, body } of answers)
      if (status !== 200)
        expect(body.error.conflicts?.['alias']).toMatchObject({ value: winner, version: 1 })
    expect((await recordOf(admin, agent)).marks['alias']?.version).toBe(1)
  })

  test('SW-19: a save that is sent twice saves once', async () => {
    const agent = await team.person('agent')
    const seen = await recordOf(admin, agent)
    const twice = await Promise.all(
      [1, 2].map(() => edit(admin, agent, { alias: 'Once', 'limit.live': 5 }, seen)),
    )
    expect(twice.map(({ status }) => status)).toEqual([200, 200])
    expect(await linesOf(agent.membershipId)).toHaveLength(1)
    const { marks } = await recordOf(admin, agent)
    expect([marks['alias']?.version, marks['limit.live']?.version]).toEqual([1, 2])
  })

  test('an open record hears what is done to its person elsewhere', async () => {
    const agent = await team.person('agent')
    const page = await admin.live()
    await page.watch(scope.record(agent.membershipId))
    await agent.call(users.setLanguage, { body: { language: 'nl' } })
    const record = await page.until((replica) => {
      const one = replica.get('record', agent.membershipId)
      return one?.fields['language'] === 'nl' ? one : undefined
    })
    expect(record.marks['language']).toMatchObject({ version: 1 })
    await expectSync(page, admin, scope.record(agent.membershipId))
    page.close()
  })
})
