import type { FastifyInstance } from 'fastify'
import { peopleList } from '#contract/people-list.ts'
import { users as api, photos } from '#contract/users.ts'
import type { Actor } from '../../platform/context.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import { serve, serveUpload } from '../../platform/serve.ts'
import * as accounts from '../accounts/queries.ts'
import { admitUpload, removePhoto, setLanguage, setPhoto } from './actions.ts'
import * as lists from './list-queries.ts'
import { pageFor } from './page.ts'
import * as users from './queries.ts'

export function userRoutes(app: FastifyInstance): void {
  serve(app, api.list, ({ db, actor }) => {
    const { accountIds, teamIds } = whereVisible(actor)
    return lists.listOfPlaces(db, actor.organisationId, accountIds, teamIds)
  })
  serve(app, peopleList.page, ({ db, actor }, { query }) => pageFor(db, actor, query))
  serve(app, api.get, async ({ db, actor }, { params }) =>
    found(await users.findPerson(db, actor.organisationId, whereVisible(actor), params.id)),
  )
  serve(app, api.setLanguage, (ctx, { body }) => setLanguage(ctx, body.language))
  serveUpload(app, photos.setMine, admitUpload, setPhoto)
  serve(app, photos.removeMine, removePhoto)
  servePhotos(app)
}

/** Where the actor sees people: accounts as a whole, and departments and groups of others. */
function whereVisible(actor: Actor) {
  return {
    accountIds: accounts.visibleIds(actor, 'users.view'),
    teamIds: accounts.teamIds(actor, 'users.view'),
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** A photo's address is its secret: it cannot be guessed and never shows another photo. */
function servePhotos(app: FastifyInstance): void {
  app.get<{ Params: { id: string; pixels: string } }>(
    '/files/photos/:id/:pixels',
    { config: { isOpen: true } },
    async ({ params, ctx }, reply) => {
      const { id, pixels } = params
      if (!UUID.test(id) || !/^\d{2,3}$/.test(pixels)) throw new Refusal('not_found')
      const webp = found(await users.findPhotoFile(ctx.db, id, Number(pixels)))
      return reply
        .headers({
          'content-type': 'image/webp',
          'cache-control': 'public, max-age=31536000, immutable',
          'content-security-policy': "default-src 'none'; sandbox",
          'cross-origin-resource-policy': 'cross-origin',
          'x-content-type-options': 'nosniff',
        })
        .send(webp)
    },
  )
}
