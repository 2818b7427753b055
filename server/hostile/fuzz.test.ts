// Every field of every body and address, filled with what does not belong there. What a schema
// does not allow is refused as `invalid`; what it does allow never breaks the server.
import { randomUUID } from 'node:crypto'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { beforeAll, describe, expect, test } from 'vitest'
import { session } from '#contract/session.ts'
import { type Caller, caller } from '../client/http.ts'
import { type Door, doorsOf, nameOf } from '../testing/doors.ts'
import { openHouse } from '../testing/house.ts'
import { sendPath } from '../testing/raw.ts'
import { type Ids, openWorld, type World } from '../testing/worlds.ts'
import type { Known } from './row.ts'
import { ROWS } from './rows.ts'

const house = openHouse({ visitorAllowance: 1_000, setUpToken: 'x'.repeat(43) })

/** Texts that have broken programs: of the wrong kind, unreadable, or meant for another reader. */
const TEXTS = [
  ...['', ' ', '\u0000', 'a\u0000b', '\ud800', 'a\udfffb', '\uffff', '\u202eevil', '\u200b'],
  ...[
    'a\nb',
    'a\r\nBcc: x@evil.test',
    `a${'\u0301'.repeat(200)}`,
    '👩‍👩‍👧‍👦',
    'ﷺ',
    'İ',
    '\u001b[31m',
  ],
  ...["' or '1'='1", "'; drop table users; --", '{{7*7}}', '#{7*7}', '<script>alert(1)</script>'],
  ...['__proto__', 'constructor', 'toString', 'null', 'NaN', '../../etc/passwd', '%00', '-1'],
  ...[
    'a'.repeat(64),
    'a'.repeat(65),
    'é'.repeat(300),
    'a'.repeat(5_000),
    '\u{1f600}'.repeat(2_100),
  ],
  ...['00000000-0000-0000-0000-000000000000', randomUUID().toUpperCase(), `{${randomUUID()}}`],
]
const OTHERS: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1.5, 2 ** 31, 2 ** 53, 1e308, -0],
  ...[[], {}, [null], ['a'], [[[]]], { $ne: null }, { length: 20 }, { toString: 1 }],
]
const VALUES: readonly unknown[] = [...TEXTS, ...OTHERS]

interface Shaped {
  properties?: Record<string, Shaped>
  items?: Shaped
}

let world: World
let known: Known
let doors: Door[]
let admin: Caller

beforeAll(async () => {
  const { id } = await house.organisation()
  world = await openWorld(house, id, id)
  known = {
    login: world.admin.email,
    siteKey: world.siteKey,
    newcomerToken: 'a'.repeat(43),
    joinerToken: 'b'.repeat(43),
  }
  admin = world.admin
  doors = await doorsOf(house.url)
}, 60_000)

function callerAt({ needs, path }: Door): Caller {
  if (needs === 'nothing') return house.anyone
  if (needs === 'visitor') return world.visitor
  return path.startsWith('/api/me/') ? world.agent : admin
}

const inputOf = (door: Door, ids: Ids) =>
  (ROWS[nameOf(door)]?.ask?.(ids, known) ?? {}) as { params?: object; body?: unknown }

/** The value with what is at the path replaced; left out when `put` gives nothing. */
function changed(value: unknown, [key, ...rest]: readonly string[], put: () => unknown): unknown {
  if (key === undefined) return put()
  if (Array.isArray(value)) return [changed(value[0], rest, put)]
  const { [key]: old, ...others } = value as Record<string, unknown>
  const fresh = changed(old, rest, put)
  return fresh === undefined ? others : { ...others, [key]: fresh }
}

/** The path of every field of a schema, and of the items of every list in it. */
function fieldsOf({ properties = {}, items }: Shaped, path: string[] = []): string[][] {
  const inside = Object.entries(properties).flatMap(([key, shape]) => [
    [...path, key],
    ...fieldsOf(shape, [...path, key]),
  ])
  return items ? [[...path, '0'], ...fieldsOf(items, [...path, '0'])] : inside
}

/** Every way to spoil the body: each field swapped or gone, and a key too many. */
function spoiled(schema: TSchema, body: unknown): unknown[] {
  const swapped = fieldsOf(schema as Shaped).flatMap((path) =>
    [...VALUES, undefined].map((value) => changed(body, path, () => value)),
  )
  const extra = ['id', 'organisationId', 'role', 'createdAt', 'isAdmin', 'constructor'].map(
    (key) => ({ ...(body as object), [key]: randomUUID() }),
  )
  return [...swapped, ...extra, ...OTHERS]
}

async function expectSound(door: Door, input: object, mayPass: boolean): Promise<void> {
  const { status, body } = await callerAt(door).try(door, input)
  const what = `${nameOf(door)} ${JSON.stringify(input).slice(0, 300)}`
  if (mayPass) expect(status < 500 || status === 503, `${status} ${what}`).toBe(true)
  else expect([status, what]).toEqual([400, what])
  if (status !== 200) expect(typeof body.error.code, what).toBe('string')
}

test('addresses that name nothing are refused, and nothing breaks', async () => {
  const texts = TEXTS.filter((text) => text !== '' && text.isWellFormed()).map(encodeURIComponent)
  const odd = ['%ff', '%', '%2e%2e', '..%2f', 'a%00', '1e3', "'", '%E0%A4%A', 'undefined']
  for (const door of doors.filter(({ shape }) => shape.params)) {
    const { cookie, token } = { cookie: world.admin.cookie, token: world.visitor.token }
    const headers = { cookie, authorization: `Bearer ${token}`, origin: house.url }
    for (const text of [...texts, ...odd]) {
      const path = door.path.replace(/:\w+/g, text)
      const { status, body } = await sendPath(house.url, path, { method: door.method, headers })
      expect([400, 404, 431], `${door.method} ${path} ${body}`).toContain(status)
    }
  }
})

describe('bodies', () => {
  test('of every shape are refused or taken, and nothing breaks', { timeout: 60_000 }, async () => {
    let tried = 0
    for (const door of doors) {
      const { shape } = door
      if (!shape.body) continue
      const check = Compile(shape.body)
      const input = inputOf(door, world.ids)
      expect([nameOf(door), check.Check(input.body)]).toEqual([nameOf(door), true])
      const all = spoiled(shape.body, input.body)
      tried += all.length
      for (const group of grouped(all, 12)) {
        // Whoever is sent away for haste is not read.
        await house.db.deleteFrom('throttles').execute()
        await Promise.all(
          group.map((body) => expectSound(door, { ...input, body }, check.Check(body))),
        )
      }
    }
    expect(tried).toBeGreaterThan(1_000)
  })
})

function grouped<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) =>
    all.slice(at * size, (at + 1) * size),
  )
}

test('what is asked for and does not belong there changes nothing', async () => {
  const queries = [
    '?limit=-1',
    '?sort=password_hash',
    '?id[]=1&id=2',
    '?__proto__[a]=1',
    '?%00=%ff',
  ]
  const ask = caller(() => house.url, { cookie: world.admin.cookie })
  const { body: plain } = await ask.try(session.me)
  for (const query of queries) {
    const headers = { cookie: world.admin.cookie }
    const { status, body } = await sendPath(house.url, `/api/session${query}`, { headers })
    expect([query, status]).toEqual([query, 200])
    expect(JSON.parse(body)).toMatchObject({ id: plain.id })
  }
})

test('the server that heard all this still answers', async () => {
  expect((await sendPath(house.url, '/livez')).status).toBe(200)
  expect((await admin.try(session.me)).status).toBe(200)
})
