// The HTTP doors of a person's record.
import type { FastifyInstance } from 'fastify'
import { people as api } from '#contract/people.ts'
import { found } from '../../platform/refuse.ts'
import { serve, serveUpload } from '../../platform/serve.ts'
import { changePerson } from './actions.ts'
import { createPerson } from './creating.ts'
import { admitPhoto, removePhotoOf, setPhotoOf } from './photo.ts'
import * as people from './queries.ts'
import { mustSee } from './reach.ts'

export function peopleRoutes(app: FastifyInstance): void {
  serve(app, api.record, async ({ db, actor }, { params }) => {
    await mustSee(db, actor, params.id)
    return found(await people.findRecord(db, actor.organisationId, params.id))
  })
  serve(app, api.change, (ctx, { params, body }) => changePerson(ctx, params.id, body))
  serve(app, api.create, (ctx, { body }) => createPerson(ctx, body))
  serveUpload(
    app,
    api.setPhoto,
    (ctx, { params }) => admitPhoto(ctx, params.id),
    (ctx, bytes, { params }) => setPhotoOf(ctx, params.id, bytes),
  )
  serve(app, api.removePhoto, (ctx, { params }) => removePhotoOf(ctx, params.id))
}
