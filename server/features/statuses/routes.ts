// The HTTP doors of an operator's status.
import type { FastifyInstance } from 'fastify'
import { presence } from '#contract/presence.ts'
import * as api from '#contract/statuses.ts'
import { serve } from '../../platform/serve.ts'
import { readStatusDay, setAvailabilityOf } from './actions.ts'

export function statusRoutes(app: FastifyInstance): void {
  serve(app, api.statuses.day, (ctx, { params, query }) => readStatusDay(ctx, params.id, query.day))
  serve(app, presence.setOf, (ctx, { params, body }) => setAvailabilityOf(ctx, params.id, body))
}
