// The audit: who changed what, from where, and what it was before. One chain per organisation: each
// line carries the hash of the one before it, so that an export shows by itself whether a line was
// changed, removed or moved (`npm run audit:verify`).
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { ById, Id, Instant, orNull, Strict } from './shapes.ts'

/** One thing that a change set: what it was and what it is; null for nothing. */
export const AuditChange = Type.Object({
  field: Type.String(),
  before: Type.Unknown(),
  after: Type.Unknown(),
})
export type AuditChange = Static<typeof AuditChange>

export const AuditLine = Type.Object({
  /** The place in the organisation's chain; the larger, the later. */
  seq: Type.Integer(),
  at: Instant,
  /** Null: the system itself, or somebody without a login. */
  actorId: orNull(Id),
  actor: orNull(Type.String()),
  /** Such as 'invitation.create'. */
  action: Type.String(),
  /** What kind of thing was changed, which one, and its name where it has one. */
  subject: orNull(Type.String()),
  subjectId: orNull(Type.String()),
  subjectName: orNull(Type.String()),
  changes: Type.Array(AuditChange),
  ip: orNull(Type.String()),
  requestId: orNull(Type.String()),
})
export type AuditLine = Static<typeof AuditLine>

/** Lines, the newest first; `next` is the `before` of the page that follows, null at the end. */
export const AuditPage = Type.Object({
  lines: Type.Array(AuditLine),
  next: orNull(Type.Integer()),
  /**
   * The last line of the chain, for whoever sees all of it: kept elsewhere, it proves later that
   * nothing up to here was rewritten.
   */
  head: orNull(Type.Object({ seq: Type.Integer(), hash: Type.String() })),
})
export type AuditPage = Static<typeof AuditPage>

const Text = Type.String({ minLength: 1, maxLength: 120 })
const Seq = Type.String({ pattern: '^[1-9][0-9]{0,14}$' })
const Count = Type.String({ pattern: '^([1-9][0-9]?|1[0-9][0-9]|200)$' })

/** Which lines: all that is given must hold. `q` is looked for in everything that a line says. */
export const AuditQuery = Strict({
  subject: Type.Optional(Text),
  subjectId: Type.Optional(Text),
  actorId: Type.Optional(Id),
  /** An action, or with a dot at its end all that begin so: 'invitation.'. */
  action: Type.Optional(Text),
  from: Type.Optional(Instant),
  to: Type.Optional(Instant),
  q: Type.Optional(Text),
  before: Type.Optional(Seq),
  limit: Type.Optional(Count),
})
export type AuditQuery = Static<typeof AuditQuery>

/** How many lines a page has when nobody says. */
export const AUDIT_PAGE = 50

export const audit = {
  list: endpoint(
    'GET',
    '/api/audit',
    'audit.view',
    'What was changed: at the root everything, at an account what belongs to it and below',
    { query: AuditQuery, reply: AuditPage },
  ),
  /**
   * NDJSON. First { format, version, organisation, lines, head }, then for every line of the chain
   * { text, previous, hash }: hash = sha256(previous's bytes, then text in UTF-8), in hexadecimal.
   */
  download: endpoint(
    'GET',
    '/api/audit/export',
    'audit.view',
    'The whole chain as a file that anybody can verify; for whoever sees all of it',
    { reply: Type.String(), download: 'application/x-ndjson' },
  ),
  history: endpoint(
    'GET',
    '/api/people/:id/history',
    'users.manage',
    'What was changed of a person, the newest first',
    {
      params: ById,
      query: Strict({ before: Type.Optional(Seq), limit: Type.Optional(Count) }),
      reply: AuditPage,
    },
  ),
}
