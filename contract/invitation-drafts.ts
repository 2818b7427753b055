// What becomes an invitation later: drafts; and what is done to several of either at once.
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { FieldsShape } from './fields.ts'
import { EMAILS_MAX, Hours, Invitation, Typed } from './invitations.ts'
import { ById, Id, Language, NAME_MAX, orNull, Strict } from './shapes.ts'

/** Whatever is filled in so far. */
export const Draft = Strict({
  accountId: Id,
  emails: Type.Array(Typed, { maxItems: EMAILS_MAX }),
  firstName: Type.Optional(Type.String({ maxLength: NAME_MAX })),
  lastName: Type.Optional(Type.String({ maxLength: NAME_MAX })),
  language: Type.Optional(Language),
  set: FieldsShape,
  hours: Type.Optional(Hours),
  /** Where the wizard stands. */
  step: Type.Integer({ minimum: 1, maximum: 9 }),
})
export type Draft = Static<typeof Draft>

export const DraftChange = Strict({ ...Draft.properties, version: Type.Integer({ minimum: 1 }) })
export type DraftChange = Static<typeof DraftChange>

const InvitationAct = Type.Union([
  Type.Literal('resend'),
  Type.Literal('revoke'),
  /** A draft is thrown away. */
  Type.Literal('discard'),
])

const Acts = Strict({
  act: InvitationAct,
  ids: Type.Array(Id, { minItems: 1, maxItems: 100, uniqueItems: true }),
})
export type InvitationActs = Static<typeof Acts>

/** What became of each. */
export const ActResults = Type.Object({
  results: Type.Array(
    Type.Object({
      id: Id,
      /** A refusal's code; null when it was done. */
      refusal: orNull(Type.String()),
      retryAfter: orNull(Type.Integer()),
    }),
  ),
})
export type ActResults = Static<typeof ActResults>

export const invitationDrafts = {
  save: endpoint('POST', '/api/invitations/drafts', 'users.manage', 'Keep a new draft', {
    body: Draft,
    reply: Invitation,
  }),
  change: endpoint('PUT', '/api/invitations/:id/draft', 'users.manage', 'Keep a draft', {
    params: ById,
    body: DraftChange,
    reply: Invitation,
  }),
  acts: endpoint(
    'POST',
    '/api/invitations/acts',
    'users.manage',
    'Resend or withdraw invitations, or throw drafts away: each or not at all',
    { body: Acts, reply: ActResults },
  ),
}
