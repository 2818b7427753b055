import type { FastifyInstance } from 'fastify'
import { imports as api } from '#contract/imports.ts'
import { serve } from '../../platform/serve.ts'
import { findImport, listRows, previewImport } from './actions.ts'
import { applyImport } from './apply.ts'
import { undoImport } from './undo.ts'

export function importRoutes(app: FastifyInstance): void {
  serve(app, api.preview, (ctx, { body }) => previewImport(ctx, body))
  serve(app, api.get, (ctx, { params }) => findImport(ctx, params.id))
  serve(app, api.rows, (ctx, { params, query }) => listRows(ctx, params.id, query))
  serve(app, api.apply, (ctx, { params }) => applyImport(ctx, params.id))
  serve(app, api.undo, (ctx, { params }) => undoImport(ctx, params.id))
}
