import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { accounts } from '#contract/accounts.ts'
import { chats } from '#contract/chats.ts'
import { departments } from '#contract/departments.ts'
import type { Endpoint } from '#contract/endpoint.ts'
import { fieldKey } from '#contract/fields.ts'
import { invitations } from '#contract/invitations.ts'
import { people } from '#contract/people.ts'
import {
  BUILT_IN_ROLES,
  type BuiltInRole,
  mayGive,
  PERMISSIONS,
  permissionsOf,
} from '#contract/permissions.ts'
import { presence } from '#contract/presence.ts'
import { queues } from '#contract/queues.ts'
import { roles } from '#contract/roles.ts'
import { routing } from '#contract/routing.ts'
import { scope } from '#contract/scopes.ts'
import { session } from '#contract/session.ts'
import { sites } from '#contract/sites.ts'
import { users } from '#contract/users.ts'
import { openHouse, type Person } from '../../testing/house.ts'
import { openWorld, type World } from '../../testing/worlds.ts'
import { listGrants } from '../sign-in/queries.ts'

const house = openHouse()
let organisationId: string
let north: string
let world: World
let owner: Person
const roleIds = new Map<string, string>()

beforeAll(async () => {
  organisationId = (await house.organisation('Acme')).id
  north = await house.account(organisationId, 'North')
  owner = await house.person({ organisationId, role: 'administrator' })
  world = await openWorld(house, organisationId, north)
  for (const { key, id } of await owner.call(users.roles)) roleIds.set(key, id)
}, 60_000)

const at = (role: BuiltInRole, accountId = north) =>
  house.person({ organisationId, accountId, role })

type Ask = [name: string, ask: (by: Person) => Promise<{ status: number }>]
const ask = <In, Out>(endpoint: Endpoint<In, Out>, input: () => unknown): Ask => [
  `${endpoint.method} ${endpoint.path}`,
  (by) => by.try(endpoint, input()),
]

const chat = () => ({ params: { id: world.ids.chat } })
const CHATS: Ask[] = [
  ask(routing.mine, () => ({})),
  ask(chats.messages, () => ({ ...chat(), query: {} })),
  ask(chats.write, () => ({ ...chat(), body: { clientId: randomUUID(), body: 'Hello' } })),
  ask(routing.close, chat),
  ask(routing.accept, () => ({ params: { id: world.ids.offer } })),
  ask(presence.choose, () => ({ body: { availability: 'available' } })),
]
const SETTINGS: Ask[] = [
  ask(departments.create, () => ({ body: { accountId: north, name: 'Returns' } })),
  ask(queues.create, () => ({
    body: { accountId: north, name: 'Second', kind: 'live', offerSeconds: 20, targetSeconds: 60 },
  })),
  ask(sites.create, () => ({
    body: {
      ...{ accountId: north, queueId: world.ids.queue, name: 'Second', allowedOrigins: [] },
      ...{ colour: '#0b7285', language: 'en' },
    },
  })),
  ask(accounts.change, () => ({
    params: { id: north },
    body: { set: { colour: '#111111' }, base: {} },
  })),
  ask(roles.create, () => ({ body: { name: 'Clerk' } })),
  ask(people.change, () => ({
    params: { id: world.ids.membership },
    body: { set: { alias: 'Changed' }, base: {} },
  })),
]

describe('W-6: the templates are the roles', () => {
  const TEMPLATES: [template: string, role: BuiltInRole, isAtRoot: boolean][] = [
    ['Guest', 'viewer', false],
    ['Agent', 'agent', false],
    ['Supervisor', 'supervisor', false],
    ['Admin', 'administrator', false],
    ['Owner', 'administrator', true],
  ]

  test.each(TEMPLATES)('%s: %s, at the root: %s', async (_, role, isAtRoot) => {
    const accountId = isAtRoot ? organisationId : north
    const { grants } = await (await at(role, accountId)).call(session.me)
    expect(grants).toEqual([expect.objectContaining({ role, kind: 'account', at: accountId })])
    expect(grants[0]?.permissions).toEqual([...permissionsOf[role]])
  })

  test('each may all that the one before it may, and an Owner may all that there is', () => {
    const [guest, agent, supervisor, admin] = TEMPLATES.map(([, role]) => permissionsOf[role])
    for (const one of [...(guest ?? []), ...(agent ?? []), ...(supervisor ?? [])])
      expect(admin).toContain(one)
    for (const one of agent ?? []) expect(supervisor).toContain(one)
    expect(PERMISSIONS.filter((one) => !admin?.includes(one))).toEqual(['chats.test'])
  })

  test('the roles as a matrix: what each may, and what of it the asker may give', async () => {
    for (const by of [owner, await at('manager'), await at('viewer')]) {
      const { grants } = await by.call(session.me)
      const held = new Set(grants.flatMap(({ permissions }) => permissions))
      for (const role of await by.call(users.roles)) {
        const built = BUILT_IN_ROLES.find((key) => key === role.key)
        if (built) expect(role.permissions.toSorted()).toEqual([...permissionsOf[built]].toSorted())
        expect(role.givable).toEqual(
          role.permissions.filter((one) => one === 'chats.test' || held.has(one)),
        )
      }
    }
  })
})

