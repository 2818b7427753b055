// The HTTP doors of accounts.
import type { FastifyInstance } from 'fastify'
import { accounts as api } from '#contract/accounts.ts'
import { serve } from '../../platform/serve.ts'
import * as accounts from './queries.ts'

export function accountRoutes(app: FastifyInstance): void {
  serve(app, api.list, ({ db, actor }) =>
    accounts.list(db, actor.organisationId, accounts.visibleIds(actor)),
  )
}
