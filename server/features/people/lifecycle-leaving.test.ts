// What becomes of those who are sent away: their sessions, their chats, their places.
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { people } from '#contract/people.ts'
import { queues } from '#contract/queues.ts'
import { routing } from '#contract/routing.ts'
import { scope } from '#contract/scopes.ts'
import { session } from '#contract/session.ts'
import { users } from '#contract/users.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { furnish, type Operator } from '../../testing/floor.ts'
import { openHouse, PASSWORD } from '../../testing/house.ts'
import { act, everythingOf, joinAlso, learn, recordOf } from '../../testing/lifecycle.ts'
import { brokenLaws, NONE_BROKEN } from '../routing/laws.ts'

const house = openHouse()

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
        sql`update queue_members set opted_in = true, joined_at = now() where user_id = ${anna.userId}`,
      ),
    ).rejects.toThrow('queue_members_suspended_serve_nothing')
  })
})

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
      await learn(house.db, anna, accountId)
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

describe('roles', () => {
  test('AD-5: whoever answers chats only where they are archived is back with a role that does elsewhere', async () => {
    const { organisationId, admin } = await furnish(house)
    const south = await house.account(organisationId, 'South')
    const anna = await house.person({ organisationId, role: 'agent' })
    const there = await joinAlso(house.db, anna, south, 'viewer')
    const isSetAside = async () => {
      const { rows } = await sql<{ is: boolean }>`
        select suspended_at is not null as is from operators where user_id = ${anna.userId}`.execute(
        house.db,
      )
      return rows[0]?.is
    }
    const roles = await admin.call(users.roles)
    const agent = `grant:${roles.find(({ key }) => key === 'agent')?.id}@account:${south}`
    const give = (value: true | null) =>
      admin.call(people.change, {
        params: { id: there.membershipId },
        body: { set: { [agent]: value }, base: { [agent]: value ? 0 : 1 } },
      })
    await act(admin, 'archive', anna)
    expect(await isSetAside()).toBe(true)
    await give(true)
    expect(await isSetAside()).toBe(false)
    await give(null)
    expect(await isSetAside()).toBe(true)
    await act(admin, 'restore', anna)
    expect(await isSetAside()).toBe(false)
    expect(await brokenLaws(house.db)).toEqual(NONE_BROKEN)
  })
})
