// Invitations: e-mailed, single-use, expiring offers of a prepared membership.
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { FieldsShape, Gender } from './fields.ts'
import { PasswordPolicy } from './password.ts'
import { ById, EMAIL_MAX, Id, Instant, Language, Name, Nothing, orNull, Strict } from './shapes.ts'
import { PHOTO_MAX_BYTES } from './users.ts'

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

/** Addresses in one go. */
export const EMAILS_MAX = 50
const HOURS_MAX = 720

/** How long the link works. */
export const Hours = Type.Integer({ minimum: 1, maximum: HOURS_MAX })
/** As typed: what is no address is answered for each. */
export const Typed = Type.String({ maxLength: EMAIL_MAX })

export const Invitation = Type.Object({
  id: Id,
  accountId: Id,
  /** Empty for a draft that has none yet. */
  email: Type.String(),
  firstName: orNull(Type.String()),
  lastName: orNull(Type.String()),
  displayName: orNull(Type.String()),
  language: Language,
  /** What becomes the user’s photo, unless they have one; null: none was chosen. */
  photo: orNull(Type.String()),
  /** The roles of its `grant:` fields that exist. */
  roles: Type.Array(
    Type.Object({
      key: Type.String(),
      name: Type.String(),
      kind: Type.Union([
        Type.Literal('account'),
        Type.Literal('department'),
        Type.Literal('group'),
        Type.Literal('site'),
      ]),
      at: Id,
    }),
  ),
  departments: Type.Array(Type.Object({ id: Id, position: orNull(Type.String()) })),
  supervisorGroupId: orNull(Id),
  queues: Type.Array(Id),
  skills: Type.Array(Id),
  sites: Type.Array(Id),
  /** The whole prepared membership. */
  set: FieldsShape,
  /** What a draft also keeps; null for what was sent. */
  draft: orNull(Type.Object({ emails: Type.Array(Typed), step: Type.Integer() })),
  state: InvitationState,
  inviterId: Id,
  inviterName: Type.String(),
  createdAt: Instant,
  sentAt: orNull(Instant),
  openedAt: orNull(Instant),
  /** Null for a draft. */
  expiresAt: orNull(Instant),
  /** What was chosen when it was sent; null: as the account says. */
  hours: orNull(Hours),
  acceptedAt: orNull(Instant),
  /** The person who came of it, once it was accepted. */
  membershipId: orNull(Id),
  deliveryError: orNull(Type.String()),
  version: Type.Integer(),
})
export type Invitation = Static<typeof Invitation>

/** The user's own names and language stand beside `set`: each is set once, by whoever is invited. */
export const NewInvitation = Strict({
  accountId: Id,
  emails: Type.Array(Typed, { minItems: 1, maxItems: EMAILS_MAX }),
  /** Names only for one address. */
  firstName: Type.Optional(Name),
  lastName: Type.Optional(Name),
  /** The account's own unless given. */
  language: Type.Optional(Language),
  /** At least one `grant:` among them. Without a `queue:`, one who answers chats gets the preset queues. */
  set: FieldsShape,
  hours: Type.Optional(Hours),
  /** The draft that this was: the first invitation that goes out takes its place. */
  draftId: Type.Optional(Id),
})
export type NewInvitation = Static<typeof NewInvitation>

/** What became of each address, in the order given. */
export const Invited = Type.Object({
  results: Type.Array(
    Type.Object({
      /** As it was typed. */
      email: Type.String(),
      invitation: orNull(Invitation),
      /** `invalid`, `already_invited`, `already_member` or `too_many`; null when it went out. */
      refusal: orNull(
        Type.Object({
          code: Type.String(),
          /** The open invitation of the address, for one who may resend it. */
          openId: orNull(Id),
          /** Seconds, for `too_many`. */
          retryAfter: orNull(Type.Integer()),
        }),
      ),
    }),
  ),
})
export type Invited = Static<typeof Invited>

const Token = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' })
export const ByToken = Strict({ token: Token })

