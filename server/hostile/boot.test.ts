// What nobody can forget or get round, because the start or the database itself refuses it.
import { randomBytes, randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { Type } from 'typebox'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { endpoint, type Needs } from '#contract/endpoint.ts'
import { users } from '#contract/users.ts'
import { makeClientIp } from '../platform/client-ip.ts'
import { makeCookies } from '../platform/cookies.ts'
import { makeHasher } from '../platform/hash.ts'
import { openHttp } from '../platform/http.ts'
import { makeIsOwnOrigin } from '../platform/origin.ts'
import { serve, serveAnyone, serveUpload, serveVisitor } from '../platform/serve.ts'
import { doorsOf, endpointsOfContract, nameOf } from '../testing/doors.ts'
import { openHouse } from '../testing/house.ts'
import { openWorld, type World } from '../testing/worlds.ts'

const house = openHouse()
let world: World
let other: World

beforeAll(async () => {
  const [one, two] = [await house.organisation(), await house.organisation()]
  world = await openWorld(house, one.id, one.id)
  other = await openWorld(house, two.id, two.id)
}, 60_000)

/** What says how it was, and must outlast what it names; and what the engine checks by itself. */
const WITHOUT_KEY = [
  ...['audit_log.actor_id', 'event_log.actor_id', 'grants.granted_by', 'messages.author_id'],
  ...['chats.queue_id', 'invitations.import_id', 'invitations.membership_id'],
  ...['email_links.requested_by', 'password_resets.requested_by', 'operator_loads.set_by'],
  ...[
    'operators.availability_set_by',
    'operators.unit_set_by',
    'exclusions.user_id',
    'exclusions.chat_id',
  ],
  ...['assignments.chat_id', 'assignments.queue_id', 'assignments.user_id'],
  ...['routed_chats.assignment_id', 'routed_chats.chat_id', 'routed_chats.operator_id'],
  ...['routed_chats.site_id', 'connections.node_id', 'connections.session_id'],
  ...['connections.user_id', 'messages.client_id', 'status_changes.actor_id'],
  ...['routed_chats.handing_id', 'routed_chats.transfer_id'],
  ...['transfers.by_id', 'transfers.ended_by_id', 'transfers.from_id', 'transfers.to_id'],
  ...['simulations.node_id', 'simulations.sandbox_id', 'told_waits.chat_id', 'told_waits.queue_id'],
]

const rows = async <T>(query: ReturnType<typeof sql<T>>) => (await query.execute(house.db)).rows

describe('the start', () => {
  let http: Awaited<ReturnType<typeof openHttp>>
  afterEach(() => http.close())

  const open = async () => {
    const { database, bus } = house.app
    http = await openHttp({
      logLevel: 'silent',
      isSecure: false,
      cookies: makeCookies(false),
      clientIp: makeClientIp([]),
      isOwnOrigin: makeIsOwnOrigin(undefined),
      isDraining: () => false,
      identify: { actor: async () => null, visitor: async () => null },
      shared: {
        ...{ db: database.db, database, bus, now: () => new Date(), publicOrigin: '' },
        ...{ secretKey: randomBytes(32), visitorAllowance: 1 },
        hasher: makeHasher({ running: 1, queued: 1, waitMs: 1 }),
      },
    })
    return http
  }
  const dull = (needs: Needs) => endpoint('GET', '/api/dull', needs, 'Dull', { reply: Type.Null() })
  const handle = async () => null

  test.each(['/api/bare', '/api', '/API/bare', '//api/bare', '/api/*'])(
    'fails on %s when it does not say who may come in',
    async (url) => {
      const app = await open()
      expect(() => app.get(url, handle)).toThrow('does not say who may come in')
    },
  )

  test('fails on such a door inside a plugin too', async () => {
    const app = await open()
    const plugin = app.register(async (inner) => void inner.get('/bare', handle), {
      prefix: '/api',
    })
    await expect(plugin.ready()).rejects.toThrow('does not say who may come in')
  })

  test('fails on a door behind the wrong gate', async () => {
    const app = await open()
    expect(() => serve(app, dull('nothing'), handle)).toThrow()
    expect(() => serve(app, dull('visitor'), handle)).toThrow()
    expect(() => serveVisitor(app, dull('session'), handle)).toThrow()
    expect(() => serveAnyone(app, dull('session'), handle)).toThrow()
    expect(() => serveUpload(app, dull('session'), async () => {}, handle)).toThrow()
  })

  test('opens every door that the contract names, and no other under /api', async () => {
    await open()
    const served = await doorsOf(house.url)
    const named = await endpointsOfContract()
    expect(served.map(nameOf).toSorted()).toEqual(named.map(nameOf).toSorted())
    const shown = [...house.app.http.printRoutes({ commonPrefix: false }).matchAll(/ (\/api\S*)/g)]
    const paths = new Set([...served.map(({ path }) => path), '/api/openapi.json', '/api/docs'])
    expect(shown.length).toBeGreaterThan(15)
    for (const [, path = ''] of shown) expect(paths).toContain(path)
  })
})

describe('organisations', () => {
  test('are part of every key that leads from one of their rows to another', async () => {
    const loose = await rows(sql<{ name: string }>`
      with tenant as (
        select attrelid as id, attnum from pg_attribute
         where attname = 'organisation_id' and attrelid::regclass::text !~ '^pg_')
      select conrelid::regclass || ': ' || conname as name
        from pg_constraint f
        join tenant one on one.id = conrelid join tenant other on other.id = confrelid
       where contype = 'f' and not exists (
         select from unnest(conkey, confkey) as pair (here, there)
          where here = one.attnum and (there = other.attnum or confrelid = 'accounts'::regclass))`)
    expect(loose).toEqual([])
    const [{ count } = { count: 0 }] = await rows(
      sql<{ count: number }>`select count(*) as count from pg_constraint where contype = 'f'`,
    )
    expect(count).toBeGreaterThan(40)
  })

  test('are named by every row of theirs, and keep their ids apart', async () => {
    const nullable = await rows(sql<{ name: string }>`
      select relname as name from pg_attribute join pg_class c on c.oid = attrelid
       where attname = 'organisation_id' and relkind = 'r' and not attnotnull`)
    // A photo is a user's own, whichever organisations they are in; before that, an invitation’s.
    expect(nullable).toEqual([{ name: 'photos' }])
    const loose = await rows(sql<{ name: string }>`
      select c.conrelid::regclass::text as name from pg_constraint c
        join pg_attribute a on a.attrelid = c.conrelid and a.attname = 'organisation_id'
       where c.contype = 'p' and not a.attnum = any (c.conkey) order by 1`)
    // Found by a secret, by an address of their own or by the process that owns them, before any
    // organisation is known.
    expect(loose.map(({ name }) => name)).toEqual([
      ...['connections', 'email_links', 'mail_outbox', 'password_resets', 'photos', 'sessions'],
      'sms_outbox',
    ])
  })

  test('have keys to every row that is pointed at, but for what was written down', async () => {
    const bare = await rows(sql<{ name: string }>`
      select c.relname || '.' || a.attname as name
        from pg_attribute o join pg_class c on c.oid = o.attrelid and c.relkind = 'r'
        join pg_attribute a on a.attrelid = c.oid and a.atttypid = 'uuid'::regtype
         and a.attname ~ '_(id|by)$' and a.attname <> 'organisation_id'
       where o.attname = 'organisation_id' and not exists (
         select from pg_constraint f
          where f.conrelid = c.oid and f.contype = 'f' and a.attnum = any (f.conkey))`)
    expect(bare.map(({ name }) => name).toSorted()).toEqual(WITHOUT_KEY.toSorted())
  })

  test('cannot be led into one another by a row, whatever the code does', async () => {
    const { organisation } = other.ids
    const grant = sql`(select id from grants where organisation_id = ${organisation} limit 1)`
    const crossing = [
      sql`update sites set queue_id = ${world.ids.queue} where organisation_id = ${organisation}`,
      sql`update departments set account_id = ${world.ids.account} where organisation_id = ${organisation}`,
      sql`update accounts set parent_id = ${world.ids.account} where id = ${organisation}`,
      sql`update invitations set account_id = ${world.ids.account} where organisation_id = ${organisation}`,
      sql`update grants set role_id = ${world.ids.role} where id = ${grant}`,
      sql`update grants set membership_id = ${world.ids.membership} where id = ${grant}`,
      sql`update supervisor_groups set department_id = ${world.ids.department} where organisation_id = ${organisation}`,
      sql`insert into department_members (organisation_id, department_id, membership_id)
          values (${organisation}, ${other.ids.department}, ${world.ids.membership})`,
      sql`insert into user_skills (organisation_id, user_id, skill_id, level)
          values (${organisation}, ${other.ids.user}, ${world.ids.skill}, 1)`,
      sql`insert into queue_skills (organisation_id, queue_id, skill_id, level)
          values (${organisation}, ${other.ids.queue}, ${world.ids.skill}, 1)`,
      sql`insert into handovers (organisation_id, chat_id, at, by_id, queue_id)
          values (${organisation}, ${other.ids.chat}, now(), ${other.ids.user}, ${world.ids.queue})`,
      sql`insert into photos (organisation_id, invitation_id)
          values (${organisation}, ${world.ids.invitation})`,
      sql`insert into messages (organisation_id, chat_id, seq, client_id, author, body)
          values (${organisation}, ${world.ids.chat}, 99, ${randomUUID()}, 'system', 'x')`,
    ]
    for (const query of crossing)
      await expect(query.execute(house.db)).rejects.toMatchObject({
        code: expect.stringMatching(/^23(503|514)$/),
      })
    // Whether a place is suspended is read from its queue, and there is none to read it from.
    const place = sql`insert into queue_members (organisation_id, queue_id, user_id)
      values (${organisation}, ${world.ids.queue}, ${other.ids.user})`
    await expect(place.execute(house.db)).rejects.toMatchObject({ code: '23502' })
  })
})

describe('the database', () => {
  const refused = (query: ReturnType<typeof sql>, code: string) =>
    expect(query.execute(house.db)).rejects.toMatchObject({ code })

  test('keeps every line of the audit, each with the hash of the one before', async () => {
    await world.admin.call(users.setLanguage, { body: { language: 'nl' } })
    const broken = await rows(sql<{ seq: number }>`
      select seq from (select a.*, lag(hash) over (partition by organisation_id order by seq) as before_it,
          audit_hash(previous_hash, a) as again from audit_log a) line
       where hash <> again or previous_hash is distinct from before_it`)
    expect(broken).toEqual([])
    await refused(sql`update audit_log set action = 'nothing'`, '42501')
    await refused(sql`delete from audit_log`, '42501')
    const [{ count } = { count: 0 }] = await rows(
      sql<{ count: number }>`select count(*) as count from audit_log`,
    )
    expect(count).toBeGreaterThan(5)
  })

  test('never changes a login', async () => {
    const { userId } = world.agent
    await refused(sql`update users set login = 'other' where id = ${userId}`, '23514')
  })

  test('counts what an operator holds by itself, and by nobody’s word', async () => {
    const { userId } = world.agent
    const load = async () =>
      (
        await rows(sql<{ used: number }>`select used from operator_loads
        where user_id = ${userId} and kind = 'live'`)
      )[0]?.used
    expect(await load()).toBe(2)
    await refused(sql`update operator_loads set used = 0 where user_id = ${userId}`, '42501')
    await refused(sql`update operator_loads set used = used - 1 where user_id = ${userId}`, '42501')
    await refused(
      sql`delete from operator_loads where user_id = ${userId} and kind = 'live'`,
      '23514',
    )
    await refused(
      sql`update assignments set user_id = ${world.ids.user} where user_id = ${userId}`,
      '23514',
    )
    await sql`update operator_loads set over = 50 where user_id = ${userId}`.execute(house.db)
    expect(await rows(sql`select from operator_loads where over > 0`)).toEqual([])
    expect(await load()).toBe(2)
  })

  test('is used by a role that owns no more than it', async () => {
    const [role] = await rows(sql`select rolsuper, rolcreaterole, rolcreatedb, rolbypassrls
      from pg_roles where rolname = current_user`)
    expect(Object.values(role ?? { none: true })).toEqual([false, false, false, false])
  })
})
