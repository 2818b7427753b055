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
import { inGroups } from '../testing/in-groups.ts'
import { diceOf } from '../testing/random-crew.ts'
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
  /** Of what is named by whoever asks: any name, one shape. */
  patternProperties?: Record<string, Shaped>
  items?: Shaped
}

interface Field {
  path: string[]
  shape: Shaped
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

async function callerAt({ needs, path }: Door): Promise<Caller> {
  if (needs === 'nothing') return house.anyone
  // Whoever has changed their password has another session, and another password.
  if (path === '/api/me/password') return house.person({ ...world.agent, role: 'viewer' })
  if (needs === 'visitor') return world.visitor
  return path.startsWith('/api/me/') ? world.agent : admin
}

const inputOf = (door: Door, ids: Ids) =>
  (ROWS[nameOf(door)]?.ask?.(ids, known) ?? {}) as { params?: object; body?: unknown }

/** The value with what is at the path replaced; left out when `put` gives nothing. */
function changed(value: unknown, [key, ...rest]: readonly string[], put: () => unknown): unknown {
  if (key === undefined) return put()
  if (key === '0') return [changed(partOf(value, key), rest, put)]
  const { [key]: old, ...others } = (value ?? {}) as Record<string, unknown>
  const fresh = changed(old, rest, put)
  return fresh === undefined ? others : { ...others, [key]: fresh }
}

/**
 * The path of every field of a schema, of the items of every list in it, and of what the sample has
 * in it by keys of its own: each with the schema it goes by.
 */
function fieldsOf(schema: Shaped, sample: unknown, path: string[] = []): Field[] {
  const { properties = {}, patternProperties, items } = schema
  const inside = Object.entries(properties)
  const [any] = Object.values(patternProperties ?? {})
  if (any) for (const key of Object.keys(sample ?? {})) inside.push([key, any])
  if (items) inside.push(['0', items])
  return inside.flatMap(([key, shape]) => {
    const at = [...path, key]
    return [{ path: at, shape }, ...fieldsOf(shape, partOf(sample, key), at)]
  })
}

const partOf = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined

const ALLOWED = 10
const REFUSED = 4
const roll = diceOf(Number(process.env['FUZZ_SEED'] ?? 7))
const decks = new Map<string, { cards: unknown[]; at: number }>()

/**
 * So many of them, others each time, and at the last one whatever is left: over all the doors
 * everything has been tried at a door with that kind.
 */
function deal(kind: string, all: readonly unknown[], size: number, isLast: boolean): unknown[] {
  const { cards, at } = decks.get(kind) ?? { cards: shuffled(all), at: 0 }
  const count = Math.min(cards.length, isLast ? Math.max(size, cards.length - at) : size)
  decks.set(kind, { cards, at: at + count })
  return Array.from({ length: count }, (_, n) => cards[(at + n) % cards.length])
}

function shuffled<T>(all: readonly T[]): T[] {
  const rest = [...all]
  return all.flatMap(() => rest.splice(roll(rest.length), 1))
}

const kindOf = ({ shape }: Field) => JSON.stringify(shape)
const EXTRA = ['id', 'organisationId', 'role', 'createdAt', 'isAdmin', 'constructor']

/** The field's share of what its schema allows, and of what it does not. */
function valuesFor(field: Field, isLast: boolean): unknown[] {
  const kind = kindOf(field)
  const check = Compile(field.shape as TSchema)
  const allowed = VALUES.filter((value) => check.Check(value))
  const refused = VALUES.filter((value) => !check.Check(value))
  return [
    undefined,
    ...deal(`allowed ${kind}`, allowed, ALLOWED, isLast),
    ...deal(`refused ${kind}`, refused, REFUSED, isLast),
  ]
}

/** Every door that takes a body, with every spoiled body that it is to be asked with. */
function spoiledBodies() {
  const asked = doors.flatMap((door) => {
    const { body: schema } = door.shape
    const input = inputOf(door, world.ids)
    return schema ? [{ door, schema, input, fields: fieldsOf(schema, input.body) }] : []
  })
  const left = new Map<string, number>()
  for (const kind of asked.flatMap(({ fields }) => fields.map(kindOf)))
    left.set(kind, (left.get(kind) ?? 0) + 1)
  const isLastOf = (kind: string) => {
    left.set(kind, (left.get(kind) ?? 1) - 1)
    return left.get(kind) === 0
  }
  return asked.map(({ door, schema, input, fields }) => {
    const swapped = fields.flatMap((field) =>
      valuesFor(field, isLastOf(kindOf(field))).map((value) =>
        changed(input.body, field.path, () => value),
      ),
    )
    const extra = EXTRA.map((key) => ({ ...(input.body as object), [key]: randomUUID() }))
    return { door, check: Compile(schema), input, bodies: [...swapped, ...extra, ...OTHERS] }
  })
}

async function expectSound(door: Door, input: object, mayPass: boolean): Promise<void> {
  const { status, body } = await (await callerAt(door)).try(door, input)
  const what = `${nameOf(door)} ${JSON.stringify(input).slice(0, 300)}`
  if (mayPass) expect(status < 500 || status === 503, `${status} ${what}`).toBe(true)
  else expect([status, what]).toEqual([400, what])
  if (status !== 200) expect(typeof body.error.code, what).toBe('string')
}

test('addresses that name nothing are refused, and nothing breaks', {
  timeout: 60_000,
}, async () => {
  const texts = TEXTS.filter((text) => text !== '' && text.isWellFormed()).map(encodeURIComponent)
  const odd = ['%ff', '%', '%2e%2e', '..%2f', 'a%00', '1e3', "'", '%E0%A4%A', 'undefined']
  const headers = {
    ...{ cookie: world.admin.cookie, authorization: `Bearer ${world.visitor.token}` },
    origin: house.url,
  }
  const named = doors.filter(({ shape }) => shape.params)
  const asks = named.flatMap((door, at) => {
    const kind = kindOfAddress(door)
    const isLast = !named.slice(at + 1).some((one) => kind === kindOfAddress(one))
    return deal(kind, [...texts, ...odd], REFUSED, isLast).map((text) => ({
      door,
      text: String(text),
    }))
  })
  await inGroups(asks, 16, async ({ door, text }) => {
    const path = door.path.replace(/:\w+/g, text.replaceAll('$', '$$$$'))
    const { status, body } = await sendPath(house.url, path, { method: door.method, headers })
    expect([400, 404, 431], `${door.method} ${path} ${body}`).toContain(status)
  })
  expect(asks.length).toBeGreaterThan(named.length * REFUSED)
})

const kindOfAddress = ({ method, shape }: Door) => `${method} ${JSON.stringify(shape.params)}`

describe('bodies', () => {
  test('of every shape are refused or taken, and nothing breaks', {
    timeout: 240_000,
  }, async () => {
    let tried = 0
    for (const { door, check, input, bodies } of spoiledBodies()) {
      expect([nameOf(door), check.Check(input.body)]).toEqual([nameOf(door), true])
      tried += bodies.length
      await inGroups(
        bodies,
        12,
        (body) => expectSound(door, { ...input, body }, check.Check(body)),
        // Whoever is sent away for haste is not read.
        () => house.db.deleteFrom('throttles').execute(),
      )
    }
    expect(tried).toBeGreaterThan(3_000)
  })
})

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
