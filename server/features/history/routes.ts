// The HTTP doors of History.
import type { FastifyInstance } from 'fastify'
import * as api from '#contract/history.ts'
import { serve } from '../../platform/serve.ts'
import { listEnded, listPlaces, readThread, transferThread } from './actions.ts'

export function historyRoutes(app: FastifyInstance): void {
  serve(app, api.history.list, (ctx, { query }) => listEnded(ctx, query))
  serve(app, api.history.places, (ctx) => listPlaces(ctx))
  serve(app, api.history.read, (ctx, { params }) => readThread(ctx, params.id))
  serve(app, api.history.transfer, (ctx, { params, body }) => transferThread(ctx, params.id, body))
}
