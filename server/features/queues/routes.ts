// The HTTP doors of queues. Serving one (assigned, joined) and changing one moves chats: those doors are
// routing's.
import type { FastifyInstance } from 'fastify'
import * as api from '#contract/queues.ts'
import { serve } from '../../platform/serve.ts'
import * as accounts from '../accounts/queries.ts'
import { createQueue, removeQueue } from './actions.ts'
import * as queues from './queries.ts'

export function queueRoutes(app: FastifyInstance): void {
  serve(app, api.queues.list, ({ db, actor }) =>
    queues.listVisible(db, actor.organisationId, accounts.visibleIds(actor), actor.userId),
  )
  serve(app, api.queues.create, (ctx, { body }) => createQueue(ctx, body))
  serve(app, api.queues.remove, (ctx, { params }) => removeQueue(ctx, params.id))
}
