// The HTTP doors of skills.
import type { FastifyInstance } from 'fastify'
import { skills as api } from '#contract/skills.ts'
import { serve } from '../../platform/serve.ts'
import * as accounts from '../accounts/queries.ts'
import { changeSkill, createSkill, removeSkill } from './actions.ts'
import * as skills from './queries.ts'

export function skillRoutes(app: FastifyInstance): void {
  serve(app, api.list, ({ db, actor }) =>
    skills.list(db, actor.organisationId, accounts.visibleIds(actor)),
  )
  serve(app, api.create, (ctx, { body }) => createSkill(ctx, body))
  serve(app, api.change, (ctx, { params, body }) => changeSkill(ctx, params.id, body))
  serve(app, api.remove, (ctx, { params }) => removeSkill(ctx, params.id))
}
