import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { departments } from '#contract/departments.ts'
import { type Fields, fieldKey } from '#contract/fields.ts'
import { people } from '#contract/people.ts'
import { users } from '#contract/users.ts'
import { openHouse, type Person } from '../../testing/house.ts'

const house = openHouse()
let organisationId: string
let north: string
let admin: Person

beforeAll(async () => {
  organisationId = (await house.organisation('Acme')).id
  north = await house.account(organisationId, 'North')
  admin = await house.person({ organisationId, role: 'administrator' })
})

const agentAt = (accountId: string) => house.person({ organisationId, accountId, role: 'agent' })
const recordOf = (by: Person, { membershipId: id }: Person) =>
  by.call(people.record, { params: { id } })
const change = (by: Person, { membershipId: id }: Person, set: Fields, base = {}) =>
  by.try(people.change, { params: { id }, body: { set, base } })

describe('a record', () => {
  test('smoke', async () => {
    const agent = await agentAt(north)
    const answer = await change(
      admin,
      agent,
      { firstName: 'Bo', alias: 'Bobby', 'limit.live': 7 },
      { 'limit.live': 1 },
    )
    expect(answer).toMatchObject({ status: 200 })
    expect(answer.body.fields).toMatchObject({ firstName: 'Bo', alias: 'Bobby', 'limit.live': 7 })
    const department = await admin.call(departments.create, {
      body: { accountId: north, name: 'Care' },
    })
    const key = fieldKey.department(department.id)
    const b = await change(admin, agent, { [key]: { position: 'Lead' } })
    expect(b.body.fields[key]).toEqual({ position: 'Lead' })
    expect(b.body.marks[key]?.version).toBe(1)
    expect(randomUUID()).toBeTruthy()
    expect(users).toBeTruthy()
    expect(await recordOf(admin, agent)).toEqual(b.body)
  })
})