describe('GB-8: a viewer', () => {
  test.each(CHATS)('hears no chat and writes none: %s', async (_, tried) => {
    expect((await tried(await at('viewer'))).status).toBe(403)
  })

  test.each(SETTINGS)('changes no setting: %s', async (_, tried) => {
    expect((await tried(await at('viewer'))).status).toBe(403)
  })

  test('hears no word of a chat on an open page', async () => {
    const viewer = await at('viewer')
    const page = await viewer.live()
    await page.watch(scope.floor(north))
    expect(page.replica.get('chat', world.ids.chat)).toBeDefined()
    await expect(page.watch(scope.chat(world.ids.chat))).rejects.toThrow('refused')
    expect(page.replica.all('message')).toEqual([])
  })

  test('sees the people', async () => {
    expect((await (await at('viewer')).try(users.list)).status).toBe(200)
  })
})

describe('GB-10: an agent', () => {
  test('reads the chat that they hold, and replies', async () => {
    const { agent } = world
    const reply = await agent.try(chats.write, {
      ...chat(),
      body: { clientId: randomUUID(), body: 'Good morning' },
    })
    expect(reply.status).toBe(200)
    const read = await agent.try(chats.messages, { ...chat(), query: {} })
    expect(JSON.stringify(read.body)).toContain('Good morning')
  })

  test.each(SETTINGS)('changes no setting: %s', async (_, tried) => {
    expect((await tried(world.agent)).status).toBeGreaterThanOrEqual(403)
  })
})

describe('GB-9: an administrator of an account', () => {
  test('makes an account below it and closes and opens it, and touches no sibling', async () => {
    const admin = await at('administrator')
    const south = await house.account(organisationId, `South ${randomUUID().slice(0, 4)}`)
    const create = (parentId: string, name: string) =>
      admin.try(accounts.create, { body: { parentId, kind: 'location', name } })
    const made = await create(north, 'Harbour')
    expect(made.status).toBe(200)
    const activate = (id: string, isActive: boolean, version: number) =>
      admin.try(accounts.change, {
        params: { id },
        body: { set: { isActive }, base: { isActive: version } },
      })
    expect((await activate(made.body.id, false, 0)).status).toBe(200)
    const opened = await activate(made.body.id, true, 1)
    expect(opened.status).toBe(200)
    const open = (await admin.call(accounts.list)).find(({ id }) => id === made.body.id)
    expect(open).toMatchObject({ isActive: true, parentId: north })
    expect((await create(south, 'Mine')).status).toBe(404)
    expect((await activate(south, false, 0)).status).toBe(404)
    const beside = await house.person({ organisationId, accountId: south, role: 'agent' })
    const touched = await admin.try(people.change, {
      params: { id: beside.membershipId },
      body: { set: { alias: 'Mine' }, base: {} },
    })
    expect(touched.status).toBe(404)
  })
})

describe('NX-8: nobody gives more than they have', () => {
  const GIVERS = ['administrator', 'manager', 'people_manager'] as const

  test.each(GIVERS)(
    '%s: by inviting, by creating, and by changing',
    async (giver) => {
      const by = await at(giver)
      const grants = await listGrants(house.db, organisationId, by.userId)
      for (const role of BUILT_IN_ROLES.filter((key) => key !== 'site_administrator')) {
        const path = [north, organisationId]
        const isWithin = mayGive(grants, permissionsOf[role], path)
        const set = {
          [fieldKey.grant(roleIds.get(role) ?? '', { kind: 'account', id: north })]: true,
        }
        await house.db.deleteFrom('throttles').execute()
        const email = `nx8.${randomUUID().slice(0, 8)}@example.org`
        const invited = await by.try(invitations.create, {
          body: { accountId: north, emails: [email], set },
        })
        const created = await by.try(people.create, {
          body: {
            ...{ accountId: north, firstName: 'Bo', lastName: 'Briain', set },
            ...{ email: `c.${email}`, password: 'blue kettle on the windowsill' },
            ...{ mustChangePassword: false, requestId: randomUUID() },
          },
        })
        const somebody = await at('agent')
        const changed = await by.try(people.change, {
          params: { id: somebody.membershipId },
          body: { set, base: {} },
        })
        const expected = isWithin ? 200 : 403
        expect([role, invited.status, created.status, changed.status]).toEqual([
          ...[role, expected, expected, expected],
        ])
      }
    },
    60_000,
  )
})
