// Blocking, archiving, coming back and leaving, through the doors.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { type Act, people } from '#contract/people.ts'
import { presence } from '#contract/presence.ts'
import { queues } from '#contract/queues.ts'
import { routing } from '#contract/routing.ts'
import { scope } from '#contract/scopes.ts'
import { session } from '#contract/session.ts'
import { users } from '#contract/users.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { furnish, type Operator } from '../../testing/floor.ts'
import { openHouse, PASSWORD, type Person } from '../../testing/house.ts'
import {
  act,
  archivedSince,
  does,
  everythingOf,
  grant,
  joinAlso,
  openGroup,
  putInGroup,
  recordOf,
} from '../../testing/lifecycle.ts'
import { brokenLaws, NONE_BROKEN } from '../routing/laws.ts'

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

const stateOf = async (chatId: string) => {
  const { rows } = await sql<{ state: string; due: string }>`
    select state, due_at::text as due from routed_chats where chat_id = ${chatId}`.execute(house.db)
  return rows[0]
}

/** Resolves when the page's socket is cut: after how many milliseconds. */
function cutAfter({ page }: Operator): Promise<number> {
  const begin = performance.now()
  return new Promise((resolve) => {
    page.socket.once('disconnect', () => resolve(performance.now() - begin))
  })
}

