// The account tree: organisation > group > location.
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { Colour, Email, Id, Language, Limit, Name, orNull, Strict } from './shapes.ts'

export const Account = Type.Object({
  id: Id,
  parentId: orNull(Id),
  kind: Type.Union([Type.Literal('organisation'), Type.Literal('group'), Type.Literal('location')]),
  name: Type.String(),
  isActive: Type.Boolean(),
  language: Language,
  timeZone: Type.String(),
  colour: Colour,
  /** The limits of whoever becomes an operator here and is given none of their own. */
  liveLimit: Limit,
  deferredLimit: Limit,
  version: Type.Integer(),
})
export type Account = Static<typeof Account>

/** The first organisation and its administrator, made with the one-time token of the first start. */
export const NewOrganisation = Strict({
  token: Type.String({ minLength: 20, maxLength: 100 }),
  organisation: Name,
  firstName: Name,
  lastName: Name,
  email: Email,
  password: Type.String({ minLength: 1, maxLength: 128 }),
  language: Language,
})
export type NewOrganisation = Static<typeof NewOrganisation>

export const accounts = {
  list: endpoint('GET', '/api/accounts', 'session', 'The accounts that I may see', {
    reply: Type.Array(Account),
  }),
  isSetUp: endpoint('GET', '/api/set-up', 'nothing', 'Whether the first organisation exists', {
    reply: Type.Object({ isSetUp: Type.Boolean() }),
  }),
  setUp: endpoint(
    'POST',
    '/api/set-up',
    'nothing',
    'Make the first organisation and its administrator',
    {
      body: NewOrganisation,
      reply: Strict({}),
    },
  ),
}
