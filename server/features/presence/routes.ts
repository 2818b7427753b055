// The HTTP door of presence. Choosing an availability moves chats: that door is routing's.
import type { FastifyInstance } from 'fastify'
import * as api from '#contract/presence.ts'
import { found } from '../../platform/refuse.ts'
import { serve } from '../../platform/serve.ts'
import * as presence from './queries.ts'

export function presenceRoutes(app: FastifyInstance): void {
  serve(app, api.presence.mine, async ({ db, actor }) =>
    found(await presence.findOperator(db, actor.organisationId, actor.userId)),
  )
}
