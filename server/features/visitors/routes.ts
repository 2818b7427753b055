// The HTTP doors of visitors: what the widget calls.
import type { FastifyInstance } from 'fastify'
import * as api from '#contract/visitors.ts'
import { serveAnyone, serveVisitor } from '../../platform/serve.ts'
import { ask, begin, greet, leave, listMine, readMine, writeMine } from './actions.ts'

export function visitorRoutes(app: FastifyInstance): void {
  serveAnyone(app, api.visitors.greet, ({ db }, { params }) => greet(db, params.key))
  serveAnyone(app, api.visitors.begin, (ctx, { body }) => begin(ctx, body))
  serveVisitor(app, api.visitors.chats, (ctx) => listMine(ctx))
  serveVisitor(app, api.visitors.ask, (ctx, { body }) => ask(ctx, body))
  serveVisitor(app, api.visitors.messages, (ctx, { params }) => readMine(ctx, params.id))
  serveVisitor(app, api.visitors.write, (ctx, { params, body }) => writeMine(ctx, params.id, body))
  serveVisitor(app, api.visitors.leave, (ctx, { params }) => leave(ctx, params.id))
}
