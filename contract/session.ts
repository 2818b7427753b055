// Signing in and out, and who I am.
import { type Static, Type } from 'typebox'
import { Account } from './accounts.ts'
import { endpoint } from './endpoint.ts'
import { Id, Instant, Language, orNull, Strict } from './shapes.ts'

export const Credentials = Strict({
  /** The login or the e-mail. */
  login: Type.String({ minLength: 1, maxLength: 254 }),
  password: Type.String({ minLength: 1, maxLength: 128 }),
})
export type Credentials = Static<typeof Credentials>

/** Who is signed in, where, and what they may do there. */
export const Me = Type.Object({
  id: Id,
  organisationId: Id,
  organisationName: Type.String(),
  firstName: Type.String(),
  lastName: Type.String(),
  email: Type.String(),
  photo: orNull(Type.String()),
  language: Language,
  grants: Type.Array(
    Type.Object({
      role: Type.String(),
      permissions: Type.Array(Type.String()),
      kind: Type.Union([
        Type.Literal('account'),
        Type.Literal('department'),
        Type.Literal('group'),
        Type.Literal('site'),
      ]),
      at: Id,
      accountId: Id,
    }),
  ),
  accounts: Type.Array(Account),
  /** Every organisation that the user may work in. */
  organisations: Type.Array(Type.Object({ id: Id, name: Type.String() })),
  /** Nothing else is answered in this session until the password is changed. */
  mustChangePassword: Type.Boolean(),
  /** Milliseconds since 1970 on the server, to set the page's clock by. */
  now: Type.Integer(),
})
export type Me = Static<typeof Me>

export const session = {
  signIn: endpoint('POST', '/api/session', 'nothing', 'Sign in with login or e-mail and password', {
    body: Credentials,
    reply: Me,
  }),
  me: endpoint('GET', '/api/session', 'session', 'Who I am and what I may do', { reply: Me }),
  signOut: endpoint(
    'DELETE',
    '/api/session',
    'session',
    'Sign out of this browser; `chats_open` where chats would be left behind',
    {
      /** `hand_over`: they go back to their queues. */
      query: Strict({ chats: Type.Optional(Type.Literal('hand_over')) }),
      reply: Strict({}),
    },
  ),
  confirm: endpoint(
    'POST',
    '/api/session/confirm',
    'session',
    'Enter one’s password again, for what is asked only of whoever just did (`reauth_needed`)',
    {
      body: Strict({ password: Credentials.properties.password }),
      reply: Type.Object({ freshUntil: Instant }),
    },
  ),
  enter: endpoint(
    'PUT',
    '/api/session/organisation',
    'session',
    'Work in another of my organisations',
    {
      body: Strict({ organisationId: Id }),
      reply: Me,
    },
  ),
}
