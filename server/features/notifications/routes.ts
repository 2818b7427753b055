import type { FastifyInstance } from 'fastify'
import { notifications as api } from '#contract/notifications.ts'
import { serve } from '../../platform/serve.ts'
import { readNotification } from './actions.ts'
import * as notifications from './queries.ts'

export function notificationRoutes(app: FastifyInstance): void {
  serve(app, api.list, ({ db, actor }) =>
    notifications.list(db, actor.organisationId, actor.userId),
  )
  serve(app, api.read, (ctx, { params }) => readNotification(ctx, params.id))
}
