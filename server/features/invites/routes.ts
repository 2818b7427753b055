import type { FastifyInstance } from 'fastify'
import { invitations as api } from '#contract/invitations.ts'
import { serve, serveAnyone } from '../../platform/serve.ts'
import * as accounts from '../accounts/queries.ts'
import { createInvitation, resendInvitation, revokeInvitation } from './actions.ts'
import { acceptInvitation, joinByInvitation, lookAtInvitation } from './offer-actions.ts'
import * as invites from './queries.ts'

export function inviteRoutes(app: FastifyInstance): void {
  serve(app, api.list, ({ db, actor }) =>
    invites.list(db, actor.organisationId, accounts.visibleIds(actor, 'users.manage')),
  )
  serve(app, api.create, (ctx, { body }) => createInvitation(ctx, body))
  serve(app, api.resend, (ctx, { params }) => resendInvitation(ctx, params.id))
  serve(app, api.revoke, (ctx, { params }) => revokeInvitation(ctx, params.id))
  serveAnyone(app, api.look, (ctx, { body }) => lookAtInvitation(ctx, body.token))
  serveAnyone(app, api.accept, (ctx, { body }) => acceptInvitation(ctx, body))
  serve(app, api.join, (ctx, { body }) => joinByInvitation(ctx, body.token))
}
