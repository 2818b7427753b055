import type { FastifyInstance } from 'fastify'
import { session } from '#contract/session.ts'
import { serve, serveAnyone } from '../../platform/serve.ts'
import { confirm, describe, enter, signIn, signOut } from './actions.ts'

export function signInRoutes(app: FastifyInstance): void {
  serveAnyone(app, session.signIn, (ctx, { body }) => signIn(ctx, body))
  serve(app, session.me, (ctx) => describe(ctx, ctx.actor, ctx.organisationId), {
    beforeChange: true,
  })
  serve(app, session.signOut, (ctx, { query }) => signOut(ctx, query.chats), {
    beforeChange: true,
  })
  serve(app, session.confirm, (ctx, { body }) => confirm(ctx, body.password))
  serve(app, session.enter, (ctx, { body }) => enter(ctx, body.organisationId))
}
