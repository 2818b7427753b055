// The HTTP doors of roles and of the explainer.
import type { FastifyInstance } from 'fastify'
import { mayAnywhere, PERMISSIONS, POWERLESS } from '#contract/permissions.ts'
import { roles as api, explain } from '#contract/roles.ts'
import { type ListedRole, users } from '#contract/users.ts'
import type { ActorCtx } from '../../platform/context.ts'
import { serve } from '../../platform/serve.ts'
import { changeRole, createRole, deleteRole } from './actions.ts'
import { explainCan, explainWho } from './explain.ts'
import * as roles from './queries.ts'

export function roleRoutes(app: FastifyInstance): void {
  serve(app, users.roles, listRoles)
  serve(app, api.create, (ctx, { body }) => createRole(ctx, body))
  serve(app, api.change, (ctx, { params, body }) => changeRole(ctx, params.id, body))
  serve(app, api.remove, (ctx, { params }) => deleteRole(ctx, params.id))
  serve(app, explain.can, (ctx, { query }) => explainCan(ctx, query))
  serve(app, explain.who, (ctx, { query }) => explainWho(ctx, query))
}

async function listRoles({ db, actor, organisationId }: ActorCtx): Promise<ListedRole[]> {
  const holders = await roles.countHolders(db, organisationId)
  const rows = await roles.list(db, organisationId)
  return rows.map((role) => ({
    ...role,
    givable: PERMISSIONS.filter(
      (one) =>
        role.permissions.includes(one) && (POWERLESS.has(one) || mayAnywhere(actor.grants, one)),
    ),
    holders: holders.get(role.id) ?? 0,
  }))
}
