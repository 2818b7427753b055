// Passwords and sessions: one's own, another person's, and what an account asks of them.
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { PasswordPolicy } from './password.ts'
import { Me } from './session.ts'
import { ById, Id, Instant, Nothing, orNull, Strict } from './shapes.ts'

const Password = Type.String({ minLength: 1, maxLength: 128 })
const Token = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' })

/** Hours after which a temporary password that was not used is worth nothing. */
export const TEMPORARY_HOURS = 72
/** Minutes for which a link to choose a new password works. */
export const RESET_MINUTES = 30
/** Minutes for which a password that was entered counts as entered just now. */
export const FRESH_MINUTES = 10
/** Sessions that one user has at once: one more ends the oldest. */
export const SESSIONS_MOST = 10

/** A browser that is signed in. */
export const Session = Type.Object({
  id: Id,
  /** The one that asks. */
  isCurrent: Type.Boolean(),
  createdAt: Instant,
  lastActiveAt: Instant,
  /** When it ends, whatever is done in it. */
  expiresAt: Instant,
  ip: orNull(Type.String()),
  /** A name such as Firefox; null: it cannot be told. */
  browser: orNull(Type.String()),
  /** A name such as Windows; null: it cannot be told. */
  system: orNull(Type.String()),
})
export type Session = Static<typeof Session>

/** A policy as it is shown wherever a password is typed, with what is known of the person. */
export const PolicyForTyping = Type.Object({
  policy: PasswordPolicy,
  /** As `PasswordContext`: what a password may not be made of. */
  context: Type.Object({
    email: Type.Optional(Type.String()),
    names: Type.Optional(Type.Array(Type.String())),
    account: Type.Optional(Type.String()),
  }),
})
export type PolicyForTyping = Static<typeof PolicyForTyping>

export const ChangedPassword = Strict({
  current: Password,
  password: Password,
  /** Signs out every other browser of mine. */
  endOthers: Type.Boolean(),
})
export type ChangedPassword = Static<typeof ChangedPassword>

export const SetPassword = Strict({
  password: Password,
  /** It works once, within 72 hours, and must then be changed. */
  mustChange: Type.Boolean(),
})
export type SetPassword = Static<typeof SetPassword>

/** What a link to choose a new password is for. */
export const ResetCard = Type.Object({
  ...PolicyForTyping.properties,
  login: Type.String(),
  firstName: Type.String(),
  expiresAt: Instant,
})
export type ResetCard = Static<typeof ResetCard>

/** What passwords must be at an account, and why. */
export const PolicyAt = Type.Object({
  accountId: Id,
  /** What holds here. */
  policy: PasswordPolicy,
  /** What is set here; null: nothing, it is as above. */
  own: orNull(PasswordPolicy),
  /** What would hold here if nothing were set here. */
  inherited: PasswordPolicy,
  /** Whose it is that holds. */
  from: Type.Union([Type.Literal('here'), Type.Literal('above'), Type.Literal('default')]),
  /** The name of the account above that says it, for whoever may see that account. */
  fromName: orNull(Type.String()),
  /** Of what is set here; 0: it was never changed. */
  version: Type.Integer(),
})
export type PolicyAt = Static<typeof PolicyAt>

/** Whom a policy would reach. */
export const PolicyEffect = Type.Object({
  /** People at this account, and below it where nothing else is set. */
  people: Type.Integer(),
  /** Those of them who must choose a new password when they next sign in: theirs is too old. */
  mustChange: Type.Integer(),
  /** Those whose password is looked at when they next sign in: it was chosen under weaker rules. */
  lookedAt: Type.Integer(),
})
export type PolicyEffect = Static<typeof PolicyEffect>

/** How long sessions last at an account: nowhere longer than above it. */
export const SessionLimits = Strict({
  /** Minutes without doing anything; null: as above. */
  idleMinutes: orNull(Type.Integer({ minimum: 5, maximum: 60 })),
  /** Hours in any case; null: as above. */
  hours: orNull(Type.Integer({ minimum: 1, maximum: 12 })),
})
export type SessionLimits = Static<typeof SessionLimits>

export const SessionLimitsAt = Type.Object({
  accountId: Id,
  own: SessionLimits,
  /** What holds here. */
  idleMinutes: Type.Integer(),
  hours: Type.Integer(),
  /** The most that may be set here, as the accounts above say. */
  most: Type.Object({ idleMinutes: Type.Integer(), hours: Type.Integer() }),
  /** 0: it was never changed. */
  version: Type.Integer(),
})
export type SessionLimitsAt = Static<typeof SessionLimitsAt>

const BySession = Strict({ id: Id, sessionId: Id })
const Ended = Type.Object({ ended: Type.Integer() })
const Version = Type.Integer({ minimum: 0 })

