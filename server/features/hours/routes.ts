// The HTTP doors of opening hours.
import type { FastifyInstance } from 'fastify'
import { hours as api } from '#contract/hours.ts'
import { openSince } from '#contract/opening.ts'
import { serve } from '../../platform/serve.ts'
import * as accounts from '../accounts/queries.ts'
import { changeHours, createHours, removeHours } from './actions.ts'
import * as hours from './queries.ts'

export function hoursRoutes(app: FastifyInstance): void {
  serve(app, api.list, ({ db, actor }) =>
    hours.list(db, actor.organisationId, accounts.visibleIds(actor)),
  )
  serve(app, api.shift, async ({ db, actor, now }) => {
    const shift = await hours.findShift(db, actor.organisationId, actor.userId)
    const since = shift && openSince(shift, now().getTime())
    return { since: since === undefined ? null : new Date(since).toISOString() }
  })
  serve(app, api.create, (ctx, { body }) => createHours(ctx, body))
  serve(app, api.change, (ctx, { params, body }) => changeHours(ctx, params.id, body))
  serve(app, api.remove, (ctx, { params }) => removeHours(ctx, params.id))
}
