// Sites: places where visitors chat from.
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { Colour, Id, Language, Name, orNull, Strict } from './shapes.ts'

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
  version: Type.Integer(),
})
export type Site = Static<typeof Site>

export const NewSite = Strict({
  accountId: Id,
  queueId: Id,
  name: Name,
  allowedOrigins: Type.Array(Type.String({ minLength: 8, maxLength: 200 }), { maxItems: 20 }),
  colour: Colour,
  language: Language,
})
export type NewSite = Static<typeof NewSite>

export const sites = {
  list: endpoint('GET', '/api/sites', 'session', 'The sites that I may see', {
    reply: Type.Array(Site),
  }),
  create: endpoint('POST', '/api/sites', 'setup.manage', 'Make a site', {
    body: NewSite,
    reply: Site,
  }),
}
