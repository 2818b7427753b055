import type { FastifyInstance } from 'fastify'
import { accountSecurity, forgotten, mySecurity, personSecurity } from '#contract/security.ts'
import { serve, serveAnyone } from '../../platform/serve.ts'
import * as mine from './own-actions.ts'
import * as persons from './person-actions.ts'
import * as policies from './policy-actions.ts'
import { forget, lookAtReset, resetPassword } from './reset-actions.ts'

export function securityRoutes(app: FastifyInstance): void {
  serveMine(app)
  serveForgotten(app)
  servePersons(app)
  serveAccounts(app)
}

function serveMine(app: FastifyInstance): void {
  const { policy, changePassword, sessions, endSession, endOthers } = mySecurity
  const beforeChange = true
  serve(app, policy, ({ db, actor }) => mine.policyForTyping(db, actor.userId), { beforeChange })
  serve(app, changePassword, (ctx, { body }) => mine.changePassword(ctx, body), { beforeChange })
  serve(app, sessions, (ctx) => mine.listSessions(ctx, ctx.actor.userId))
  serve(app, endSession, (ctx, { params }) => mine.endMySession(ctx, params.id))
  serve(app, endOthers, mine.endMyOthers)
}

function serveForgotten(app: FastifyInstance): void {
  serveAnyone(app, forgotten.forgot, (ctx, { body }) => forget(ctx, body.login))
  serveAnyone(app, forgotten.look, (ctx, { body }) => lookAtReset(ctx, body.token))
  serveAnyone(app, forgotten.reset, (ctx, { body }) =>
    resetPassword(ctx, body.token, body.password),
  )
}

function servePersons(app: FastifyInstance): void {
  const api = personSecurity
  serve(app, api.setPassword, (ctx, { params, body }) => persons.setPassword(ctx, params.id, body))
  serve(app, api.sendReset, (ctx, { params }) => persons.mailReset(ctx, params.id))
  serve(app, api.expirePassword, (ctx, { params }) => persons.expirePassword(ctx, params.id))
  serve(app, api.policy, (ctx, { params }) => persons.policyOfPerson(ctx, params.id))
  serve(app, api.sessions, (ctx, { params }) => persons.sessionsOfPerson(ctx, params.id))
  serve(app, api.endSession, (ctx, { params }) =>
    persons.endSessionOf(ctx, params.id, params.sessionId),
  )
  serve(app, api.endSessions, (ctx, { params }) => persons.endSessionsOf(ctx, params.id))
}

function serveAccounts(app: FastifyInstance): void {
  const api = accountSecurity
  serve(app, api.policy, (ctx, { params }) => policies.policyAt(ctx, params.id))
  serve(app, api.previewPolicy, (ctx, { params, body }) =>
    policies.previewPolicy(ctx, params.id, body.policy),
  )
  serve(app, api.setPolicy, (ctx, { params, body }) =>
    policies.setPolicy(ctx, params.id, body.policy, body.version),
  )
  serve(app, api.sessionLimits, (ctx, { params }) => policies.sessionLimitsAt(ctx, params.id))
  serve(app, api.setSessionLimits, (ctx, { params, body }) =>
    policies.setSessionLimits(ctx, params.id, body),
  )
}
