// The HTTP doors of supervisors' groups.
import type { FastifyInstance } from 'fastify'
import { groups as api } from '#contract/groups.ts'
import { serve } from '../../platform/serve.ts'
import * as accounts from '../accounts/queries.ts'
import { changeGroup, createGroup, readGroupUse, removeGroup } from './actions.ts'
import * as groups from './queries.ts'

export function groupRoutes(app: FastifyInstance): void {
  serve(app, api.list, ({ db, actor }) =>
    groups.list(db, actor.organisationId, accounts.visibleIds(actor)),
  )
  serve(app, api.create, (ctx, { body }) => createGroup(ctx, body))
  serve(app, api.change, (ctx, { params, body }) => changeGroup(ctx, params.id, body))
  serve(app, api.use, (ctx, { params }) => readGroupUse(ctx, params.id))
  serve(app, api.remove, (ctx, { params, body }) => removeGroup(ctx, params.id, body.membersTo))
}
