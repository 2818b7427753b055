import type { FastifyInstance } from 'fastify'
import { invitationDrafts } from '#contract/invitation-drafts.ts'
import { invitations as api } from '#contract/invitations.ts'
import { scope } from '#contract/scopes.ts'
import type { Actor } from '../../platform/context.ts'
import { serve, serveAnyone, serveUpload } from '../../platform/serve.ts'
import * as accounts from '../accounts/queries.ts'
import { checkAddresses, createInvitations } from './actions.ts'
import {
  actOnInvitations,
  copyLink,
  readdressInvitation,
  resendInvitation,
  revokeInvitation,
} from './again-actions.ts'
import { changeDraft, saveDraft } from './draft-actions.ts'
import { acceptInvitation, joinByInvitation, lookAtInvitation } from './offer-actions.ts'
import { admitPhoto, removePhotoOf, setPhotoOf } from './photo.ts'
import * as invites from './queries.ts'

export function inviteRoutes(app: FastifyInstance): void {
  serve(app, api.list, ({ db, actor }) =>
    invites.listSeen(db, actor.organisationId, managedScopes(actor)),
  )
  serve(app, api.check, (ctx, { body }) => checkAddresses(ctx, body))
  serve(app, api.create, (ctx, { body }) => createInvitations(ctx, body))
  serve(app, invitationDrafts.save, (ctx, { body }) => saveDraft(ctx, body))
  serve(app, invitationDrafts.change, (ctx, { params, body }) => changeDraft(ctx, params.id, body))
  serve(app, invitationDrafts.acts, (ctx, { body }) => actOnInvitations(ctx, body))
  serve(app, api.resend, (ctx, { params }) => resendInvitation(ctx, params.id))
  serve(app, api.readdress, (ctx, { params, body }) =>
    readdressInvitation(ctx, params.id, body.email),
  )
  serveUpload(
    app,
    api.setPhoto,
    (ctx, { params }) => admitPhoto(ctx, params.id),
    (ctx, bytes, { params }) => setPhotoOf(ctx, params.id, bytes),
  )
  serve(app, api.removePhoto, (ctx, { params }) => removePhotoOf(ctx, params.id))
  serve(app, api.link, (ctx, { params }) => copyLink(ctx, params.id))
  serve(app, api.revoke, (ctx, { params }) => revokeInvitation(ctx, params.id))
  serveAnyone(app, api.look, (ctx, { body }) => lookAtInvitation(ctx, body.token))
  serveAnyone(app, api.accept, (ctx, { body }) => acceptInvitation(ctx, body))
  serve(app, api.join, (ctx, { body }) => joinByInvitation(ctx, body.token))
}

/** Where the actor manages people; and what is theirs: their own drafts. */
function managedScopes(actor: Actor): string[] {
  return [
    ...accounts.visibleIds(actor, 'users.manage').map(scope.people),
    ...accounts.teamIds(actor, 'users.manage').map(scope.team),
    scope.user(actor.userId),
  ]
}
