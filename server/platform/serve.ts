// Serves a contract endpoint: who is it, may they, does the shape fit; then plain data in and out.
import type {} from '@fastify/multipart'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Endpoint } from '#contract/endpoint.ts'
import { mayAnywhere } from '#contract/permissions.ts'
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
  route(app, endpoint, handle, (request) => {
    const { ctx } = request
    const actor = mustBeSignedIn(request, beforeChange)
    if (needs !== 'session' && !mayAnywhere(actor.grants, needs)) throw new Refusal('forbidden')
    return { ...ctx, actor, organisationId: actor.organisationId, actorId: actor.userId }
  })
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
  admit: (ctx: ActorCtx) => Promise<void>,
  handle: (ctx: ActorCtx, file: Uint8Array) => Promise<Out>,
): void {
  const { file } = endpoint.shape
  if (!file) throw new Error(`${endpoint.path} takes no file`)
  app.route({
    method: endpoint.method,
    url: endpoint.path,
    config: { endpoint: endpoint as Endpoint<unknown, unknown> },
    schema: { response: { 200: endpoint.shape.reply } },
    handler: async (request) => {
      const { ctx } = request
      const actor = mustBeSignedIn(request)
      const acting = { ...ctx, actor, organisationId: actor.organisationId, actorId: actor.userId }
      await admit(acting)
      return handle(acting, await readOneFile(request, file.maxBytes))
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
  const { params, query, body, reply } = shape
  app.route({
    method,
    url: path,
    config: { endpoint: endpoint as Endpoint<unknown, unknown> },
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
