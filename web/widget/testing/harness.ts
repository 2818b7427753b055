// A small server that keeps the contract's visitor side in memory, for driving the built widget in a
// browser through every state, also those that take a real floor minutes to reach.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import { Server, type Socket } from 'socket.io'
import type { Message } from '#contract/chats.ts'
import type { ClientEvents, Frame, ServerEvents } from '#contract/frames.ts'
import type { RefusalCode } from '#contract/refusals.ts'
import type { Greeting, OperatorCard, Visit } from '#contract/visitors.ts'

export const SITE_KEY = 'abcdefghij0123456789'
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ws: wss:; img-src 'self' blob: data:; font-src 'self'"
/** All that a page around the widget must allow: the loader's script, and the frame. */
const HOST_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; frame-src 'self'"
const TYPES: Record<string, string> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
}

type Link = Socket<ClientEvents, ServerEvents>

/** The floor behind the widget: one visitor, one chat at a time, and what its operators do. */
export class Floor {
  greeting: Greeting = {
    name: 'Noordzee Outdoor',
    colour: '#00727c',
    language: 'en',
    welcome: null,
    anybodyOnline: true,
    closed: null,
    changesAt: null,
  }
  visit: Visit | undefined
  messages: Message[] = []
  tokens = new Set<string>()
  /** What the next calls to a path are refused with. */
  refuse = new Map<string, RefusalCode>()
  /** Messages received, a retry counted again. */
  received: string[] = []
  firstPlace: Pick<Visit, 'place' | 'wait' | 'anybodyOnline'> = {
    place: 2,
    wait: { fromSeconds: 60, toSeconds: 170 },
    anybodyOnline: true,
  }
  readonly links = new Set<Link>()
  #t = 0

  send(frame: Frame): void {
    for (const link of this.links) link.emit('frame', frame)
  }

  /** Changes the visit and tells it. */
  set(change: Partial<Visit>): void {
    if (!this.visit) return
    this.visit = { ...this.visit, ...change }
    this.#t += 1
    this.send(this.visitFrame())
  }

