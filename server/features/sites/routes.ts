// The HTTP doors of sites.
import type { FastifyInstance } from 'fastify'
import * as api from '#contract/sites.ts'
import { serve } from '../../platform/serve.ts'
import * as accounts from '../accounts/queries.ts'
import { changeSite, createSite, removeSite } from './actions.ts'
import * as sites from './queries.ts'

export function siteRoutes(app: FastifyInstance): void {
  serve(app, api.sites.list, ({ db, actor }) =>
    sites.list(db, actor.organisationId, accounts.visibleIds(actor)),
  )
  serve(app, api.sites.create, (ctx, { body }) => createSite(ctx, body))
  serve(app, api.sites.change, (ctx, { params, body }) => changeSite(ctx, params.id, body))
  serve(app, api.sites.remove, (ctx, { params }) => removeSite(ctx, params.id))
}
