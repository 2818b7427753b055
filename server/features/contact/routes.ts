import type { FastifyInstance } from 'fastify'
import { emailLinks, myContact, personContact } from '#contract/contact.ts'
import { serve, serveAnyone } from '../../platform/serve.ts'
import { choicesOf, choose } from '../notifications/actions.ts'
import * as emails from './email-actions.ts'
import { contactOf, sendCode, setMyMobile, verifyMobile } from './mobile-actions.ts'

export function contactRoutes(app: FastifyInstance): void {
  serve(app, myContact.get, contactOf)
  serve(app, myContact.changeEmail, (ctx, { body }) => emails.changeMyEmail(ctx, body.email))
  serve(app, myContact.cancelEmail, emails.cancelMyEmail)
  serve(app, myContact.setMobile, (ctx, { body }) => setMyMobile(ctx, body))
  serve(app, myContact.sendCode, sendCode)
  serve(app, myContact.verifyMobile, (ctx, { body }) => verifyMobile(ctx, body.code))
  serve(app, myContact.choices, async ({ db, actor }) => ({
    choices: await choicesOf(db, actor.userId),
  }))
  serve(app, myContact.choose, async (ctx, { body }) => ({
    choices: await choose(ctx, body.choices),
  }))
  serve(app, personContact.changeEmail, (ctx, { params, body }) =>
    emails.changeEmailOf(ctx, params.id, body.email),
  )
  serve(app, personContact.cancelEmail, (ctx, { params }) => emails.cancelEmailOf(ctx, params.id))
  serveAnyone(app, emailLinks.look, (ctx, { body }) => emails.lookAtLink(ctx, body.token))
  serveAnyone(app, emailLinks.confirm, (ctx, { body }) => emails.confirmEmail(ctx, body.token))
  serveAnyone(app, emailLinks.revert, (ctx, { body }) => emails.revertEmail(ctx, body.token))
}
