import type { FastifyInstance } from 'fastify'
import { session } from '#contract/session.ts'
import { serve, serveAnyone } from '../../platform/serve.ts'
import { describe, enter, signIn, signOut } from './actions.ts'

export function signInRoutes(app: FastifyInstance): void {
  serveAnyone(app, session.signIn, (ctx, { body }) => signIn(ctx, body))
  serve(app, session.me, (ctx) => describe(ctx, ctx.actor.userId, ctx.organisationId))
  serve(app, session.signOut, signOut)
  serve(app, session.enter, (ctx, { body }) => enter(ctx, body.organisationId))
}
