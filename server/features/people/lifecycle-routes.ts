import type { FastifyInstance } from 'fastify'
import { people as api } from '#contract/people.ts'
import { serve } from '../../platform/serve.ts'
import { changePeople, undoBatch } from './batch.ts'
import { actOnPeople, previewAct } from './lifecycle.ts'

export function lifecycleRoutes(app: FastifyInstance): void {
  serve(app, api.preview, (ctx, { body }) => previewAct(ctx, body))
  serve(app, api.act, (ctx, { body }) => actOnPeople(ctx, body))
  serve(app, api.changeMany, (ctx, { body }) => changePeople(ctx, body))
  serve(app, api.undo, (ctx, { params }) => undoBatch(ctx, params.id))
}
