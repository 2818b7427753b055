// The HTTP doors of departments.
import type { FastifyInstance } from 'fastify'
import * as api from '#contract/departments.ts'
import { serve } from '../../platform/serve.ts'
import * as accounts from '../accounts/queries.ts'
import {
  changeDepartment,
  createDepartment,
  readDepartmentUse,
  removeDepartment,
} from './actions.ts'
import * as departments from './queries.ts'

export function departmentRoutes(app: FastifyInstance): void {
  serve(app, api.departments.list, ({ db, actor }) =>
    departments.list(db, actor.organisationId, accounts.visibleIds(actor)),
  )
  serve(app, api.departments.create, (ctx, { body }) => createDepartment(ctx, body))
  serve(app, api.departments.change, (ctx, { params, body }) =>
    changeDepartment(ctx, params.id, body),
  )
  serve(app, api.departments.use, (ctx, { params }) => readDepartmentUse(ctx, params.id))
  serve(app, api.departments.remove, (ctx, { params }) => removeDepartment(ctx, params.id))
}