  visitFrame(): Frame {
    const visit = this.visit
    return {
      s: `visit:${visit?.id}`,
      p: -1,
      t: this.#t,
      r: visit ? [['visit', visit.id, this.#t, visit]] : [],
    }
  }

  join(operator: OperatorCard): void {
    this.set({ state: 'active', operator, place: null, wait: null })
  }

  /** Adds a message; `isTold` false loses its frame, as a bad line would. */
  say(
    author: Message['author'],
    body: string,
    clientId: string = crypto.randomUUID(),
    isTold = true,
  ): Message | undefined {
    const chat = this.visit
    if (!chat) return undefined
    const known = this.messages.find((message) => message.clientId === clientId)
    if (known) return known
    const seq = this.messages.length + 1
    const message: Message = {
      id: `${chat.id}:${seq}`,
      chatId: chat.id,
      seq,
      clientId,
      author,
      authorId: null,
      authorName: author === 'operator' ? (chat.operator?.name ?? null) : null,
      body,
      at: new Date().toISOString(),
    }
    this.messages.push(message)
    if (isTold) this.send(this.messageFrame(seq - 1))
    return message
  }

  messageFrame(since: number): Frame {
    return {
      s: `chat:${this.visit?.id}`,
      p: since,
      t: this.messages.length,
      r: this.messages
        .filter(({ seq }) => seq > since)
        .map((message) => ['message', message.id, message.seq, message]),
    }
  }

  type(): void {
    const scope = `chat:${this.visit?.id}`
    const by = { id: 'x', name: 'somebody', photo: null }
    for (const link of this.links)
      link.emit('sign', { scope, kind: 'typing', subject: scope, by, holds: 20 })
  }
}

function follow(floor: Floor, link: Link): void {
  floor.links.add(link)
  link.on('disconnect', () => floor.links.delete(link))
  const id = floor.visit?.id
  link.emit('hello', {
    epoch: 'e',
    node: 'n',
    now: Date.now(),
    scopes: id ? [`visit:${id}`, `chat:${id}`] : [],
    heartbeat: 15_000,
  })
  link.on('watch', ({ s, since }, ack) => {
    ack?.({ ok: true, value: null })
    if (s.startsWith('visit:')) link.emit('frame', floor.visitFrame())
    else if (since < floor.messages.length)
      link.emit('frame', floor.messageFrame(Math.max(since, -1)))
  })
}

function refuse(reply: FastifyReply, status: number, code: RefusalCode): FastifyReply {
  return reply.status(status).send({ error: { code, message: code } })
}

function serveCalls(app: FastifyInstance, floor: Floor): void {
  app.addHook('preHandler', async (request, reply) => {
    const refused = floor.refuse.get(request.routeOptions.url ?? '')
    if (refused) return refuse(reply, 503, refused)
    const token = request.headers.authorization?.replace('Bearer ', '')
    const isOpen = ['/api/visitor', '/api/visitor/sites/:key'].includes(
      request.routeOptions.url ?? '',
    )
    if (request.url.startsWith('/api/') && !isOpen && !floor.tokens.has(token ?? ''))
      return refuse(reply, 401, 'unauthenticated')
    return undefined
  })
  app.get<{ Params: { key: string } }>('/api/visitor/sites/:key', (request, reply) =>
    request.params.key === SITE_KEY ? reply.send(floor.greeting) : refuse(reply, 404, 'not_found'),
  )
  app.post('/api/visitor', () => {
    const token = crypto.randomUUID()
    floor.tokens.add(token)
    return { token, expiresAt: new Date(Date.now() + 1e9).toISOString() }
  })
}

function serveChats(app: FastifyInstance, floor: Floor): void {
  app.get('/api/visitor/chats', () => (floor.visit ? [floor.visit] : []))
  app.post<{ Body: { id: string; clientId: string; body: string } }>(
    '/api/visitor/chats',
    (request) => {
      const { id, clientId, body } = request.body
      if (floor.visit?.id === id) return floor.visit
      floor.visit = {
        id,
        state: 'waiting',
        operator: null,
        early: null,
        isKept: false,
        isHandedOn: false,
        closedBecause: null,
        ...floor.firstPlace,
      }
      floor.messages = []
      floor.say('visitor', body, clientId)
      return floor.visit
    },
  )
  app.get('/api/visitor/chats/:id/messages', () => floor.messages)
  app.post<{ Body: { clientId: string; body: string } }>(
    '/api/visitor/chats/:id/messages',
    (request, reply) => {
      floor.received.push(request.body.body)
      if (floor.visit?.state === 'closed') return refuse(reply, 409, 'chat_closed')
      return reply.send(floor.say('visitor', request.body.body, request.body.clientId))
    },
  )
  app.post('/api/visitor/chats/:id/leave', () => {
    floor.set({
      state: 'closed',
      closedBecause: 'visitor',
      operator: floor.visit?.operator ?? null,
    })
    return floor.visit
  })
}

function serveFiles(app: FastifyInstance, built: string): void {
  const send = async (reply: FastifyReply, name: string, policy = POLICY): Promise<FastifyReply> =>
    reply
      .header('content-type', TYPES[path.extname(name)] ?? 'application/octet-stream')
      .header('content-security-policy', policy)
      .header('cross-origin-resource-policy', 'cross-origin')
      .send(await readFile(path.join(built, name)))
  app.get('/widget/loader.js', (_, reply) => send(reply, 'loader.js'))
  app.get('/widget/frame', (_, reply) => send(reply, 'frame.html'))
  app.get('/demo', (_, reply) => send(reply, 'demo.html', HOST_POLICY))
  app.get<{ Params: { name: string } }>('/widget/assets/:name', (request, reply) =>
    send(reply, `assets/${path.basename(request.params.name)}`),
  )
}

/** A customer's page on another origin, as bad as they come: strict, clobbered and meddling. */
function serveHostile(app: FastifyInstance): void {
  app.get('/hostile', (request, reply) => {
    const widget = `http://127.0.0.1:${request.port}`
    return reply
      .type('text/html')
      .header(
        'content-security-policy',
        `default-src 'none'; script-src 'self' ${widget}; frame-src ${widget}; style-src 'self'; require-trusted-types-for 'script'`,
      )
      .send(`<!doctype html><html lang="en"><title>Hostile</title>
        <link rel="stylesheet" href="/hostile.css">
        <form name="createElement"></form><img name="currentScript"><form name="body"></form>
        <script src="${widget}/widget/loader.js" data-key="${SITE_KEY}"></script>
        <script src="/hostile.js"></script><main><h1>A page</h1></main></html>`)
  })
  app.get('/hostile.css', (_, reply) =>
    reply.type('text/css').send('div,iframe,button{display:none;position:static;opacity:0}'),
  )
  app.get('/hostile.js', (_, reply) =>
    reply.type('text/javascript').send(`
      for (const name of ['setAttribute', 'attachShadow', 'getAttribute'])
        Element.prototype[name] = () => { throw new Error('meddled') }
      Node.prototype.appendChild = () => { throw new Error('meddled') }
      EventTarget.prototype.addEventListener = () => {}
      Array.prototype.toJSON = () => 'meddled'
      window.fake = () => window.postMessage({ switchboard: 1, say: 'unread', count: 7 }, '*')`),
  )
}

export interface Harness {
  floor: Floor
  origin: string
  /** Cuts every connection and refuses new ones, or takes them again. */
  cut: (isCut: boolean) => void
  close: () => Promise<void>
}

/** Serves a built widget (the folder) and a floor of its own on a loopback port. */
export async function startHarness(built: string): Promise<Harness> {
  const floor = new Floor()
  const app = fastify()
  let isCut = false
  app.addHook('onRequest', async (request) => {
    if (isCut) request.raw.destroy()
  })
  serveCalls(app, floor)
  serveChats(app, floor)
  serveFiles(app, built)
  serveHostile(app)
  const origin = await app.listen({ port: 0, host: '127.0.0.1' })
  const io = new Server<ClientEvents, ServerEvents>(app.server, {
    transports: ['websocket'],
    allowRequest: (_, take) => take(null, !isCut),
  })
  io.of('/visitor').use((link, next) =>
    next(floor.tokens.has(link.handshake.auth['token']) ? undefined : new Error('unauthenticated')),
  )
  io.of('/visitor').on('connection', (link) => follow(floor, link))
  return {
    floor,
    origin,
    cut: (now) => {
      isCut = now
      if (now) io.disconnectSockets(true)
      if (now) io.of('/visitor').disconnectSockets(true)
    },
    close: async () => {
      await io.close()
      await app.close()
    },
  }
}
