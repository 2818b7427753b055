// Sites: places where visitors chat from.
import { type Static, Type } from 'typebox'
import { changesOf, Versions } from './changes.ts'
import { endpoint } from './endpoint.ts'
import { ById, Colour, Id, Language, Name, Nothing, orNull, Strict } from './shapes.ts'

export const WELCOME_MAX = 500

export const Site = Type.Object({
  id: Id,
  accountId: Id,
  queueId: Id,
  name: Type.String(),
  /** What the widget's script tag carries. Public. */
  key: Type.String(),
  allowedOrigins: Type.Array(Type.String()),
  colour: Colour,
  language: Language,
  welcome: orNull(Type.String()),
  showsOperatorCard: Type.Boolean(),
  isActive: Type.Boolean(),
  /** Its opening hours, beside those of its queue; null: none of its own. */
  hoursId: orNull(Id),
  version: Type.Integer(),
  versions: Versions,
})
export type Site = Static<typeof Site>

const Origins = Type.Array(Type.String({ minLength: 8, maxLength: 200 }), { maxItems: 20 })

export const NewSite = Strict({
  accountId: Id,
  queueId: Id,
  name: Name,
  allowedOrigins: Origins,
  colour: Colour,
  language: Language,
})
export type NewSite = Static<typeof NewSite>

export const SiteChanges = changesOf({
  name: Name,
  queueId: Id,
  allowedOrigins: Origins,
  colour: Colour,
  language: Language,
  welcome: orNull(Type.String({ minLength: 1, maxLength: WELCOME_MAX })),
  showsOperatorCard: Type.Boolean(),
  isActive: Type.Boolean(),
  hoursId: orNull(Id),
})
export type SiteChanges = Static<typeof SiteChanges>

export const sites = {
  list: endpoint('GET', '/api/sites', 'session', 'The sites that I may see', {
    reply: Type.Array(Site),
  }),
  create: endpoint('POST', '/api/sites', 'setup.manage', 'Make a site', {
    body: NewSite,
    reply: Site,
  }),
  change: endpoint('PATCH', '/api/sites/:id', 'setup.manage', 'Set fields of a site', {
    params: ById,
    body: SiteChanges,
    reply: Site,
  }),
  remove: endpoint(
    'DELETE',
    '/api/sites/:id',
    'setup.manage',
    'Delete a site; `in_use` with where, while it is: one that had visitors is closed instead',
    { params: ById, reply: Nothing },
  ),
}
