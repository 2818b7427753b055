// The first page of the People list, for a screen that has not got everybody yet: the live scopes
// bring the rest, and all searching and sorting after that is the screen's own.
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { Id, Strict } from './shapes.ts'
import { MembershipStatus, Person } from './users.ts'

/** What the page can be ordered by; a `-` before it turns the order round. */
const PageSort = Type.Enum([
  'name',
  '-name',
  'email',
  '-email',
  'login',
  '-login',
  'status',
  '-status',
  'created',
  '-created',
])
export type PageSort = Static<typeof PageSort>

export const PageQuery = Strict({
  /** The account and all below it; without it, everybody whom the caller may see. */
  account: Type.Optional(Id),
  /** Words of a name or an address, every one of which must be there. */
  q: Type.Optional(Type.String({ maxLength: 200 })),
  status: Type.Optional(MembershipStatus),
  sort: Type.Optional(PageSort),
  /** How many, up to a hundred; fifty unless said. */
  limit: Type.Optional(Type.String({ pattern: '^([1-9][0-9]?|100)$' })),
})
export type PageQuery = Static<typeof PageQuery>

export const PeoplePage = Type.Object({
  people: Type.Array(Person),
  /** How many fit, on this page or not. */
  total: Type.Integer(),
  /** How many of those who fit each account has, for the accounts that the caller may see people of. */
  counts: Type.Array(Type.Object({ accountId: Id, people: Type.Integer() })),
})
export type PeoplePage = Static<typeof PeoplePage>

export const peopleList = {
  page: endpoint(
    'GET',
    '/api/people/page',
    'users.view',
    'The first of the people that I may see',
    {
      query: PageQuery,
      reply: PeoplePage,
    },
  ),
}
