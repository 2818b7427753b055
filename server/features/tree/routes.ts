// The HTTP doors through which the account tree is changed.
import type { FastifyInstance } from 'fastify'
import { accounts as api } from '#contract/accounts.ts'
import { serve } from '../../platform/serve.ts'
import { changeAccount, createAccount, readSettings, readUse } from './actions.ts'
import { moveAccount, previewMove } from './move-actions.ts'

export function treeRoutes(app: FastifyInstance): void {
  serve(app, api.create, (ctx, { body }) => createAccount(ctx, body))
  serve(app, api.settings, (ctx, { params }) => readSettings(ctx, params.id))
  serve(app, api.change, (ctx, { params, body }) => changeAccount(ctx, params.id, body))
  serve(app, api.use, (ctx, { params }) => readUse(ctx, params.id))
  serve(app, api.previewMove, (ctx, { params, body }) =>
    previewMove(ctx, { id: params.id, ...body }),
  )
  serve(app, api.move, (ctx, { params, body }) => moveAccount(ctx, { id: params.id, ...body }))
}
