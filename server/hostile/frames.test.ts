// Sockets and frames that no page of ours would send. Whatever comes, the server goes on, and a
// socket beside it hears nothing of it.
import { beforeAll, describe, expect, test } from 'vitest'
import { chats } from '#contract/chats.ts'
import { scope } from '#contract/scopes.ts'
import { session } from '#contract/session.ts'
import type { LiveClient } from '../client/live.ts'
import { furnish, until } from '../testing/floor.ts'
import { openHouse, type Person } from '../testing/house.ts'
import { sendPath } from '../testing/raw.ts'

const house = openHouse()
let me: Person
let neighbour: LiveClient

beforeAll(async () => {
  const { id: organisationId } = await house.organisation()
  me = await house.person({ organisationId, role: 'administrator' })
  neighbour = await me.live()
})

const UPGRADE = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
}

describe('a socket', () => {
  const port = () => new URL(house.url).port
  test.each<[string, () => Record<string, string>, string]>([
    ['from another site', () => ({ origin: 'https://evil.test' }), 'EIO=4&transport=websocket'],
    ['from nowhere', () => ({}), 'EIO=4&transport=websocket'],
    ['from a null origin', () => ({ origin: 'null' }), 'EIO=4&transport=websocket'],
    [
      'from our name as a prefix',
      () => ({ origin: `http://localhost.evil.test:${port()}` }),
      'EIO=4&transport=websocket',
    ],
    ['from another port', () => ({ origin: 'http://localhost:444' }), 'EIO=4&transport=websocket'],
    ['of another transport', () => ({ origin: house.url }), 'EIO=4&transport=webtransport'],
    ['that takes over another', () => ({ origin: house.url }), 'EIO=4&transport=websocket&sid=x'],
  ])('%s is not opened', async (_, headers, query) => {
    const path = `/socket.io/?${query}`
    const answer = await sendPath(house.url, path, {
      headers: { ...UPGRADE, cookie: me.cookie, ...headers() },
    })
    expect([400, 403]).toContain(answer.status)
  })

  test('of an old protocol is told nothing', async () => {
    const path = '/socket.io/?EIO=3&transport=websocket'
    const headers = { ...UPGRADE, cookie: me.cookie, origin: house.url }
    expect((await sendPath(house.url, path, { headers })).body).not.toContain('"sid"')
  })

  test('is never polled for, and hands out no script', async () => {
    const headers = { origin: house.url, cookie: me.cookie }
    for (const path of ['?EIO=4&transport=polling', 'socket.io.js', 'socket.io.js.map', ''])
      expect((await sendPath(house.url, `/socket.io/${path}`, { headers })).status).toBe(400)
  })
})

interface Heard {
  frames: string[]
  isClosed: boolean
}

/** Opens a socket as a browser of the user, sends the frames as they are, and listens a while. */
async function sendFrames(frames: readonly (string | Uint8Array<ArrayBuffer>)[], ms = 120) {
  const headers = { origin: house.url, cookie: me.cookie }
  const url = `${house.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`
  const socket = new WebSocket(url, { headers })
  const heard: Heard = { frames: [], isClosed: false }
  socket.addEventListener('message', ({ data }) => void heard.frames.push(String(data)))
  socket.addEventListener('close', () => {
    heard.isClosed = true
  })
  await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }))
  for (const frame of frames) {
    socket.send(frame)
    // What is sent before the greeting is answered ends the socket.
    if (frame === IN) await until(async () => heard.frames.some(isGreeting) || undefined)
  }
  await new Promise((resolve) => setTimeout(resolve, ms))
  socket.close()
  return heard
}

const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
const IN = '40/team,'
const isGreeting = (frame: string) => frame.startsWith('40/team,{')

