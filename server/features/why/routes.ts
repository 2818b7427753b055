// The HTTP doors of Why.
import type { FastifyInstance } from 'fastify'
import * as api from '#contract/why.ts'
import { serve } from '../../platform/serve.ts'
import { whyChat, whyOperator } from './explain.ts'

export function whyRoutes(app: FastifyInstance): void {
  serve(app, api.why.chat, (ctx, { params }) => whyChat(ctx, params.id))
  serve(app, api.why.operator, (ctx, { params }) => whyOperator(ctx, params.id))
}
