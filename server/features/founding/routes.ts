// The HTTP doors of the first start.
import type { FastifyInstance } from 'fastify'
import { accounts as api } from '#contract/accounts.ts'
import { serveAnyone } from '../../platform/serve.ts'
import * as accounts from '../accounts/queries.ts'
import { setUp } from './actions.ts'

export function foundingRoutes(app: FastifyInstance, setUpToken: string | undefined): void {
  serveAnyone(app, api.isSetUp, async ({ db }) => ({ isSetUp: await accounts.isAnyThere(db) }))
  serveAnyone(app, api.setUp, (ctx, { body }) => setUp(ctx, setUpToken, body))
}
