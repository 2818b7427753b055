// How a user is reached: the e-mail and how it changes, the mobile number and how it is proven, and
// which notifications come where.
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { Mobile } from './fields.ts'
import { Notification } from './notifications.ts'
import { ById, Email, Id, Instant, Nothing, orNull, Strict } from './shapes.ts'

/** Hours for which the link to a new e-mail works. */
export const CONFIRM_HOURS = 24
/** Hours for which whoever has the old address may take the change back. */
export const REVERT_HOURS = 72
/** Minutes for which a code that was sent to a mobile works. */
export const CODE_MINUTES = 10
/** Wrong codes after which another one must be sent. */
export const CODE_TRIES = 5

const Token = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' })
const ByToken = Strict({ token: Token })
const NewEmail = Strict({ email: Email })

export const MyContact = Type.Object({
  /** A membership of mine; its record tells of changes. */
  membershipId: Id,
  email: Type.String(),
  /** The address that waits to be confirmed. */
  pendingEmail: orNull(Type.String()),
  mobile: orNull(Type.String()),
  isMobileVerified: Type.Boolean(),
  /** Of the number, as the field `mobile` of a record. */
  mobileVersion: Type.Integer(),
  /** Until when a code that was sent works; null: none does. */
  codeUntil: orNull(Instant),
})
export type MyContact = Static<typeof MyContact>

/** What a link in a mail would do. */
export const EmailCard = Type.Object({
  purpose: Type.Union([Type.Literal('confirm'), Type.Literal('revert')]),
  /** What the e-mail becomes. */
  email: Type.String(),
  firstName: Type.String(),
  expiresAt: Instant,
})
export type EmailCard = Static<typeof EmailCard>

/** Beside the app, where every notification is told. */
export const NotificationChoice = Strict({
  kind: Notification.properties.kind,
  email: Type.Boolean(),
  /** To the mobile number, once it is verified. */
  sms: Type.Boolean(),
})
export type NotificationChoice = Static<typeof NotificationChoice>

const Choices = Type.Object({ choices: Type.Array(NotificationChoice) })

export const myContact = {
  get: endpoint('GET', '/api/me/contact', 'session', 'My e-mail and my mobile number', {
    reply: MyContact,
  }),
  changeEmail: endpoint(
    'POST',
    '/api/me/email',
    'session',
    'Have a link mailed to a new address of mine, once my password was entered just now; answers alike whether the address is taken',
    { body: NewEmail, reply: MyContact },
  ),
  cancelEmail: endpoint('DELETE', '/api/me/email', 'session', 'Keep my e-mail as it is', {
    reply: MyContact,
  }),
  setMobile: endpoint('PUT', '/api/me/mobile', 'session', 'Change my mobile number, or remove it', {
    body: Strict({
      mobile: orNull(Mobile),
      version: Type.Integer({ minimum: 0, maximum: 2_147_483_647 }),
    }),
    reply: MyContact,
  }),
  sendCode: endpoint(
    'POST',
    '/api/me/mobile/code',
    'session',
    'Have a code of six digits sent to my mobile number',
    { reply: MyContact },
  ),
  verifyMobile: endpoint(
    'POST',
    '/api/me/mobile/verify',
    'session',
    'Prove my mobile number by the code; `wrong_code`, `code_expired`',
    { body: Strict({ code: Type.String({ pattern: '^[0-9]{6}$' }) }), reply: MyContact },
  ),
  choices: endpoint(
    'GET',
    '/api/me/notification-choices',
    'session',
    'Where each kind of notification reaches me beside the app',
    { reply: Choices },
  ),
  choose: endpoint(
    'PUT',
    '/api/me/notification-choices',
    'session',
    'Choose it for some kinds; the others stay as they are',
    {
      body: Strict({ choices: Type.Array(NotificationChoice, { maxItems: 50 }) }),
      reply: Choices,
    },
  ),
}

/** Of a person who belongs to this organisation alone, for whoever manages them. */
export const personContact = {
  changeEmail: endpoint(
    'POST',
    '/api/people/:id/email',
    'users.manage',
    'Have a link mailed to a person’s new address, once one’s own password was entered just now',
    { params: ById, body: NewEmail, reply: Nothing },
  ),
  cancelEmail: endpoint(
    'DELETE',
    '/api/people/:id/email',
    'users.manage',
    'Keep a person’s e-mail as it is',
    { params: ById, reply: Nothing },
  ),
}

/** For whoever has the link of a mail, signed in or not. */
export const emailLinks = {
  look: endpoint(
    'POST',
    '/api/email/look',
    'nothing',
    'What a link would do; changes nothing; `link_used`, `link_expired`, `not_found`',
    { body: ByToken, reply: EmailCard },
  ),
  confirm: endpoint(
    'POST',
    '/api/email/confirm',
    'nothing',
    'Make the new address the e-mail; `email_taken` when somebody else has it by now',
    { body: ByToken, reply: Nothing },
  ),
  revert: endpoint(
    'POST',
    '/api/email/revert',
    'nothing',
    'Give the user the old address back; ends every session, and the password must be chosen anew',
    { body: ByToken, reply: Nothing },
  ),
}
