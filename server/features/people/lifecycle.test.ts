// Blocking, archiving, coming back and leaving, through the doors.
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { type Act, people } from '#contract/people.ts'
import { presence } from '#contract/presence.ts'
import { queues } from '#contract/queues.ts'
import { session } from '#contract/session.ts'
import { furnish } from '../../testing/floor.ts'
import { openHouse, PASSWORD } from '../../testing/house.ts'
import {
  act,
  archivedSince,
  does,
  everythingOf,
  grant,
  learn,
  openGroup,
  putInGroup,
  recordOf,
} from '../../testing/lifecycle.ts'

const house = openHouse()
const HOUR_MS = 3_600_000

describe('a status', () => {
  test('AD-5: each act goes from the status that allows it, and twice is once', async () => {
    const { organisationId, admin } = await furnish(house)
    const person = await house.person({ organisationId, role: 'viewer' })
    const steps: [Act, string | null, string][] = [
      ['unblock', null, 'active'],
      ['block', null, 'blocked'],
      ['block', null, 'blocked'],
      ['restore', null, 'blocked'],
      ['archive', null, 'archived'],
      ['archive', null, 'archived'],
      ['block', 'wrong_status', 'archived'],
      ['unblock', 'wrong_status', 'archived'],
      ['restore', null, 'blocked'],
      ['unblock', null, 'active'],
      ['restore', null, 'active'],
    ]
    for (const [what, refusal, status] of steps) {
      const answer = await act(admin, what, person)
      expect([what, answer, (await recordOf(admin, person)).status]).toEqual([
        what,
        refusal,
        status,
      ])
    }
  })

  test('AD-5: what was done to whom is in the audit, before and after, and nothing for what was done already', async () => {
    const { organisationId, admin } = await furnish(house)
    const person = await house.person({ organisationId, role: 'viewer' })
    await act(admin, 'block', person)
    await act(admin, 'block', person)
    const { rows } = await sql`select action, actor_id, before, after from audit_log
      where subject_id = ${person.membershipId} order by seq`.execute(house.db)
    const accountId = organisationId
    expect(rows).toEqual([
      {
        action: 'person.block',
        actorId: admin.userId,
        before: { accountId, status: 'active' },
        after: { accountId, status: 'blocked' },
      },
    ])
  })
})

describe('coming back', () => {
  test('W-13, IN-12: restored at 29 d 23 h, everything is as it was: fields, grants, queues, limits', async () => {
    const floor = await furnish(house)
    const { organisationId, admin } = floor
    const anna = await floor.operator({ liveLimit: 4 })
    const at = { organisationId, accountId: organisationId, supervisorId: admin.userId }
    const group = await openGroup(house.db, at)
    await putInGroup(house.db, anna, group)
    await grant(house.db, anna, 'people_manager', { group_id: group.groupId })
    await grant(house.db, anna, 'correspondence', { site_id: floor.site.id })
    const second = await admin.call(queues.create, {
      body: {
        accountId: organisationId,
        name: 'Second',
        kind: 'live',
        offerSeconds: 20,
        targetSeconds: 60,
      },
    })
    await learn(house.db, anna, organisationId)
    await admin.call(people.change, {
      params: { id: anna.membershipId },
      body: {
        set: {
          alias: 'Annie',
          description: 'Knows it all',
          gender: 'female',
          mobile: '+31612345678',
          'limit.deferred': 7,
          [`department:${group.departmentId}`]: { position: 'Lead' },
          [`queue:${second.id}`]: { participates: false, tier: 4 },
          [`site:${floor.site.id}`]: { displayName: 'Ann', description: null, showsPhoto: false },
        },
        base: { 'limit.deferred': 1 },
      },
    })
    const before = await everythingOf(house.db, anna)
    const record = await recordOf(admin, anna)
    expect(Object.keys(before).join(' ')).toBe(
      'department face grant kinds limit mark membership place skill user',
    )
    expect(await act(admin, 'archive', anna)).toBeNull()
    await archivedSince(house.db, anna, 30 * 24 * HOUR_MS - HOUR_MS)
    const away = await recordOf(admin, anna)
    expect(away).toMatchObject({ status: 'archived', fields: record.fields, roles: record.roles })
    expect(await act(admin, 'restore', anna)).toBeNull()
    expect(await everythingOf(house.db, anna)).toEqual(before)
    expect(await recordOf(admin, anna)).toEqual({ ...record, version: record.version + 2 })
  })

  test('W-13: after thirty days restoring is refused', async () => {
    const { organisationId, admin } = await furnish(house)
    const person = await house.person({ organisationId, role: 'agent' })
    await act(admin, 'archive', person)
    await archivedSince(house.db, person, 30 * 24 * HOUR_MS)
    expect(await act(admin, 'restore', person)).toBe('wrong_status')
    expect((await recordOf(admin, person)).status).toBe('archived')
  })

  test('AD-5: restored, one signs in again and takes chats as before', async () => {
    const floor = await furnish(house)
    const anna = await floor.operator()
    await act(floor.admin, 'archive', anna)
    await act(floor.admin, 'restore', anna)
    expect((await anna.try(session.me)).status).toBe(401)
    const body = { login: anna.email, password: PASSWORD }
    expect((await house.anyone.try(session.signIn, { body })).status).toBe(200)
    await sql`update sessions set ended_at = null where user_id = ${anna.userId}`.execute(house.db)
    await anna.live()
    await anna.call(presence.choose, { body: { availability: 'available' } })
    const chat = await (await floor.visitor()).ask()
    expect((await anna.offered()).id).toBe(chat.id)
  })
})

