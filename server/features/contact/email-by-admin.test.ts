// Another e-mail of somebody else, asked for by an administrator.
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { personContact } from '#contract/contact.ts'
import { people } from '#contract/people.ts'
import { scope } from '#contract/scopes.ts'
import { emailChanges, fresh } from '../../testing/email-changes.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { openHouse, type Person } from '../../testing/house.ts'

const house = openHouse()
let organisationId: string
let admin: Person
beforeAll(async () => {
  organisationId = (await house.organisation()).id
  admin = await house.person({ organisationId, role: 'administrator' })
})
beforeEach(() => house.db.deleteFrom('throttles').execute())

const newcomer = (role: 'agent' | 'administrator' = 'agent') =>
  house.person({ organisationId, role })
const askFor = (id: string, email: string, by = admin) =>
  by.try(personContact.changeEmail, { params: { id }, body: { email } })
const { confirm, signsIn, confirmToken } = emailChanges(house)

test('LA-14: is confirmed by its owner all the same, and open records hear of every step', async () => {
  const who = await newcomer()
  const email = fresh()
  const page = await admin.live()
  const scopes = [scope.record(who.membershipId), scope.people(organisationId)]
  for (const one of scopes) await page.watch(one)
  expect((await askFor(who.membershipId, email)).status).toBe(200)
  const record = () => page.replica.get('record', who.membershipId)
  await page.until(() => record()?.pendingEmail === email)
  expect((await confirm(await confirmToken(email))).status).toBe(200)
  await page.until(() => record()?.email === email && record()?.pendingEmail === null)
  await page.until(() => page.replica.get('person', who.membershipId)?.email === email)
  await expectSync(page, admin, ...scopes)
  const own = await who.live()
  await own.watch(scope.record(who.membershipId))
  expect(own.replica.get('record', who.membershipId)?.email).toBe(email)
})

test('LA-14: only of somebody they manage, who is theirs alone and not stronger', async () => {
  const who = await newcomer()
  const boss = await newcomer('administrator')
  const manager = await house.person({ organisationId, role: 'manager' })
  expect((await askFor(boss.membershipId, fresh(), manager)).body.error.code).toBe(
    'stronger_person',
  )
  expect((await askFor(who.membershipId, fresh(), who)).status).toBe(403)
  const away = await house.person({
    organisationId: (await house.organisation()).id,
    role: 'administrator',
  })
  expect((await askFor(who.membershipId, fresh(), away)).status).toBe(404)
  const email = fresh()
  await askFor(who.membershipId, email)
  await house.db
    .insertInto('memberships')
    .values({
      organisationId: away.organisationId,
      accountId: away.accountId,
      userId: who.userId,
    })
    .execute()
  expect((await askFor(who.membershipId, fresh())).body.error.code).toBe('works_elsewhere')
  // Nor does what was asked for before they belonged to both.
  expect((await confirm(await confirmToken(email))).body.error.code).toBe('link_expired')
  expect(await signsIn(who.email)).toBe(200)
  expect((await admin.call(people.record, { params: { id: who.membershipId } })).email).toBe(
    who.email,
  )
})
