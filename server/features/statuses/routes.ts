// The HTTP doors of statuses: the catalogue, choosing one, setting one for somebody else, the ledger.
import type { FastifyInstance } from 'fastify'
import { presence } from '#contract/presence.ts'
import * as api from '#contract/statuses.ts'
import { serve, serveDownload } from '../../platform/serve.ts'
import * as accounts from '../accounts/queries.ts'
import {
  chooseAvailability,
  liftHold,
  listChoosable,
  readStatusDay,
  setAvailabilityOf,
} from './actions.ts'
import { changeStatus, createStatus, removeStatus } from './catalogue.ts'
import * as catalogue from './catalogue-queries.ts'
import { exportAll, exportOf } from './export.ts'

export function statusRoutes(app: FastifyInstance): void {
  serve(app, api.statuses.day, (ctx, { params, query }) => readStatusDay(ctx, params.id, query.day))
  serveDownload(app, api.statuses.exportOf, (ctx, { params, query }) =>
    exportOf(ctx, params.id, query),
  )
  serveDownload(app, api.statuses.exportAll, (ctx, { query }) => exportAll(ctx, query))
  serve(app, api.statuses.list, ({ db, actor }) =>
    catalogue.list(db, actor.organisationId, accounts.visibleIds(actor)),
  )
  serve(app, api.statuses.mine, ({ db, actor }) =>
    catalogue.listOfUser(db, actor.organisationId, actor.userId),
  )
  serve(app, api.statuses.choosable, (ctx, { params }) => listChoosable(ctx, params.id))
  serve(app, api.statuses.create, (ctx, { body }) => createStatus(ctx, body))
  serve(app, api.statuses.change, (ctx, { params, body }) => changeStatus(ctx, params.id, body))
  serve(app, api.statuses.remove, (ctx, { params }) => removeStatus(ctx, params.id))
  serve(app, presence.choose, (ctx, { body }) => chooseAvailability(ctx, body))
  serve(app, presence.setOf, (ctx, { params, body }) => setAvailabilityOf(ctx, params.id, body))
  serve(app, presence.lift, (ctx, { params }) => liftHold(ctx, params.id))
}