describe('whoever is sent away', () => {
  test('W-12, SES-4, AD-5: loses sessions and sockets within a second; the chats wait at their old place and go to the next', async () => {
    const floor = await furnish(house)
    const anna = await floor.operator({ liveLimit: 2 })
    const first = await (await floor.visitor()).ask()
    await anna.answer()
    const second = await (await floor.visitor()).ask()
    await anna.offered()
    const due = [(await stateOf(first.id))?.due, (await stateOf(second.id))?.due]
    const bo = await floor.operator({ liveLimit: 1 })
    const third = await (await floor.visitor()).ask()
    expect((await bo.offered()).id).toBe(third.id)
    const cut = cutAfter(anna)
    expect(await act(floor.admin, 'archive', anna)).toBeNull()
    expect(await cut).toBeLessThan(1_000)
    expect((await anna.try(session.me)).status).toBe(401)
    expect(await stateOf(first.id)).toEqual({ state: 'waiting', due: due[0] })
    expect(await stateOf(second.id)).toEqual({ state: 'waiting', due: due[1] })
    // The oldest one is at the front: it goes to the next who has room.
    await bo.call(routing.close, { params: { id: (await bo.answer()).id } })
    expect((await bo.offered()).id).toBe(first.id)
    expect(await brokenLaws(house.db)).toEqual(NONE_BROKEN)
    const body = { login: anna.email, password: PASSWORD }
    expect((await house.anyone.try(session.signIn, { body })).status).toBe(401)
  })

  test('AD-5: is on no floor, whoever watches, and on it again with the same queues when they are back', async () => {
    const floor = await furnish(house)
    const anna = await floor.operator()
    const { firstName, lastName } = (await recordOf(floor.admin, floor.admin)).fields
    const adminName = `${firstName} ${lastName}`
    const page = await floor.admin.live()
    const scopes = [scope.floor(floor.organisationId), scope.people(floor.organisationId)]
    for (const one of scopes) await page.watch(one)
    const isThere = () => page.replica.all('operator').some(({ id }) => id === anna.userId)
    const places = () =>
      page.replica.all('queue_member').filter(({ userId }) => userId === anna.userId)
    expect([isThere(), places().length]).toEqual([true, 1])
    const before = places()
    await act(floor.admin, 'block', anna)
    await expectSync(page, floor.admin, ...scopes)
    expect([isThere(), places().length]).toEqual([false, 0])
    await act(floor.admin, 'unblock', anna)
    await expectSync(page, floor.admin, ...scopes)
    expect([isThere(), places()]).toEqual([true, before])
    const [operator] = page.replica.all('operator').filter(({ id }) => id === anna.userId)
    expect(operator).toMatchObject({
      availability: 'offline',
      setBy: adminName,
    })
    expect(await brokenLaws(house.db)).toEqual(NONE_BROKEN)
  })

  test('AD-5: cannot be made available, nor join, by anybody while they are away', async () => {
    const floor = await furnish(house)
    const anna = await floor.operator()
    await act(floor.admin, 'block', anna)
    const { organisationId } = floor
    const run = async (call: ReturnType<typeof sql>) => (await call.execute(house.db)).rows[0]
    const ids = sql`${organisationId}, ${anna.userId}`
    expect(
      await run(
        sql`select status from set_availability(${ids}, 'available', null, ${floor.admin.userId})`,
      ),
    ).toEqual({ status: 'not_found' })
    expect(
      await run(
        sql`select status from join_queue(${organisationId}, ${floor.queue.id}, ${anna.userId})`,
      ),
    ).toEqual({ status: 'not_assigned' })
    await expect(
      run(sql`update operators set availability = 'available' where user_id = ${anna.userId}`),
    ).rejects.toThrow('operators_suspended_are_offline')
    await expect(
      run(
        sql`update queue_members set is_joined = true, joined_at = now() where user_id = ${anna.userId}`,
      ),
    ).rejects.toThrow('queue_members_suspended_serve_nothing')
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
    await learn(anna, organisationId)
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

/** Gives a user a skill of the account. */
async function learn({ organisationId, userId }: Person, accountId: string): Promise<string> {
  const skillId = randomUUID()
  await sql`insert into skills (organisation_id, id, account_id, name)
    values (${organisationId}, ${skillId}, ${accountId}, 'Dutch')`.execute(house.db)
  await sql`insert into user_skills (organisation_id, user_id, skill_id, level)
    values (${organisationId}, ${userId}, ${skillId}, 2)`.execute(house.db)
  return skillId
}

describe('removing access', () => {
  test('GB-13: ends the membership at this node only: its grants, places and skills; the user goes on elsewhere', async () => {
    const floor = await furnish(house)
    const { organisationId, admin } = floor
    const north = await house.account(organisationId, 'North')
    const south = await house.account(organisationId, 'South')
    const anna = await house.person({ organisationId, accountId: north, role: 'agent' })
    const there = await joinAlso(house.db, anna, south, 'agent')
    const lines = []
    for (const accountId of [north, south]) {
      const body = {
        accountId,
        name: 'Line',
        kind: 'live',
        offerSeconds: 20,
        targetSeconds: 60,
      } as const
      const line = await admin.call(queues.create, { body })
      await admin.call(queues.assign, { params: { id: line.id, userId: anna.userId } })
      await anna.call(queues.join, { params: { id: line.id } })
      lines.push(line.id)
      await learn(anna, accountId)
    }
    const page = await admin.live()
    const scopes = [north, south].flatMap((id) => [scope.people(id), scope.floor(id)])
    for (const one of [...scopes, scope.record(anna.membershipId)]) await page.watch(one)
    const body = { act: 'remove' as const, ids: [anna.membershipId] }
    const inherited = await admin.call(people.act, { body: { ...body, accountId: south } })
    expect(inherited.results[0]?.refusal).toBe('inherited')
    const done = await admin.call(people.act, { body: { ...body, accountId: north } })
    expect(done).toEqual({
      batchId: null,
      undoUntil: null,
      results: [{ id: anna.membershipId, refusal: null }],
    })
    expect((await admin.try(users.get, { params: { id: anna.membershipId } })).status).toBe(404)
    expect((await admin.try(people.act, { body })).status).toBe(404)
    const { grants } = await anna.call(session.me)
    expect(grants.map(({ role, at }) => [role, at])).toEqual([['agent', south]])
    expect((await recordOf(admin, there)).fields).toHaveProperty(`queue:${lines[1]}`)
    const { rows } = await sql`
      select m.queue_id, k.account_id from queue_members m
        join user_skills s on s.user_id = m.user_id join skills k on k.id = s.skill_id
       where m.user_id = ${anna.userId}`.execute(house.db)
    expect(rows).toEqual([{ queueId: lines[1], accountId: south }])
    expect(page.replica.all('person').some(({ id }) => id === anna.membershipId)).toBe(false)
    await expectSync(page, admin, ...scopes)
    expect(await brokenLaws(house.db)).toEqual(NONE_BROKEN)
  })

  test('GB-13: with the last membership an operator is none any more, and what they held waits again', async () => {
    const floor = await furnish(house)
    const anna = await floor.operator()
    const chat = await (await floor.visitor()).ask()
    await anna.answer()
    expect(await act(floor.admin, 'remove', anna)).toBeNull()
    expect((await stateOf(chat.id))?.state).toBe('waiting')
    const { rows } =
      await sql`select user_id from operators where user_id = ${anna.userId}`.execute(house.db)
    expect(rows).toEqual([])
    expect((await anna.try(session.me)).status).toBe(401)
    expect(await brokenLaws(house.db)).toEqual(NONE_BROKEN)
  })
})

describe('whoever works in two accounts', () => {
  test('AD-5: goes on in the other: sessions stay, rights and queues of the first wait for them', async () => {
    const floor = await furnish(house)
    const { organisationId, admin } = floor
    const north = await house.account(organisationId, 'North')
    const south = await house.account(organisationId, 'South')
    const anna = await house.person({
      organisationId,
      accountId: north,
      role: 'agent',
      liveLimit: 9,
    })
    await joinAlso(house.db, anna, south, 'agent')
    const lines = []
    for (const accountId of [north, south]) {
      const body = {
        accountId,
        name: 'Line',
        kind: 'live',
        offerSeconds: 20,
        targetSeconds: 60,
      } as const
      lines.push(await admin.call(queues.create, { body }))
    }
    for (const { id } of lines) {
      await admin.call(queues.assign, { params: { id, userId: anna.userId } })
      await anna.call(queues.join, { params: { id } })
    }
    const before = await everythingOf(house.db, anna)
    const page = await admin.live()
    const scopes = [scope.floor(north), scope.floor(south)]
    for (const one of scopes) await page.watch(one)
    expect(await act(admin, 'archive', anna)).toBeNull()
    const { grants } = await anna.call(session.me)
    expect(grants.map(({ at }) => at)).toEqual([south])
    const served = await anna.call(queues.list)
    expect(served.map(({ id }) => id)).toEqual([lines[1]?.id])
    await expectSync(page, admin, ...scopes)
    expect(page.replica.all('queue_member').map(({ queueId }) => queueId)).toEqual([lines[1]?.id])
    expect(page.replica.all('operator').map(({ accountIds }) => accountIds)).toEqual([[south]])
    expect(await act(admin, 'restore', anna)).toBeNull()
    expect(await everythingOf(house.db, anna)).toEqual(before)
    await expectSync(page, admin, ...scopes)
    expect(await brokenLaws(house.db)).toEqual(NONE_BROKEN)
  })
})
