import { randomInt } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  DEFAULT_POLICY,
  generatePassword,
  LATIN_POLICY,
  type PasswordPolicy,
  passwordRules,
} from '#contract/password.ts'
import { accountSecurity, mySecurity, personSecurity } from '#contract/security.ts'
import { openHouse, PASSWORD, type Person } from '../../testing/house.ts'

const house = openHouse()
let organisationId: string
let below: string
let admin: Person
beforeAll(async () => {
  organisationId = (await house.organisation('Acme')).id
  below = await house.account(organisationId, 'Below')
  admin = await house.person({ organisationId, role: 'administrator' })
})

const at = (id: string) => ({ params: { id } })
const set = (id: string, policy: PasswordPolicy | null, version: number, by = admin) =>
  by.try(accountSecurity.setPolicy, { ...at(id), body: { policy, version } })
const strict: PasswordPolicy = {
  ...{ ...LATIN_POLICY, minLength: 14, upper: true, digit: true, special: true },
  history: 3,
}

describe('the password policy of an account', () => {
  test('K8: is the one above until one click says otherwise, and goes back by another', async () => {
    const manager = await house.person({ organisationId, accountId: below, role: 'manager' })
    expect(await admin.call(accountSecurity.policy, at(below))).toMatchObject({
      ...{ policy: DEFAULT_POLICY, own: null, from: 'default', fromName: null, version: 0 },
    })
    expect((await set(organisationId, LATIN_POLICY, 0)).body).toMatchObject({
      ...{ own: LATIN_POLICY, policy: LATIN_POLICY, from: 'here', version: 1 },
    })
    expect(await admin.call(accountSecurity.policy, at(below))).toMatchObject({
      ...{ policy: LATIN_POLICY, own: null, from: 'above', fromName: 'Acme' },
    })
    // Whoever works below is told what holds, and not whose it is.
    expect(await manager.call(accountSecurity.policy, at(below))).toMatchObject({
      ...{ policy: LATIN_POLICY, from: 'above', fromName: null },
    })
    expect((await set(below, strict, 0)).body).toMatchObject({
      ...{ policy: strict, inherited: LATIN_POLICY, from: 'here' },
    })
    expect((await set(below, null, 1)).body).toMatchObject({ policy: LATIN_POLICY, own: null })
    expect((await set(organisationId, null, 1)).body).toMatchObject({ policy: DEFAULT_POLICY })
  })

  test('is set by one of two who do so at once; the other hears what stands', async () => {
    const id = await house.account(organisationId, 'Twice')
    const wanted = [LATIN_POLICY, strict]
    const answers = await Promise.all(wanted.map((policy) => set(id, policy, 0)))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409])
    const { body } = answers.find(({ status }) => status === 409) ?? {}
    const { own, version } = await admin.call(accountSecurity.policy, at(id))
    expect(body?.error.theirs).toMatchObject({ value: own, version, by: expect.any(String) })
  })

  test('is for whoever manages accounts there to set, within floors that hold for all', async () => {
    const manager = await house.person({ organisationId, role: 'manager' })
    expect((await set(below, LATIN_POLICY, 2, manager)).status).toBe(403)
    const ofBelow = await house.person({
      ...{ organisationId, accountId: below, role: 'administrator' },
    })
    expect((await set(organisationId, LATIN_POLICY, 2, ofBelow)).status).toBe(404)
    const agent = await house.person({ organisationId, role: 'agent' })
    expect((await agent.try(accountSecurity.policy, at(organisationId))).status).toBe(403)
    for (const wrong of [{ minLength: 7 }, { maxLength: 63 }, { charset: 'cyrillic' }]) {
      const body = { policy: { ...DEFAULT_POLICY, ...wrong }, version: 2 }
      const answer = await admin.try(accountSecurity.setPolicy, { ...at(organisationId), body })
      expect(answer.status).toBe(400)
    }
  })

  test('says beforehand whom it would reach', async () => {
    const id = await house.account(organisationId, 'Reached')
    const inside = await house.account(organisationId, 'Inside', id)
    const apart = await house.account(organisationId, 'Apart', id)
    await set(apart, strict, 0)
    const people: Person[] = []
    for (const accountId of [id, inside, inside, apart])
      people.push(await house.person({ organisationId, accountId, role: 'viewer' }))
    const old = { passwordChangedAt: new Date(Date.now() - 40 * 86_400_000).toISOString() }
    const userId = people[1]?.userId ?? ''
    await house.db.updateTable('users').set(old).where('id', '=', userId).execute()
    const preview = (policy: PasswordPolicy | null) =>
      admin.call(accountSecurity.previewPolicy, { ...at(id), body: { policy } })
    expect(await preview(DEFAULT_POLICY)).toEqual({ people: 3, mustChange: 0, lookedAt: 0 })
    const monthly = { ...DEFAULT_POLICY, expiryDays: 30 }
    expect(await preview(monthly)).toEqual({ people: 3, mustChange: 1, lookedAt: 0 })
    expect(await preview({ ...strict, expiryDays: 30 })).toEqual({
      ...{ people: 3, mustChange: 1, lookedAt: 2 },
    })
  })
})

describe('the same policy', () => {
  test('SW-7: drives what the server takes, what is generated and what is read below the field', async () => {
    const id = await house.account(organisationId, 'Strict')
    await set(id, strict, 0)
    const boss = await house.person({ organisationId, accountId: id, role: 'administrator' })
    const person = await house.person({ organisationId, accountId: id, role: 'viewer' })
    const at1 = { params: { id: person.membershipId } }
    const { policy, context } = await boss.call(personSecurity.policy, at1)
    expect(policy).toEqual(strict)
    expect((await person.call(mySecurity.policy)).policy).toEqual(policy)
    expect((await admin.call(accountSecurity.policy, at(id))).policy).toEqual(policy)
    const rules = passwordRules(policy, context)
    expect(rules.map(({ rule, n }) => [rule, n])).toEqual([
      ...[
        ['minLength', 14],
        ['upper', undefined],
        ['digit', undefined],
        ['special', undefined],
      ],
      ...[
        ['charset', undefined],
        ['common', undefined],
        ['personal', undefined],
      ],
    ])
    const give = (password: string) =>
      boss.try(personSecurity.setPassword, { ...at1, body: { password, mustChange: false } })
    for (const typed of [PASSWORD, 'Switchboard2026!', 'Zu kurz 1!', 'ÄÖÜ']) {
      const unmet = rules.filter((rule) => !rule.isMet(typed)).map(({ rule }) => rule)
      const { status, body } = await give(typed)
      expect([typed, status, body.error.problems]).toEqual([typed, 400, unmet])
    }
    const generated = generatePassword(policy, randomInt)
    expect(rules.every((rule) => rule.isMet(generated))).toBe(true)
    expect((await give(generated)).status).toBe(200)
  })
})