/** One's own. */
export const mySecurity = {
  policy: endpoint(
    'GET',
    '/api/me/password-policy',
    'session',
    'What my password must be: what all my accounts ask for together',
    { reply: PolicyForTyping },
  ),
  changePassword: endpoint(
    'POST',
    '/api/me/password',
    'session',
    'Choose a new password; the old one dies',
    { body: ChangedPassword, reply: Me },
  ),
  sessions: endpoint('GET', '/api/me/sessions', 'session', 'The browsers where I am signed in', {
    reply: Type.Array(Session),
  }),
  endSession: endpoint(
    'DELETE',
    '/api/me/sessions/:id',
    'session',
    'Sign out of another browser of mine',
    { params: ById, reply: Nothing },
  ),
  endOthers: endpoint(
    'DELETE',
    '/api/me/sessions',
    'session',
    'Sign out of every browser of mine but this one',
    { reply: Ended },
  ),
}

/** For whoever cannot sign in. */
export const forgotten = {
  forgot: endpoint(
    'POST',
    '/api/password/forgot',
    'nothing',
    'Have a link mailed to choose a new password; answers alike whoever is asked for',
    { body: Strict({ login: Type.String({ minLength: 1, maxLength: 254 }) }), reply: Nothing },
  ),
  look: endpoint(
    'POST',
    '/api/password/look',
    'nothing',
    'Whose link it is, and what the password must be; `link_used`, `link_expired`, `not_found`',
    { body: Strict({ token: Token }), reply: ResetCard },
  ),
  reset: endpoint(
    'POST',
    '/api/password/reset',
    'nothing',
    'Choose a new password by the link; ends every session and begins none',
    { body: Strict({ token: Token, password: Password }), reply: Nothing },
  ),
}

/** Of a person, for whoever manages them. The id is the membership's. */
export const personSecurity = {
  setPassword: endpoint(
    'PUT',
    '/api/people/:id/password',
    'users.manage',
    'Give a person a password, once one’s own was entered just now; ends their sessions',
    {
      params: ById,
      body: SetPassword,
      /** When it runs out; null: never. */
      reply: Type.Object({ expiresAt: orNull(Instant) }),
    },
  ),
  sendReset: endpoint(
    'POST',
    '/api/people/:id/password/reset-mail',
    'users.manage',
    'Mail the person a link to choose a new password',
    { params: ById, reply: Nothing },
  ),
  expirePassword: endpoint(
    'POST',
    '/api/people/:id/password/expire',
    'users.manage',
    'Have the person choose a new password when they next sign in',
    { params: ById, reply: Nothing },
  ),
  policy: endpoint(
    'GET',
    '/api/people/:id/password-policy',
    'users.manage',
    'What the password of a person must be',
    { params: ById, reply: PolicyForTyping },
  ),
  sessions: endpoint(
    'GET',
    '/api/people/:id/sessions',
    'sessions.manage',
    'The browsers where a person is signed in to this organisation',
    { params: ById, reply: Type.Array(Session) },
  ),
  endSession: endpoint(
    'DELETE',
    '/api/people/:id/sessions/:sessionId',
    'sessions.manage',
    'Sign a person out of one browser',
    { params: BySession, reply: Nothing },
  ),
  endSessions: endpoint(
    'DELETE',
    '/api/people/:id/sessions',
    'sessions.manage',
    'Sign a person out everywhere',
    { params: ById, reply: Ended },
  ),
}

/** What an account asks of passwords and sessions. */
export const accountSecurity = {
  policy: endpoint(
    'GET',
    '/api/accounts/:id/password-policy',
    'session',
    'What passwords must be at an account; for whoever makes users or sets it there',
    { params: ById, reply: PolicyAt },
  ),
  previewPolicy: endpoint(
    'POST',
    '/api/accounts/:id/password-policy/preview',
    'accounts.manage',
    'Whom a policy would reach; changes nothing',
    { params: ById, body: Strict({ policy: orNull(PasswordPolicy) }), reply: PolicyEffect },
  ),
  setPolicy: endpoint(
    'PUT',
    '/api/accounts/:id/password-policy',
    'accounts.manage',
    'Say what passwords must be at an account (null: as above), once one’s own was entered just now',
    {
      params: ById,
      body: Strict({ policy: orNull(PasswordPolicy), version: Version }),
      reply: PolicyAt,
    },
  ),
  sessionLimits: endpoint(
    'GET',
    '/api/accounts/:id/session-limits',
    'accounts.manage',
    'How long sessions last at an account',
    { params: ById, reply: SessionLimitsAt },
  ),
  setSessionLimits: endpoint(
    'PUT',
    '/api/accounts/:id/session-limits',
    'accounts.manage',
    'Say how long sessions last at an account, once one’s own password was entered just now',
    {
      params: ById,
      body: Strict({ ...SessionLimits.properties, version: Version }),
      reply: SessionLimitsAt,
    },
  ),
}
