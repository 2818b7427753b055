// Everything that an action may touch comes in as ctx.
import type { FastifyBaseLogger } from 'fastify'
import type { LiveKind, LiveRow } from '#contract/facts.ts'
import type { Grant } from '#contract/permissions.ts'
import type { Bus } from './bus.ts'
import type { Database, Db } from './database.ts'
import type { Hasher } from './hash.ts'

/** The accounts of an organisation as paths: from an account up to the root. */
export type Paths = ReadonlyMap<string, readonly string[]>

/** Somebody who is signed in, in one organisation. */
export interface Actor {
  userId: string
  organisationId: string
  sessionId: string
  /** Until it is changed, nothing else is answered. */
  mustChangePassword: boolean
  /** When they last entered their password. */
  confirmedAt: string
  name: string
  photo: string | null
  grants: readonly Grant[]
  /** Every account of the organisation; what may be seen of them the grants say. */
  paths: Paths
}

export interface Visitor {
  visitorId: string
  organisationId: string
  siteId: string
}

/** The browser that asks: where it is, and the cookies it may be given. */
export interface Browser {
  ip: string
  /** The name and port by which it calls this server. */
  host: string
  userAgent: string
  deviceToken: string | undefined
  keepSession(token: string): void
  dropSession(): void
  keepDevice(token: string): void
}

export interface Ctx {
  db: Db
  database: Database
  now: () => Date
  log: FastifyBaseLogger
  requestId: string
  bus: Bus
  hasher: Hasher
  /** Signs the links in mails. */
  secretKey: Buffer
  /** So many times the usual number of new visitors and chats is let in. */
  visitorAllowance: number
  /** What browsers call this server, such as https://chat.example.org. */
  publicOrigin: string
  browser: Browser
}

/** A ctx that knows in which organisation it acts, and for whom (null: nobody who has a login). */
export interface ActingCtx extends Ctx {
  organisationId: string
  actorId: string | null
}

export interface ActorCtx extends ActingCtx {
  actor: Actor
}

export interface VisitorCtx extends ActingCtx {
  visitor: Visitor
}

export interface AuditLine {
  subject: string
  subjectId: string
  before?: unknown
  after?: unknown
}

/** A ctx inside a transaction: what is told and noted here is written last, told after commit. */
export interface Tx extends ActingCtx {
  /** The whole new row, to those who may see it; `left` names the scopes that saw it until now. */
  tell<K extends LiveKind>(
    kind: K,
    row: LiveRow[K],
    scopes: readonly string[],
    left?: readonly string[],
  ): void
  /** The row is gone from the scopes. */
  untell(kind: LiveKind, id: string, scopes: readonly string[]): void
  /** Something that servers, not screens, must act on: an ended session, changed grants. */
  signal(kind: string, id: string): void
  /** What was changed, for the audit; without it the line carries the action's name alone. */
  note(line: AuditLine): void
}

/** The ctx, acting in an organisation that it was not signed in to. */
export function actingIn(ctx: Ctx, organisationId: string, actorId: string | null): ActingCtx {
  return { ...ctx, organisationId, actorId }
}
