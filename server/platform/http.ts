// The HTTP server before any door is put on it: limits, headers on every answer, who is asking.
import { randomUUID } from 'node:crypto'
import cookie from '@fastify/cookie'
import multipart from '@fastify/multipart'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Actor, Browser, Ctx, Visitor } from './context.ts'
import type { Cookies } from './cookies.ts'
import { answerError } from './errors.ts'
import { type IsOwnOrigin, mayChange } from './origin.ts'
import { Refusal } from './refuse.ts'
import { answerNoRequest, secureHeaders } from './secure-headers.ts'

export interface Identify {
  /** May refuse whoever may not work from the address. */
  actor(sessionToken: string | undefined, ip: string): Promise<Actor | null>
  visitor(token: string): Promise<Visitor | null>
}

export interface HttpParts {
  logLevel: string
  isSecure: boolean
  cookies: Cookies
  clientIp(request: FastifyRequest['raw']): string | undefined
  isOwnOrigin: IsOwnOrigin
  identify: Identify
  /** Whether this server is about to end. */
  isDraining(): boolean
  /** What every request's ctx shares. */
  shared: Omit<Ctx, 'browser' | 'log' | 'requestId'>
}

const SECRETS = ['req.headers.cookie', 'req.headers.authorization', 'res.headers["set-cookie"]']
/** What a log line says of an error: drivers hang connections and settings on theirs. */
function errorInLog(error: Error & { code?: string }) {
  const { name, message, stack, code } = error
  return { type: name, message, stack: stack ?? '', ...(code !== undefined && { code }) }
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

export async function openHttp(parts: HttpParts): Promise<FastifyInstance> {
  const headers = secureHeaders(parts.isSecure)
  const app = Fastify({
    logger: { level: parts.logLevel, redact: SECRETS, serializers: { err: errorInLog } },
    genReqId: () => randomUUID(),
    bodyLimit: 65_536,
    requestTimeout: 30_000,
    keepAliveTimeout: 65_000,
    routerOptions: { maxParamLength: 200 },
    exposeHeadRoutes: false,
    // An address that cannot be read passes no hook: its answer is given the headers here.
    frameworkErrors: (_error, request, reply) =>
      void answerError(new Refusal('not_found'), request, reply.headers(headers)),
    clientErrorHandler: (error, socket) => answerNoRequest(error, socket, headers),
    // Never change what came in to make it fit, never drop what was not asked for.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } },
  })
  app.removeContentTypeParser('text/plain')
  await app.register(cookie)
  await app.register(multipart, { throwFileSizeLimit: true })
  app.decorateRequest('ctx')
  app.decorateRequest('actor', null)
  app.decorateRequest('visitor', null)
  app.setErrorHandler(answerError)
  refuseDoorsWithoutGate(app)
  app.addHook('onRequest', (request, reply) => enter(parts, request, reply))
  app.addHook('onSend', async (_request, reply) => {
    for (const [name, value] of Object.entries(headers))
      if (!reply.hasHeader(name)) reply.header(name, value)
    // A kept connection would keep a server from ending that only waits for it.
    if (parts.isDraining()) reply.header('connection', 'close')
  })
  return app
}

/** However it is spelled, it would be taken for a part of the API. */
const UNDER_API = /^\/+api(\/|$)/i

/** Deny by default: what stands under /api must say who may come in, or the server does not start. */
function refuseDoorsWithoutGate(app: FastifyInstance): void {
  app.addHook('onRoute', ({ url, config }) => {
    if (UNDER_API.test(url) && !config?.endpoint && !config?.isOpen)
      throw new Error(`${url} does not say who may come in`)
  })
}

async function enter(
  parts: HttpParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const ip = parts.clientIp(request.raw)
  if (ip === undefined) throw new Refusal('forbidden')
  const browser = browserOf(parts.cookies, request, reply, ip)
  request.ctx = { ...parts.shared, log: request.log, requestId: request.id, browser }
  const { endpoint } = request.routeOptions.config
  if (endpoint === undefined) return
  reply.header('cache-control', 'no-store')
  if (!SAFE.has(request.method) && !mayChange(request.raw, parts.isOwnOrigin))
    throw new Refusal('wrong_origin')
  if (endpoint.needs === 'nothing') return
  if (endpoint.needs === 'visitor') request.visitor = await visitorOf(parts, request)
  else request.actor = await parts.identify.actor(parts.cookies.sessionOf(request.raw), ip)
}

function visitorOf(parts: HttpParts, request: FastifyRequest): Promise<Visitor | null> {
  const [, token] = /^Bearer ([A-Za-z0-9_-]{43})$/.exec(request.headers.authorization ?? '') ?? []
  return token === undefined ? Promise.resolve(null) : parts.identify.visitor(token)
}

function browserOf(
  cookies: Cookies,
  request: FastifyRequest,
  reply: FastifyReply,
  ip: string,
): Browser {
  return {
    ip,
    host: request.headers.host ?? '',
    userAgent: request.headers['user-agent'] ?? '',
    deviceToken: cookies.deviceOf(request.raw),
    keepSession: (token) => cookies.keepSession(reply, token),
    dropSession: () => cookies.dropSession(reply),
    keepDevice: (token) => cookies.keepDevice(reply, token),
  }
}
