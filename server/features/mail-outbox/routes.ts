// The mailbox of a server without a mail server. It shows links that let people in, so it answers
// this machine alone.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { mailbox as api, type MailInBox } from '#contract/mailbox.ts'
import type { Ctx } from '../../platform/context.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import { serveAnyone } from '../../platform/serve.ts'
import * as messages from '../sms-outbox/queries.ts'
import { framedMail, MAIL_POLICY, mailboxPage, PAGE_POLICY, smsAsMail } from './page.ts'
import * as outbox from './queries.ts'

/** To be opened only where no mail server is set. */
export function mailboxRoutes(app: FastifyInstance): void {
  serveAnyone(app, api.list, (ctx) => {
    refuseStrangers(ctx)
    return outbox.listBox(ctx.db)
  })
  serveAnyone(app, api.sms, (ctx) => {
    refuseStrangers(ctx)
    return messages.listBox(ctx.db)
  })
  app.get<{ Querystring: { open?: unknown } }>('/dev/mail', showBox)
  app.get<{ Params: { id: string } }>('/dev/mail/:id', showMail)
}

async function showBox(
  { ctx, query }: FastifyRequest<{ Querystring: { open?: unknown } }>,
  reply: FastifyReply,
): Promise<string> {
  refuseStrangers(ctx)
  const mails = await listAll(ctx)
  const open = mails.find((mail) => mail.id === query.open)
  asPage(reply, PAGE_POLICY)
  return mailboxPage(mails, open)
}

async function showMail(
  { ctx, params }: FastifyRequest<{ Params: { id: string } }>,
  reply: FastifyReply,
): Promise<string> {
  refuseStrangers(ctx)
  const mail = found((await listAll(ctx)).find(({ id }) => id === params.id))
  asPage(reply, MAIL_POLICY)
  return framedMail(mail)
}

/** Mails, and messages to mobiles among them. */
async function listAll({ db }: Ctx): Promise<MailInBox[]> {
  const [mails, sms] = await Promise.all([outbox.listBox(db), messages.listBox(db)])
  return [...mails, ...sms.map(smsAsMail)].toSorted((a, b) => b.at.localeCompare(a.at))
}

function asPage(reply: FastifyReply, policy: string): void {
  reply.headers({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy,
    'cache-control': 'no-store',
  })
}

const THIS_MACHINE = /^(127\.\d+\.\d+\.\d+|::1)$/
/** A page of the web that had its name point here would still call us by that name. */
const OWN_NAME = /^((?:[a-z0-9-]+\.)?localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/

function refuseStrangers({ browser }: Ctx): void {
  const isNear = THIS_MACHINE.test(browser.ip) && OWN_NAME.test(browser.host)
  if (!isNear) throw new Refusal('not_found')
}
