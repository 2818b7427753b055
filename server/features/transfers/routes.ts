// The HTTP doors of transfers. Taking one is accepting an offer (routing).
import type { FastifyInstance } from 'fastify'
import * as api from '#contract/transfers.ts'
import { serve } from '../../platform/serve.ts'
import * as actions from './actions.ts'
import { listTargets } from './targets.ts'

export function transferRoutes(app: FastifyInstance): void {
  const { transfers } = api
  serve(app, transfers.targets, (ctx, { params }) => listTargets(ctx, params.id))
  serve(app, transfers.list, (ctx, { params }) => actions.listTransfers(ctx, params.id))
  serve(app, transfers.begin, (ctx, { params, body }) =>
    actions.beginTransfer(ctx, params.id, body),
  )
  serve(app, transfers.cancel, (ctx, { params }) => actions.cancelTransfer(ctx, params.id))
  serve(app, transfers.decline, (ctx, { params, body }) =>
    actions.declineTransfer(ctx, params.id, body),
  )
  serve(app, transfers.assign, (ctx, { params, body }) => actions.assignChat(ctx, params.id, body))
  serve(app, transfers.move, (ctx, { params, body }) => actions.moveChat(ctx, params.id, body))
  serve(app, transfers.rules, (ctx) => actions.readRules(ctx))
  serve(app, transfers.setRules, (ctx, { body }) => actions.setRules(ctx, body))
}
