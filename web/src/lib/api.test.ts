import { createServer, type RequestListener, type Server } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import type { Endpoint } from '#contract/endpoint.ts'
import { addressOf, call, Refused, Unreachable } from './api.ts'

const rename: Endpoint<{ params: { id: string }; body?: object }, { name: string } | undefined> = {
  method: 'POST',
  path: '/api/things/:id',
  needs: 'nothing',
  summary: '',
  shape: { reply: {} },
}

let server: Server | undefined

// The page is put at the address of a real server on loopback.
async function serve(listener: RequestListener) {
  const started = createServer(listener).listen(0, '127.0.0.1')
  server = started
  await new Promise((ready) => started.once('listening', ready))
  const address = started.address()
  if (typeof address !== 'object' || !address) throw new Error('no address')
  Reflect.get(window, 'happyDOM').setURL(`http://127.0.0.1:${address.port}/`)
}

afterEach(() => server?.close())

test('an address fills its names and repeats its lists', () => {
  const query = { q: 'é', in: ['a', 'b'], no: undefined }
  expect(addressOf('/api/a/:id', { params: { id: 'x/y' }, query })).toBe(
    '/api/a/x%2Fy?q=%C3%A9&in=a&in=b',
  )
})

test('a call sends its body as JSON and gives back what the server said', async () => {
  await serve((request, answer) => {
    request.setEncoding('utf8').on('data', (sent) => {
      const type = request.headers['content-type']
      answer.end(JSON.stringify({ name: `${request.method} ${request.url} ${type} ${sent}` }))
    })
  })
  expect(await call(rename, { params: { id: '7' }, body: { a: 1 } })).toEqual({
    name: 'POST /api/things/7 application/json {"a":1}',
  })
})

test('an answer without content is undefined', async () => {
  await serve((_, answer) => answer.writeHead(204).end())
  expect(await call(rename, { params: { id: '7' } })).toBeUndefined()
})

test('a refusal carries its code, its field and the id to quote', async () => {
  const error = { code: 'name_taken', message: 'taken', field: 'name' }
  await serve((_, answer) =>
    answer.writeHead(409, { 'x-request-id': 'r-1' }).end(JSON.stringify({ error })),
  )
  const refused = await call(rename, { params: { id: '7' } }).catch((caught: unknown) => caught)
  expect(refused).toBeInstanceOf(Refused)
  expect(refused).toMatchObject({
    code: 'name_taken',
    field: 'name',
    requestId: 'r-1',
    status: 409,
  })
})

test('an answer that is not ours counts as no answer', async () => {
  await serve((_, answer) => answer.writeHead(502).end('<h1>Bad gateway</h1>'))
  await expect(call(rename, { params: { id: '7' } })).rejects.toBeInstanceOf(Unreachable)
})

test('no server counts as no answer', async () => {
  await serve(() => undefined)
  await new Promise((closed) => server?.close(closed))
  await expect(call(rename, { params: { id: '7' } })).rejects.toBeInstanceOf(Unreachable)
})

test('a call that is stopped says so, and nothing else', async () => {
  const stop = new AbortController()
  await serve(() => stop.abort())
  const calling = call(rename, { params: { id: '7' } }, { signal: stop.signal })
  await expect(calling).rejects.toMatchObject({ name: 'AbortError' })
  server?.closeAllConnections()
})
