// Requests that no page of ours would send: whatever comes in, the answer is a refusal in our own
// words, with the headers that every answer carries, and the server goes on.
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Door, doorsOf, nameOf } from '../testing/doors.ts'
import { openHouse, type Person } from '../testing/house.ts'
import { inGroups } from '../testing/in-groups.ts'
import { type RawAnswer, sendPath, sendRaw } from '../testing/raw.ts'

const house = openHouse()
const HEADERS = [
  'content-security-policy',
  'x-content-type-options',
  'referrer-policy',
  'cross-origin-opener-policy',
  'cross-origin-resource-policy',
  'permissions-policy',
]
/** What would tell somebody outside how the inside is made. */
const INSIDE =
  /fastify|node_modules|kysely|postgres|FST_|at async|select |\.ts:|package\.json|private/i

let me: Person
beforeAll(async () => {
  const { id: organisationId } = await house.organisation()
  me = await house.person({ organisationId, role: 'administrator' })
})

/** Holds for every answer to a request that is refused. */
function expectRefusal({ status, headers, body }: RawAnswer, what: string): void {
  expect(status, what).toBeGreaterThanOrEqual(400)
  expect(status, what).toBeLessThan(500)
  for (const name of HEADERS) expect(headers[name], `${name} of ${what}`).toBeTruthy()
  expect(headers['x-powered-by'] ?? headers['server'], what).toBeUndefined()
  const { error } = JSON.parse(body) as { error: { code: unknown } }
  expect(typeof error.code, what).toBe('string')
  expect(body, what).not.toMatch(INSIDE)
}

interface Sent {
  method?: string
  headers?: Record<string, string>
  body?: string | Uint8Array<ArrayBuffer>
}

async function send(path: string, { method = 'POST', headers = {}, body }: Sent) {
  const response = await fetch(house.url + path, {
    method,
    headers: { origin: house.url, cookie: me.cookie, ...headers },
    ...(body !== undefined && { body }),
  })
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
  }
}

const json = { 'content-type': 'application/json' }
const language = { method: 'PUT', headers: json, body: '{"language":"en"}' }

test('a change that another page sends in the browser’s name is refused at every door', async () => {
  const doors = (await doorsOf(house.url)).filter(({ method }) => method !== 'GET')
  expect(doors.length).toBeGreaterThan(20)
  const foreign = [{ origin: 'https://evil.test' }, { 'sec-fetch-site': 'cross-site' }]
  const asks = doors.flatMap((door) => foreign.map((headers) => ({ door, headers })))
  await inGroups(asks, 16, async ({ door, headers }) => {
    const path = door.path.replace(/:\w+/g, '00000000-0000-4000-8000-000000000000')
    const answer = await send(path, { method: door.method, headers })
    expectRefusal(answer, nameOf(door))
    expect([nameOf(door), answer.status, answer.body.includes('wrong_origin')]).toEqual([
      nameOf(door),
      403,
      true,
    ])
  })
})

describe('whose change it is', () => {
  const port = () => new URL(house.url).port
  const table: [string, () => Record<string, string>, boolean][] = [
    ['our own origin', () => ({ origin: house.url }), true],
    ['the browser’s word alone', () => ({ 'sec-fetch-site': 'same-origin' }), true],
    ['nothing at all', () => ({}), false],
    ['a null origin', () => ({ origin: 'null' }), false],
    ['an empty origin', () => ({ origin: '' }), false],
    ['another site', () => ({ origin: 'https://evil.test' }), false],
    ['another port', () => ({ origin: 'http://localhost:1' }), false],
    ['https instead', () => ({ origin: `https://localhost:${port()}` }), false],
    ['our name as a prefix', () => ({ origin: `http://localhost.evil.test:${port()}` }), false],
    ['our name as a suffix', () => ({ origin: `http://evillocalhost:${port()}` }), false],
    ['our name as a user', () => ({ origin: `http://localhost:${port()}@evil.test` }), false],
    ['our origin and a path', () => ({ origin: `${house.url}/` }), false],
    ['two origins', () => ({ origin: `${house.url}, https://evil.test` }), false],
    ['our name in capitals', () => ({ origin: `http://LOCALHOST:${port()}` }), false],
    ['the same site only', () => ({ 'sec-fetch-site': 'same-site', origin: house.url }), false],
    ['across sites', () => ({ 'sec-fetch-site': 'cross-site', origin: house.url }), false],
    ['typed by hand', () => ({ 'sec-fetch-site': 'none', origin: house.url }), false],
    ['two words', () => ({ 'sec-fetch-site': 'same-origin, cross-site' }), false],
    ['a referer alone', () => ({ referer: `${house.url}/people` }), false],
    ['another host named', () => ({ origin: 'http://evil.test', host: 'evil.test' }), false],
  ]
  test.each(table)('%s', async (what, headers, isOurs) => {
    const answer = await sendRaw(
      house.url,
      [
        'PUT /api/me/language HTTP/1.1',
        ...Object.entries({
          ...{ host: 'localhost', connection: 'close', cookie: me.cookie, ...json },
          ...{ 'content-length': language.body.length, ...headers() },
        }).map(([name, value]) => `${name}: ${value}`),
        '',
        language.body,
      ].join('\r\n'),
    )
    expect(answer.status).toBe(isOurs ? 200 : 403)
    if (!isOurs) expectRefusal(answer, what)
  })
})

