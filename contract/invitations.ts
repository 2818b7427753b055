// Invitations: e-mailed, single-use, expiring offers of a prepared membership.
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { ById, Email, Id, Instant, Language, Limit, Name, orNull, Strict } from './shapes.ts'

export const InvitationState = Type.Union([
  Type.Literal('draft'),
  Type.Literal('queued'),
  Type.Literal('sent'),
  Type.Literal('bounced'),
  Type.Literal('opened'),
  Type.Literal('expired'),
  Type.Literal('accepted'),
  Type.Literal('revoked'),
])
export type InvitationState = Static<typeof InvitationState>

export const Invitation = Type.Object({
  id: Id,
  accountId: Id,
  email: Type.String(),
  firstName: orNull(Type.String()),
  lastName: orNull(Type.String()),
  displayName: orNull(Type.String()),
  language: Language,
  role: Type.Object({ id: Id, key: Type.String(), name: Type.String() }),
  departments: Type.Array(Type.Object({ id: Id, position: orNull(Type.String()) })),
  queues: Type.Array(Id),
  state: InvitationState,
  inviterName: Type.String(),
  createdAt: Instant,
  sentAt: orNull(Instant),
  openedAt: orNull(Instant),
  expiresAt: Instant,
  acceptedAt: orNull(Instant),
  deliveryError: orNull(Type.String()),
  version: Type.Integer(),
})
export type Invitation = Static<typeof Invitation>

export const NewInvitation = Strict({
  accountId: Id,
  email: Email,
  firstName: Type.Optional(Name),
  lastName: Type.Optional(Name),
  displayName: Type.Optional(Name),
  language: Type.Optional(Language),
  roleId: Id,
  departments: Type.Array(Strict({ id: Id, position: Type.Optional(Name) }), { maxItems: 50 }),
  queueIds: Type.Array(Id, { maxItems: 50, uniqueItems: true }),
  liveLimit: Type.Optional(Limit),
  deferredLimit: Type.Optional(Limit),
})
export type NewInvitation = Static<typeof NewInvitation>

const Token = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' })
export const ByToken = Strict({ token: Token })

/** What the link's holder sees before accepting. */
export const InvitationCard = Type.Object({
  email: Type.String(),
  firstName: orNull(Type.String()),
  lastName: orNull(Type.String()),
  accountName: Type.String(),
  roleName: Type.String(),
  inviterName: Type.String(),
  language: Language,
  expiresAt: Instant,
  /** True when the address already has a login: sign in with it to accept. */
  hasLogin: Type.Boolean(),
})
export type InvitationCard = Static<typeof InvitationCard>

export const AcceptInvitation = Strict({
  token: Token,
  firstName: Name,
  lastName: Name,
  password: Type.String({ minLength: 1, maxLength: 128 }),
})
export type AcceptInvitation = Static<typeof AcceptInvitation>

export const invitations = {
  list: endpoint(
    'GET',
    '/api/invitations',
    'users.manage',
    'The invitations of the accounts that I manage',
    {
      reply: Type.Array(Invitation),
    },
  ),
  create: endpoint('POST', '/api/invitations', 'users.manage', 'Invite somebody', {
    body: NewInvitation,
    reply: Invitation,
  }),
  resend: endpoint(
    'POST',
    '/api/invitations/:id/resend',
    'users.manage',
    'Send a new link; the old one dies',
    {
      params: ById,
      reply: Invitation,
    },
  ),
  revoke: endpoint(
    'POST',
    '/api/invitations/:id/revoke',
    'users.manage',
    'Withdraw an invitation',
    {
      params: ById,
      reply: Invitation,
    },
  ),
  look: endpoint(
    'POST',
    '/api/invitation',
    'nothing',
    'What a link offers; changes nothing but "opened"',
    {
      body: ByToken,
      reply: InvitationCard,
    },
  ),
  accept: endpoint(
    'POST',
    '/api/invitation/accept',
    'nothing',
    'Accept by choosing a password; signs in',
    {
      body: AcceptInvitation,
      reply: Strict({}),
    },
  ),
  join: endpoint('POST', '/api/invitation/join', 'session', 'Accept with the login that I have', {
    body: ByToken,
    reply: Strict({}),
  }),
}
