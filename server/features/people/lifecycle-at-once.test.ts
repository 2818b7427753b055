// Several at the same moment: the last administrator stays, and one user is one.
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { accounts } from '#contract/accounts.ts'
import { type Act, people } from '#contract/people.ts'
import { caller } from '../../client/http.ts'
import { openHouse, type Person } from '../../testing/house.ts'
import { act, does, joinAlso, recordOf } from '../../testing/lifecycle.ts'

const house = openHouse()

async function administratorsOf(organisationId: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from memberships m join grants g on g.membership_id = m.id
      join roles r on r.organisation_id = g.organisation_id and r.id = g.role_id
     where m.organisation_id = ${organisationId} and m.status = 'active' and r.key = 'administrator'
       and g.account_id = ${organisationId}`.execute(house.db)
  return rows[0]?.count ?? 0
}

/** The ways to take an administrator's place away: each answers a refusal's code or null. */
const WAYS: Record<string, (by: Person, whom: Person) => Promise<string | null>> = {
  block: (by, whom) => act(by, 'block', whom),
  archive: (by, whom) => act(by, 'archive', whom),
  remove: (by, whom) => act(by, 'remove', whom),
  async demote(by, whom) {
    const held = (await recordOf(whom, whom)).roles[0]?.key ?? ''
    const change = { params: { id: whom.membershipId }, body: { set: { [held]: null }, base: {} } }
    const { status, body } = await by.try(people.change, change)
    return status === 200 ? null : codeOf(body)
  },
  async 'demote in bulk'(by, whom) {
    const held = (await recordOf(whom, whom)).roles[0]?.key ?? ''
    const body = { ids: [whom.membershipId], set: { [held]: null } }
    const answer = await by.try(people.changeMany, { body })
    if (answer.status !== 200) return codeOf(answer.body)
    return answer.body.results[0]?.refusal ?? null
  },
}

const codeOf = (body: unknown): string => /"code":"(\w+)"/.exec(JSON.stringify(body))?.[1] ?? 'none'

test.each(Object.keys(WAYS).flatMap((one) => Object.keys(WAYS).map((other) => [one, other])))(
  'IN-14: two administrators, one does %s and the other %s to each other at once, through two servers: one stays',
  async (one, other) => {
    const { id: organisationId } = await house.organisation()
    const anna = await house.person({ organisationId, role: 'administrator' })
    const bo = await house.person({ organisationId, role: 'administrator' })
    const url = await secondServer()
    const elsewhere: Person = { ...bo, ...caller(() => url, { cookie: bo.cookie }) }
    const tries = [WAYS[one]?.(anna, bo), WAYS[other]?.(elsewhere, anna)]
    const answers = await Promise.allSettled(tries)
    // The one who lost is refused, or no longer known by the time they ask.
    const done = answers.filter((it) => it.status === 'fulfilled' && it.value === null)
    expect(done.length).toBe(1)
    expect(await administratorsOf(organisationId)).toBe(1)
  },
)

let second: Promise<string> | undefined
function secondServer(): Promise<string> {
  second ??= house.another().then(({ url }) => url)
  return second
}

test('IN-14: all administrators at once in one act: the one who asks stays, whatever the order', async () => {
  const { id: organisationId } = await house.organisation()
  const all: Person[] = []
  for (let n = 0; n < 4; n++)
    all.push(await house.person({ organisationId, role: 'administrator' }))
  const [first] = all
  if (first === undefined) throw new Error('there are four')
  const { results } = await does(first, 'archive', ...all)
  expect(results.map(({ refusal }) => refusal)).toEqual(['own_rights', null, null, null])
  expect(await administratorsOf(organisationId)).toBe(1)
})

/** Somebody with every right of an administrator, over the whole organisation, by another role. */
async function peerOf(organisationId: string): Promise<Person> {
  const peer = await house.person({ organisationId, role: 'viewer' })
  await sql`insert into roles (organisation_id, key, name, permissions)
    select ${organisationId}, 'peer', 'Peer', array['accounts.manage', 'users.view', 'users.manage', 'limits.manage',
      'sessions.manage', 'setup.manage', 'roles.manage', 'audit.view', 'wall.view', 'operators.manage', 'chats.answer',
      'history.transfer', 'reports.view', 'reports.correspondence']`.execute(house.db)
  await giveTop(peer, 'peer')
  return peer
}

/** Gives the role over the whole organisation. */
async function giveTop({ organisationId, userId, membershipId }: Person, key: string) {
  await sql`insert into grants (organisation_id, user_id, membership_id, role_id, account_id)
    select ${organisationId}, ${userId}, ${membershipId}, id, ${organisationId} from roles
     where organisation_id = ${organisationId} and key = ${key}`.execute(house.db)
}

test('IN-14: whoever has the rights of an administrator by another role cannot take the last one away', async () => {
  const { id: organisationId } = await house.organisation()
  const admin = await house.person({ organisationId, role: 'administrator' })
  const peer = await peerOf(organisationId)
  for (const what of ['block', 'archive', 'remove'] as const satisfies readonly Act[]) {
    const body = { act: what, ids: [admin.membershipId] }
    const preview = await peer.call(people.preview, { body })
    expect(preview.people[0]?.refusal).toBe('last_administrator')
    expect(await act(peer, what, admin)).toBe('last_administrator')
  }
  expect((await recordOf(peer, admin)).status).toBe('active')
})

describe('IN-14: an administrator whose account is closed is not in charge', () => {
  async function floor() {
    const { id: organisationId } = await house.organisation()
    const branchId = await house.account(organisationId, 'Branch')
    const admin = await house.person({ organisationId, role: 'administrator' })
    const peer = await peerOf(organisationId)
    const ofBranch = await house.person({ organisationId, accountId: branchId, role: 'viewer' })
    await giveTop(ofBranch, 'administrator')
    const close = async () => {
      const change = { params: { id: branchId }, body: { set: { isActive: false }, base: {} } }
      const { status, body } = await peer.try(accounts.change, change)
      return status === 200 ? null : codeOf(body)
    }
    return { admin, peer, close }
  }

  test('nobody takes the other one away', async () => {
    const { admin, peer, close } = await floor()
    expect(await close()).toBe(null)
    for (const way of Object.values(WAYS)) expect(await way(peer, admin)).toBe('last_administrator')
  })

  test('the account is not closed over the last one', async () => {
    const { admin, peer, close } = await floor()
    expect(await act(peer, 'archive', admin)).toBe(null)
    expect(await close()).toBe('last_administrator')
  })

  test('of closing and archiving at once, one is done', async () => {
    for (let round = 0; round < 5; round++) {
      const { admin, peer, close } = await floor()
      const answers = await Promise.all([close(), act(peer, 'archive', admin)])
      expect(answers.sort()).toEqual(['last_administrator', null])
    }
  })
})

test('AD-5: two memberships of one operator archived at the same moment: they serve nothing', async () => {
  const { id: organisationId } = await house.organisation()
  const admin = await house.person({ organisationId, role: 'administrator' })
  for (let round = 0; round < 5; round++) {
    const agent = await house.person({ organisationId, role: 'agent' })
    const accountId = await house.account(organisationId, `Place ${round}`)
    const there = await joinAlso(house.db, agent, accountId, 'agent')
    expect(await Promise.all([act(admin, 'archive', agent), act(admin, 'block', there)])).toEqual([
      null,
      null,
    ])
    const { rows } = await sql<{ isSuspended: boolean }>`
      select suspended_at is not null as is_suspended from operators where user_id = ${agent.userId}`.execute(
      house.db,
    )
    expect(rows).toEqual([{ isSuspended: true }])
  }
})