describe('only JSON that says so is read', () => {
  test.each([
    ['application/json', 200],
    ['application/json; charset=utf-8', 200],
    ['APPLICATION/JSON', 200],
    ['', 415],
    ['text/plain', 415],
    ['text/json', 415],
    ['application/x-www-form-urlencoded', 415],
    ['multipart/form-data', 415],
    ['multipart/form-data; boundary=x', 415],
    ['application/json\ta', 415],
    ['application/json garbage', 415],
    ['application/jsonx', 415],
    ['application/json, text/plain', 415],
    ['text/html', 415],
    ['*/*', 415],
    ['application/vnd.api+json', 415],
  ])('%s', async (type, expected) => {
    const body = new TextEncoder().encode(language.body)
    const headers: Record<string, string> = type === '' ? {} : { 'content-type': type }
    const answer = await send('/api/me/language', { ...language, headers, body })
    expect(answer.status).toBe(expected)
    if (expected !== 200) expectRefusal(answer, type)
  })
})

const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`

describe('a body that is not what it should be', () => {
  const bytes = (...all: number[]) => new Uint8Array(all)
  test.each<[string, string | Uint8Array<ArrayBuffer>, number]>([
    ['nothing', '', 400],
    ['half an object', '{"language":', 400],
    ['a comma too many', '{"language":"en",}', 400],
    ['a comment', '{"language":"en"} // ', 400],
    ['NaN', '{"language":NaN}', 400],
    ['a number without end', '{"language":1e999}', 400],
    ['a bare word', 'en', 400],
    ['null', 'null', 400],
    ['a list', '[{"language":"en"}]', 400],
    ['an unknown key', '{"language":"en","role":"administrator"}', 400],
    ['a key of the prototype', '{"language":"en","__proto__":{"isAdmin":true}}', 400],
    ['the same, escaped', '{"language":"en","\\u005f_proto__":{"isAdmin":true}}', 400],
    ['a constructor', '{"language":"en","constructor":{"prototype":{"a":1}}}', 400],
    ['toString', '{"language":"en","toString":1}', 400],
    ['seventeen lists', `{"language":${deep(17)}}`, 400],
    ['thirty thousand lists', deep(30_000), 400],
    ['ten thousand objects', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`, 400],
    ['more than 64 KB', JSON.stringify({ language: 'x'.repeat(66_000) }), 413],
    ['a megabyte', JSON.stringify({ language: 'x'.repeat(1_000_000) }), 413],
    ['UTF-16', new Uint8Array(Buffer.from('{"language":"en"}', 'utf16le')), 400],
    ['bytes that are no text', bytes(0x7b, 0xff, 0xc0, 0xaf, 0x7d), 400],
  ])('%s', async (what, body, expected) => {
    const started = performance.now()
    const answer = await send('/api/me/language', { ...language, body })
    expect(answer.status).toBe(expected)
    expectRefusal(answer, what)
    expect(performance.now() - started).toBeLessThan(1_000)
  })

  test('compressed is not unpacked', async () => {
    const headers = { ...json, 'content-encoding': 'gzip' }
    const body = new Uint8Array(gzipSync(language.body))
    expectRefusal(await send('/api/me/language', { ...language, headers, body }), 'gzip')
  })
})

