// Serves a contract endpoint: who is it, may they, does the shape fit; then plain data in and out.
import type { Readable } from 'node:stream'
import type {} from '@fastify/multipart'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Endpoint } from '#contract/endpoint.ts'
import { mayAnywhere, type Permission } from '#contract/permissions.ts'
import type { Actor, ActorCtx, Ctx, Visitor, VisitorCtx } from './context.ts'
import { Refusal } from './refuse.ts'
import { readOneFile } from './upload.ts'

declare module 'fastify' {
  interface FastifyRequest {
    ctx: Ctx
    actor: Actor | null
    visitor: Visitor | null
  }
  interface FastifyContextConfig {
    endpoint?: Endpoint<unknown, unknown>
    /** For anyone, and no part of the API: its description. */
    isOpen?: boolean
  }
}

type Handle<C, In, Out> = (ctx: C, input: In) => Promise<Out>
type Gate<C> = (request: FastifyRequest) => C

interface Means {
  /** Also for those who must change their password first. */
  beforeChange?: boolean
}

/** For those who are signed in, with the permission that the endpoint names. */
export function serve<In, Out>(
  app: FastifyInstance,
  endpoint: Endpoint<In, Out>,
  handle: Handle<ActorCtx, In, Out>,
  { beforeChange = false }: Means = {},
): void {
  const { needs } = endpoint
  if (needs === 'nothing' || needs === 'visitor')
    throw new Error(`${endpoint.path} is not for actors`)
  route(app, endpoint, handle, (request) => mustHave(request, needs, beforeChange))
}

function mustHave(
  request: FastifyRequest,
  needs: Permission | 'session',
  beforeChange = false,
): ActorCtx {
  const { ctx } = request
  const actor = mustBeSignedIn(request, beforeChange)
  if (needs !== 'session' && !mayAnywhere(actor.grants, needs)) throw new Refusal('forbidden')
  return { ...ctx, actor, organisationId: actor.organisationId, actorId: actor.userId }
}

function mustBeSignedIn({ actor }: FastifyRequest, beforeChange = false): Actor {
  if (actor === null) throw new Refusal('unauthenticated')
  if (actor.mustChangePassword && !beforeChange) throw new Refusal('password_change_needed')
  return actor
}

/** For visitors with their token. */
export function serveVisitor<In, Out>(
  app: FastifyInstance,
  endpoint: Endpoint<In, Out>,
  handle: Handle<VisitorCtx, In, Out>,
): void {
  if (endpoint.needs !== 'visitor') throw new Error(`${endpoint.path} is not for visitors`)
  route(app, endpoint, handle, ({ ctx, visitor }) => {
    if (visitor === null) throw new Refusal('unauthenticated')
    return { ...ctx, visitor, organisationId: visitor.organisationId, actorId: null }
  })
}

/** For anyone at all; the handler must guard itself. */
export function serveAnyone<In, Out>(
  app: FastifyInstance,
  endpoint: Endpoint<In, Out>,
  handle: Handle<Ctx, In, Out>,
): void {
  if (endpoint.needs !== 'nothing') throw new Error(`${endpoint.path} is not for anyone`)
  route(app, endpoint, handle, ({ ctx }) => ctx)
}

/** An upload: the file's bytes come in, already bounded; who may is decided before they are read. */
export function serveUpload<In, Out>(
  app: FastifyInstance,
  endpoint: Endpoint<In, Out>,
  admit: (ctx: ActorCtx, input: In) => Promise<void>,
  handle: (ctx: ActorCtx, file: Uint8Array, input: In) => Promise<Out>,
): void {
  const { needs } = endpoint
  const { file, params, reply } = endpoint.shape
  if (!file || needs === 'nothing' || needs === 'visitor')
    throw new Error(`${endpoint.path} takes no file of actors`)
  app.route({
    method: endpoint.method,
    url: endpoint.path,
    config: { endpoint: endpoint as Endpoint<unknown, unknown> },
    schema: { ...(params && { params }), response: { 200: reply } },
    // Before the path is looked at: whoever may not ask learns nothing about its shape.
    preValidation: async (request) => void mustHave(request, needs),
    handler: async (request) => {
      const acting = mustHave(request, needs)
      const input = { params: request.params } as In
      await admit(acting, input)
      return handle(acting, await readOneFile(request, file.maxBytes), input)
    },
  })
}

export interface Download {
  /** What the browser calls the file. */
  name: string
  content: Readable
}

/** A file, told as it is read: for those who are signed in, with the permission that the endpoint names. */
export function serveDownload<In>(
  app: FastifyInstance,
  endpoint: Endpoint<In, string>,
  handle: (ctx: ActorCtx, input: In) => Promise<Download>,
): void {
  const { needs, method, path, shape } = endpoint
  const { download, query, params } = shape
  if (download === undefined || needs === 'nothing' || needs === 'visitor')
    throw new Error(`${path} gives no file to actors`)
  app.route({
    method,
    url: path,
    config: { endpoint: endpoint as Endpoint<unknown, unknown> },
    schema: { ...(params && { params }), ...(query && { querystring: query }) },
    preValidation: async (request) => void mustHave(request, needs),
    handler: async (request, reply) => {
      const input = { params: request.params, query: request.query } as In
      const { name, content } = await handle(mustHave(request, needs), input)
      return reply
        .type(download)
        .header('content-disposition', `attachment; filename="${name}"`)
        .send(content)
    },
  })
}

function route<C, In, Out>(
  app: FastifyInstance,
  endpoint: Endpoint<In, Out>,
  handle: Handle<C, In, Out>,
  gate: Gate<C>,
): void {
  const { method, path, shape } = endpoint
  const { params, query, body, maxBytes, reply } = shape
  app.route({
    method,
    url: path,
    config: { endpoint: endpoint as Endpoint<unknown, unknown> },
    // A large body is not even read for whoever may not ask.
    ...(maxBytes && {
      bodyLimit: maxBytes,
      onRequest: async (request: FastifyRequest) => void gate(request),
    }),
    schema: {
      ...(params && { params }),
      ...(query && { querystring: query }),
      ...(body && { body }),
      response: { 200: reply },
    },
    // Before the body is even looked at: whoever may not ask learns nothing about the shape.
    preValidation: async (request) => {
      gate(request)
      // Read for uploads, and let through unread elsewhere.
      if (request.isMultipart()) throw new Refusal('unsupported_media')
    },
    handler: (request) =>
      handle(gate(request), {
        params: request.params,
        query: request.query,
        body: request.body,
      } as In),
  })
}