/** What the link's holder sees before accepting. */
export const InvitationCard = Type.Object({
  email: Type.String(),
  firstName: orNull(Type.String()),
  lastName: orNull(Type.String()),
  accountName: Type.String(),
  /** Of the roles that still exist, the strongest first. */
  roleNames: Type.Array(Type.String()),
  inviterName: Type.String(),
  language: Language,
  expiresAt: Instant,
  /** True when the address already has a login: sign in with it to accept. */
  hasLogin: Type.Boolean(),
  /** Whether a password is chosen, or made and mailed. */
  password: Type.Union([Type.Literal('choose'), Type.Literal('assigned')]),
  /** What a chosen one must be. */
  policy: PasswordPolicy,
  /** Whether the gender must be said, if only as "not stated". */
  asksGender: Type.Boolean(),
  /** Names of what was offered and does not exist any more. */
  gone: Type.Array(Type.String()),
})
export type InvitationCard = Static<typeof InvitationCard>

export const AcceptInvitation = Strict({
  token: Token,
  firstName: Name,
  lastName: Name,
  gender: Type.Optional(Gender),
  /** Needed where passwords are chosen, refused where they are assigned. */
  password: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
})
export type AcceptInvitation = Static<typeof AcceptInvitation>

/** What came of accepting. */
export const Accepted = Type.Object({
  /** False where the password comes by mail. */
  isSignedIn: Type.Boolean(),
  /** Names of what was offered and is not there any more. */
  gone: Type.Array(Type.String()),
})
export type Accepted = Static<typeof Accepted>

export const invitations = {
  list: endpoint(
    'GET',
    '/api/invitations',
    'users.manage',
    'The invitations and drafts of the accounts, departments and groups that I manage',
    { reply: Type.Array(Invitation) },
  ),
  check: endpoint(
    'POST',
    '/api/invitations/check',
    'users.manage',
    'Whether addresses could be invited; changes nothing',
    {
      body: Strict({
        accountId: Id,
        emails: Type.Array(Typed, { minItems: 1, maxItems: EMAILS_MAX }),
      }),
      reply: Invited,
    },
  ),
  create: endpoint('POST', '/api/invitations', 'users.manage', 'Invite one or several', {
    body: NewInvitation,
    reply: Invited,
  }),
  resend: endpoint(
    'POST',
    '/api/invitations/:id/resend',
    'users.manage',
    'Send a new link; the old one dies',
    { params: ById, reply: Invitation },
  ),
  readdress: endpoint(
    'POST',
    '/api/invitations/:id/address',
    'users.manage',
    'Send it to another address; the old link dies',
    { params: ById, body: Strict({ email: Typed }), reply: Invitation },
  ),
  setPhoto: endpoint(
    'PUT',
    '/api/invitations/:id/photo',
    'users.manage',
    'Choose the photo of whoever is invited (JPEG, PNG or WebP)',
    {
      params: ById,
      file: { maxBytes: PHOTO_MAX_BYTES },
      reply: Type.Object({ photo: Type.String() }),
    },
  ),
  removePhoto: endpoint(
    'DELETE',
    '/api/invitations/:id/photo',
    'users.manage',
    'Invite without a photo',
    { params: ById, reply: Nothing },
  ),
  link: endpoint(
    'POST',
    '/api/invitations/:id/link',
    'users.manage',
    'The link, to hand it over in person',
    { params: ById, reply: Type.Object({ link: Type.String(), expiresAt: Instant }) },
  ),
  revoke: endpoint(
    'POST',
    '/api/invitations/:id/revoke',
    'users.manage',
    'Withdraw an invitation',
    { params: ById, reply: Invitation },
  ),
  look: endpoint(
    'POST',
    '/api/invitation',
    'nothing',
    'What a link offers; changes nothing but "opened"',
    { body: ByToken, reply: InvitationCard },
  ),
  accept: endpoint(
    'POST',
    '/api/invitation/accept',
    'nothing',
    'Accept by choosing a password, which signs in; or have one mailed',
    { body: AcceptInvitation, reply: Accepted },
  ),
  join: endpoint('POST', '/api/invitation/join', 'session', 'Accept with the login that I have', {
    body: ByToken,
    reply: Accepted,
  }),
}