describe('frames', () => {
  test('that are right are answered, so that what follows means something', async () => {
    const { frames } = await sendFrames([IN, '42/team,1["active",{}]'], 600)
    expect(frames.some((frame) => frame.startsWith('43/team,1[{"ok":true'))).toBe(true)
  })

  test.each<[string, (string | Uint8Array<ArrayBuffer>)[]]>([
    ['nothing', ['']],
    ['no protocol', ['zzz', '9', '49["x"]']],
    ['a ping of its own', ['2', '2probe']],
    ['two greetings', [IN, IN, IN]],
    ['events without a greeting', ['42/team,["active",{}]']],
    ['unknown rooms', ['40/nowhere,', '40/__proto__,', '40', '40/visitor,{"token":{}}']],
    ['a long greeting', [`40/team,{"token":"${'a'.repeat(60_000)}"}`]],
    ['an answer to nothing', [IN, '43/team,99[]', '43-1[]', `43/team,${'9'.repeat(80)}[]`]],
    ['names of the prototype', [IN, '42/team,["__proto__",{}]', '42/team,["constructor",{}]']],
    ['names that are its own', [IN, '42/team,["disconnect"]', '42/team,["error",{}]']],
    [
      'a name that is no text',
      [IN, '42/team,[{"toString":1},{}]', '42/team,[[],{}]', '42/team,[7]'],
    ],
    ['no name', [IN, '42/team,[]', '42/team,{}', '42/team,null']],
    ['no acknowledgement', [IN, '42/team,["watch",{"s":"floor:x","since":0}]']],
    ['a hundred arguments', [IN, `42/team,1["active",{}${',1'.repeat(100)}]`]],
    ['a key of the prototype', [IN, '42/team,1["active",{"__proto__":{"isAdmin":true}}]']],
    ['twenty thousand lists', [IN, `42/team,1["watch",${deep(20_000)}]`]],
    ['lists in a greeting', [`40/team,{"token":${deep(20_000)}}`]],
    ['a NUL and half a letter', [IN, '42/team,1["watch",{"s":"chat:\\u0000\\ud800","since":-1}]']],
    ['a scope of odd parts', [IN, '42/team,1["watch",{"s":"__proto__:constructor","since":-1}]']],
    ['a position without end', [IN, '42/team,1["watch",{"s":"floor:x","since":1e308}]']],
    ['more than may be', [IN, `42/team,["active","${'a'.repeat(70_000)}"]`]],
    ['a file promised', [IN, '451-/team,["active",{"_placeholder":true,"num":0}]', '42/team,[]']],
    ['a million files promised', [IN, '451000000-/team,["active",{}]']],
    [
      'a file in no place',
      [IN, '451-/team,["a",{"_placeholder":true,"num":-1}]', new Uint8Array(9)],
    ],
    ['bytes out of nowhere', [IN, new Uint8Array(1_000)]],
  ])('%s: the server goes on', async (_, frames) => {
    const { frames: heard } = await sendFrames(frames)
    expect(heard.filter((frame) => frame.includes('"internal"'))).toEqual([])
    expect((await me.try(session.me)).status).toBe(200)
    expect(neighbour.socket.connected).toBe(true)
    expect(await neighbour.socket.emitWithAck('active', {})).toMatchObject({ ok: true })
  })

  test('that mean nothing end the socket after a few', async () => {
    const wrong = Array.from({ length: 8 }, (_, at) => `42/team,${at}["nonsense",{}]`)
    const { frames, isClosed } = await sendFrames([IN, ...wrong], 600)
    expect(isClosed || frames.includes('41/team,')).toBe(true)
  })

  test('that come in a flood are not all heard', async () => {
    const flood = Array.from({ length: 200 }, (_, at) => `42/team,${at}["active",{}]`)
    const { frames } = await sendFrames([IN, ...flood], 1_000)
    const done = frames.filter((frame) => frame.includes('"ok":true')).length
    expect(done).toBeLessThanOrEqual(85)
  })
})

test.each([1_000_000, 2 ** 31, 2 ** 40])(
  'who claims to have read as far as %i keeps nobody from reading on',
  async (since) => {
    const floor = await furnish(house)
    const operator = await floor.operator()
    const visitor = await floor.visitor()
    const { id } = await visitor.ask('First')
    const page = await visitor.live()
    const claim = { s: scope.chat(id), since }
    expect(await page.socket.emitWithAck('watch', claim)).toMatchObject({ ok: true })
    await operator.answer()
    await operator.page.watch(scope.chat(id))
    const body = { clientId: crypto.randomUUID(), body: 'Second' }
    await operator.call(chats.write, { params: { id }, body })
    const said = ['First', 'Second'].join()
    const heard = (who: LiveClient) =>
      who.until(
        (replica) =>
          replica
            .all('message')
            .map((one) => one.body)
            .join() === said,
      )
    await heard(operator.page)
    await heard(page)
    page.close()
  },
)
