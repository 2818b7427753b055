// The door of what visitors were told.
import type { FastifyInstance } from 'fastify'
import { estimates as api } from '#contract/estimates.ts'
import { serve } from '../../platform/serve.ts'
import { visibleIds } from '../accounts/queries.ts'
import * as estimates from './queries.ts'

export function estimateRoutes(app: FastifyInstance): void {
  serve(app, api.today, ({ db, actor, organisationId }) =>
    estimates.listToday(db, organisationId, visibleIds(actor, 'wall.view')),
  )
}