describe('a path that is written another way', () => {
  const long = 'a'.repeat(14_000)
  test.each([
    ...['//api', '//api/session', '/api', '/api/', '/API/session', '/Api', '/%61pi/nope'],
    ...['/api;x', '/api%00', '/api/session/', '/api//session', '/api%2fsession', '/api/../x'],
    ...['/./api/session', '/x/../api/session', '/\\api', '/api\\session', '/.%2fapi', '*'],
    ...['/%', '/%ff', '/api/%ff', '/api/people/%ff', '/api/people/%zz', `/api/people/${long}`],
    ...['/..%2f..%2fpackage.json', '/%2e%2e/package.json', '/../../package.json'],
    ...['/_app/../../../package.json', '/_app/%2e%2e/%2e%2e/package.json', '/_app/%00'],
    ...['/_app/..%2f..%2f..%2fpackage.json', '/_app/..%5c..%5cpackage.json', '/_app/', '/_app'],
    ...['/widget/assets/..%2f..%2f..%2fpackage.json', '/widget/assets/', '/widget'],
    ...['/files/photos/..%2f..%2fpackage.json/96', '/files', '/files/', '/dev/mail/x', '/.env'],
    ...['/widget/frame', '/widget/frame?key=%00', '/widget/frame?key=a&key=b'],
    ...['/widget/frame?key[a]=b', '/api/visitor/sites/__proto__', '/api/constructor'],
  ])('%s', async (path) => {
    const answer = await sendPath(house.url, path, { headers: { accept: 'text/html' } })
    expectRefusal(answer, path)
  })

  test('is the same door, with the same lock, when it is only spelled in percents', async () => {
    const answer = await sendPath(house.url, '/%61pi/session')
    expect(answer.status).toBe(401)
    expectRefusal(answer, 'spelled in percents')
  })
})

describe('a door is opened by its own methods alone', () => {
  const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PURGE']

  /** Such as `/api/people/preview` for `/api/people/:id`, whose shape then refuses the id. */
  const isIn = (path: string, { path: pattern }: Door) =>
    new RegExp(`^${pattern.replace(/:\w+/g, '[^/]+')}$`).test(path)

  test('and any other is answered as no door at all', async () => {
    const doors = await doorsOf(house.url)
    const known = new Set(doors.map(nameOf))
    const paths = [...new Set(doors.map((door) => door.path))]
    const others = paths.flatMap((path) => METHODS.map((method) => ({ method, path })))
    const wrong = others.filter(({ method, path }) => !known.has(`${method} ${path}`))
    const headers = { cookie: me.cookie, origin: house.url, 'x-http-method-override': 'GET' }
    await inGroups(wrong, 16, async ({ method, path }) => {
      const names = doors.some((door) => door.method === method && isIn(path, door))
      const { status } = await sendPath(house.url, path, { method, headers })
      expect([method, path, status]).toEqual([method, path, names ? 400 : 404])
    })
    expect(wrong.length).toBeGreaterThan(paths.length * 6)
  })
})

describe('who asks is told by one cookie and one token', () => {
  test.each([
    ['the cookie', () => ({ cookie: me.cookie }), 200],
    ['the same cookie twice', () => ({ cookie: `${me.cookie}; ${me.cookie}` }), 401],
    ['one planted before it', () => ({ cookie: `sid=planted; ${me.cookie}` }), 401],
    ['one planted behind it', () => ({ cookie: `${me.cookie}; sid=planted` }), 401],
    ['an empty one beside it', () => ({ cookie: `sid=; ${me.cookie}` }), 401],
    ['a hundred others', () => ({ cookie: `${'a=b; '.repeat(100)}${me.cookie}` }), 200],
    ['a NUL in it', () => ({ cookie: 'sid=%00' }), 401],
    ['far too long a one', () => ({ cookie: `sid=${'a'.repeat(8_000)}` }), 401],
    ['the token as a bearer', () => ({ authorization: `Bearer ${me.cookie.slice(4)}` }), 401],
    ['the name in capitals', () => ({ cookie: me.cookie.replace('sid', 'SID') }), 401],
  ])('%s', async (_, headers, expected) => {
    expect((await sendPath(house.url, '/api/session', { headers: headers() })).status).toBe(
      expected,
    )
  })
})

describe('bytes that are no request', () => {
  test.each([
    ['TLS', '\x16\x03\x01\x02\x00\x01\r\n\r\n', 400],
    ['an unknown method', 'FOO /api/session HTTP/1.1\r\nHost: a\r\n\r\n', 400],
    ['headers without end', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    [
      'two lengths',
      'POST /api/session HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
  ])('%s', async (what, bytes, expected) => {
    const answer = await sendRaw(house.url, Buffer.from(bytes, 'latin1'))
    expect(answer.status).toBe(expected)
    expectRefusal(answer, what)
  })
})

afterAll(async () => {
  const { status, body } = await sendPath(house.url, '/livez')
  expect([status, body]).toEqual([200, '{"status":"alive"}'])
})