describe('who may', () => {
  test('SW-1: a supervisor of group 1 blocks an agent of group 1; of group 2 there is nobody', async () => {
    const { organisationId } = await furnish(house)
    const supervisor = await house.person({ organisationId, role: 'agent' })
    const at = { organisationId, accountId: organisationId, supervisorId: supervisor.userId }
    const [one, two] = [await openGroup(house.db, at), await openGroup(house.db, at)]
    await grant(house.db, supervisor, 'people_manager', { group_id: one.groupId })
    const mine = await house.person({ organisationId, role: 'agent' })
    const other = await house.person({ organisationId, role: 'agent' })
    await putInGroup(house.db, mine, one)
    await putInGroup(house.db, other, two)
    expect(await act(supervisor, 'block', mine)).toBeNull()
    const body = { act: 'block' as const, ids: [other.membershipId] }
    expect((await supervisor.try(people.act, { body })).status).toBe(404)
    expect((await supervisor.try(people.preview, { body })).status).toBe(404)
    const { results } = await does(supervisor, 'unblock', mine, other)
    expect(results.map(({ refusal }) => refusal)).toEqual([null, 'not_found'])
    expect(
      (
        await supervisor.call(people.preview, {
          body: { act: 'block', ids: [mine.membershipId, other.membershipId] },
        })
      ).people[1],
    ).toMatchObject({ name: '', refusal: 'not_found', chats: 0, sessions: 0 })
  })

  test('SW-1: nobody touches themselves, nor one who may more, nor whom they only see', async () => {
    const { organisationId, admin } = await furnish(house)
    const north = await house.account(organisationId, 'North')
    const manager = await house.person({ organisationId, role: 'manager' })
    const viewer = await house.person({ organisationId, role: 'viewer' })
    await grant(house.db, viewer, 'manager', { account_id: north })
    const agent = await house.person({ organisationId, role: 'agent' })
    for (const what of ['block', 'archive', 'remove'] as const) {
      expect(await act(manager, what, manager)).toBe('own_rights')
      expect(await act(manager, what, admin)).toBe('stronger_person')
      expect(await act(viewer, what, agent)).toBe('forbidden')
    }
    await act(admin, 'block', manager)
    const other = await house.person({ organisationId, accountId: north, role: 'manager' })
    expect(
      (await other.try(people.act, { body: { act: 'unblock', ids: [manager.membershipId] } }))
        .status,
    ).toBe(404)
  })
})
