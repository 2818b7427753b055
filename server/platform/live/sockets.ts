// Sockets: who may open one, and what stands behind it. Socket.IO's traffic never passes through
// Fastify's hooks, so every check is made again here, by the same functions.
import type { Server as HttpServer, IncomingMessage } from 'node:http'
import { type Namespace, Server, type Socket } from 'socket.io'
import { Refusal } from '../refuse.ts'

export interface SocketGate {
  /** Whether a page of this origin may open a socket; browsers always say which. */
  isOwnOrigin(request: IncomingMessage): boolean
  clientIp(request: IncomingMessage): string | undefined
  isDraining(): boolean
}

const MOST_PER_IP = 400

/** Opens Socket.IO on the HTTP server: websocket only, small frames, no recovery of its own. */
export function openSockets(http: HttpServer, gate: SocketGate): Server {
  const perIp = new Map<string, number>()
  const io = new Server(http, {
    transports: ['websocket'],
    serveClient: false,
    allowEIO3: false,
    perMessageDeflate: false,
    maxHttpBufferSize: 65_536,
    connectTimeout: 5_000,
    pingInterval: 10_000,
    pingTimeout: 10_000,
    allowRequest: (request, decide) => decide(null, mayOpen(request, gate, perIp)),
  })
  io.engine.on(
    'connection',
    (connection: { request: IncomingMessage; on(e: 'close', f: () => void): void }) => {
      const ip = gate.clientIp(connection.request) ?? ''
      perIp.set(ip, (perIp.get(ip) ?? 0) + 1)
      connection.on('close', () => {
        const left = (perIp.get(ip) ?? 1) - 1
        if (left > 0) perIp.set(ip, left)
        else perIp.delete(ip)
      })
    },
  )
  io.engine.on('headers', (headers: Record<string, string>) => {
    headers['x-content-type-options'] = 'nosniff'
    headers['cache-control'] = 'no-store'
  })
  // Nothing lives in the main namespace; a socket that joins it is told so and cut.
  io.use((_socket, next) => next(new Error('not_found')))
  return io
}

function mayOpen(request: IncomingMessage, gate: SocketGate, perIp: Map<string, number>): boolean {
  const ip = gate.clientIp(request)
  if (ip === undefined || gate.isDraining() || !gate.isOwnOrigin(request)) return false
  return (perIp.get(ip) ?? 0) < MOST_PER_IP
}

/** A namespace whose sockets are let in by `authenticate`; its refusal's code reaches the client. */
export function openNamespace<Who>(
  io: Server,
  name: string,
  authenticate: (socket: Socket) => Promise<Who>,
  welcome: (socket: Socket, who: Who) => void,
  failed: (error: unknown) => void,
): Namespace {
  const known = new WeakMap<Socket, Who>()
  const namespace = io.of(name)
  namespace.use((socket, next) => {
    authenticate(socket).then(
      (who) => {
        known.set(socket, who)
        next()
      },
      (error: unknown) => {
        if (!(error instanceof Refusal)) failed(error)
        next(new Error(error instanceof Refusal ? error.code : 'internal'))
      },
    )
  })
  namespace.on('connection', (socket) => {
    const who = known.get(socket)
    if (who === undefined) socket.disconnect(true)
    else welcome(socket, who)
  })
  return namespace
}
