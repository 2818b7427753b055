// The mailbox of a server without a mail server: what it would have sent, for whoever tries it out.
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { Id, Instant } from './shapes.ts'

export const MailInBox = Type.Object({
  id: Id,
  at: Instant,
  toEmail: Type.String(),
  toName: Type.String(),
  subject: Type.String(),
  html: Type.String(),
  text: Type.String(),
})
export type MailInBox = Static<typeof MailInBox>

export const SmsInBox = Type.Object({
  id: Id,
  at: Instant,
  toMobile: Type.String(),
  text: Type.String(),
})
export type SmsInBox = Static<typeof SmsInBox>

export const mailbox = {
  sms: endpoint(
    'GET',
    '/api/dev/sms',
    'nothing',
    'The messages to mobiles of the built-in mailbox, newest first',
    { reply: Type.Array(SmsInBox) },
  ),
  list: endpoint(
    'GET',
    '/api/dev/mail',
    'nothing',
    'The mails of the built-in mailbox, newest first',
    {
      reply: Type.Array(MailInBox),
    },
  ),
}
