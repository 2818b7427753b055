// Thirty days after they were archived people are gone; what they wrote to visitors stays.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { chats } from '#contract/chats.ts'
import { people } from '#contract/people.ts'
import { scope } from '#contract/scopes.ts'
import { session } from '#contract/session.ts'
import { users } from '#contract/users.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { furnish } from '../../testing/floor.ts'
import { openHouse, PASSWORD, type Person } from '../../testing/house.ts'
import { act, archivedSince, clockOf, joinAlso, recordOf } from '../../testing/lifecycle.ts'
import { brokenLaws, NONE_BROKEN } from '../routing/laws.ts'
import { eraseDue } from './erase.ts'

const house = openHouse()
const HOUR_MS = 3_600_000
const DAYS_MS = 30 * 24 * HOUR_MS

/** The clock strikes, so long from now. */
function strike(inMs = 0): Promise<number> {
  const now = () => new Date(Date.now() + inMs)
  return eraseDue(clockOf(house, now), now())
}

/** Every table and column in which any of the texts is still to be found. */
async function tracesOf(texts: readonly string[]): Promise<string[]> {
  const tables = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
     where table_schema = 'public' and table_type = 'BASE TABLE'`.execute(house.db)
  const found: string[] = []
  for (const { name } of tables.rows) {
    const { rows } = await sql<{ is: boolean }>`
      select exists (select from ${sql.table(name)} t where t::text ilike any (${texts.map((one) => `%${one}%`)})) as is`.execute(
      house.db,
    )
    if (rows[0]?.is) found.push(name)
  }
  return found.toSorted()
}

test('W-13, AD-5: at 29 d 23 h nothing happens; at 30 d the person is anonymous and transcripts say “Former agent”', async () => {
  const floor = await furnish(house)
  const { organisationId, admin } = floor
  const anna = await floor.operator({ firstName: 'Wilhelmina', lastName: 'Okonkwo' })
  const visitor = await floor.visitor()
  const visit = await visitor.ask()
  const { id } = await anna.answer()
  await anna.call(chats.write, {
    params: { id },
    body: { clientId: randomUUID(), body: 'Good day' },
  })
  await admin.call(people.change, {
    params: { id: anna.membershipId },
    body: { set: { mobile: '+31698765432', alias: 'Willie', gender: 'female' }, base: {} },
  })
  const page = await admin.live()
  const scopes = [scope.people(organisationId), scope.floor(organisationId)]
  for (const one of scopes) await page.watch(one)
  await act(admin, 'archive', anna)
  await archivedSince(house.db, anna, DAYS_MS - HOUR_MS)
  expect(await strike()).toBe(0)
  expect((await recordOf(admin, anna)).status).toBe('archived')
  expect(await strike(HOUR_MS)).toBe(1)
  expect(await strike(HOUR_MS)).toBe(0)
  expect((await admin.try(users.get, { params: { id: anna.membershipId } })).status).toBe(404)
  await expectSync(page, admin, ...scopes)
  const messages = await admin.call(chats.messages, { params: { id: visit.id } })
  expect(messages.at(-1)).toMatchObject({
    author: 'operator',
    body: 'Good day',
    authorName: 'Former agent',
  })
  const { rows } = await sql`
    select login, email, first_name, last_name, gender, mobile, photo_id, password_hash, password_state
      from users where id = ${anna.userId}`.execute(house.db)
  const gone = `erased-${anna.userId}@erased.invalid`
  expect(rows).toEqual([
    {
      ...{ login: gone, email: gone, firstName: 'Former', lastName: 'agent', gender: 'not_stated' },
      ...{ mobile: null, photoId: null, passwordHash: null, passwordState: 'none' },
    },
  ])
  expect(await tracesOf([anna.email, '31698765432', 'Willie', 'Wilhelmina', 'Okonkwo'])).toEqual([
    'audit_log',
  ])
  const lines = await sql<{ before: unknown; after: unknown }>`
    select before, after from audit_log where action = 'person.erase'`.execute(house.db)
  expect(lines.rows.length).toBe(1)
  expect(JSON.stringify(lines.rows)).not.toMatch(/Wilhelmina|Okonkwo|Willie|31698/)
  const body = { login: anna.email, password: PASSWORD }
  expect((await house.anyone.try(session.signIn, { body })).status).toBe(401)
  expect(await brokenLaws(house.db)).toEqual(NONE_BROKEN)
})

test('W-13: whoever has another membership keeps their name, and only the archived one goes', async () => {
  const { organisationId, admin } = await furnish(house)
  const south = await house.account(organisationId, 'South')
  const anna = await house.person({ organisationId, role: 'agent', firstName: 'Anna' })
  const there = await joinAlso(house.db, anna, south, 'agent')
  await act(admin, 'archive', anna)
  await archivedSince(house.db, anna, DAYS_MS)
  expect(await strike()).toBe(1)
  expect((await admin.try(people.record, { params: { id: anna.membershipId } })).status).toBe(404)
  expect((await recordOf(admin, there)).fields['firstName']).toBe('Anna')
  const { grants } = await anna.call(session.me)
  expect(grants.map(({ at }) => at)).toEqual([south])
})

test('W-13: two servers whose clocks strike at once erase each person once', async () => {
  const { organisationId, admin } = await furnish(house)
  const gone: Person[] = []
  for (let n = 0; n < 4; n++) gone.push(await house.person({ organisationId, role: 'agent' }))
  for (const one of gone) {
    await act(admin, 'archive', one)
    await archivedSince(house.db, one, DAYS_MS)
  }
  const counts = await Promise.all([strike(), strike(), strike()])
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(4)
  expect(await act(admin, 'archive', admin)).toBe('own_rights')
})
