// The HTTP doors of presence. Choosing an availability moves chats: that door is statuses'.
import type { FastifyInstance } from 'fastify'
import * as api from '#contract/presence.ts'
import { found } from '../../platform/refuse.ts'
import { serve } from '../../platform/serve.ts'
import { noteActivity, readRules, setRules } from './actions.ts'
import * as presence from './queries.ts'

export function presenceRoutes(app: FastifyInstance): void {
  serve(app, api.presence.mine, async ({ db, actor }) =>
    found(await presence.findOperator(db, actor.organisationId, actor.userId)),
  )
  serve(app, api.presence.active, (ctx) => noteActivity(ctx))
  serve(app, api.presence.rules, (ctx) => readRules(ctx))
  serve(app, api.presence.setRules, (ctx, { body }) => setRules(ctx, body))
}
