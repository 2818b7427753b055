// Mails about another e-mail, and codes to mobiles: written when their time has come.
import { createHmac } from 'node:crypto'
import type { Ctx } from '../../platform/context.ts'
import * as accounts from '../accounts/queries.ts'
import type { MailKind } from '../mail-outbox/kinds.ts'
import type { Letter } from '../mail-outbox/layout.ts'
import type { Outgoing } from '../mail-outbox/queries.ts'
import type { SmsKind } from '../sms-outbox/kinds.ts'
import * as users from '../users/queries.ts'
import * as emails from './email-queries.ts'
import { codeText, letterOf, type Template } from './letters.ts'
import { isOpen, tokenOf } from './links.ts'
import * as mobiles from './mobile-queries.ts'

/** By template. */
export const contactMails: Readonly<Record<string, MailKind>> = {
  email_confirm: {
    async compose(ctx, mail) {
      const link = await openOf(ctx, mail)
      if (!link || (await isTaken(ctx, link))) return undefined
      return compose(ctx, mail, 'email_confirm', link.email, addressOf(ctx, '/confirm-email', link))
    },
  },
  email_asked: {
    compose: (ctx, mail) =>
      compose(ctx, mail, 'email_asked', mail.data['email'] ?? '', `${ctx.publicOrigin}/forgot`),
  },
  email_changed: {
    async compose(ctx, mail) {
      const link = await openOf(ctx, mail)
      const email = mail.data['email'] ?? ''
      return (
        link && compose(ctx, mail, 'email_changed', email, addressOf(ctx, '/revert-email', link))
      )
    },
  },
}

async function openOf(ctx: Ctx, { data }: Outgoing): Promise<emails.Link | undefined> {
  const link = await emails.findLink(ctx.db, data['linkId'] ?? '')
  return link && isOpen(link, ctx.now()) ? link : undefined
}

/** Whoever has the address already is told nothing of who else would like it. */
async function isTaken({ db }: Ctx, { email, userId }: emails.Link): Promise<boolean> {
  const holder = await users.findByEmail(db, email)
  return holder !== undefined && holder.id !== userId
}

// Behind a #, so that the token reaches no server's log and no other site.
function addressOf(ctx: Ctx, path: string, link: emails.Link): string {
  return `${ctx.publicOrigin}${path}#t=${tokenOf(ctx, link)}`
}

async function compose(
  ctx: Ctx,
  { organisationId, language, data }: Outgoing,
  template: Template,
  email: string,
  link: string,
): Promise<Letter | undefined> {
  const [account] = await accounts.list(ctx.db, organisationId, [organisationId])
  if (!account) return undefined
  const { name: accountName, colour: accountColour } = account
  const firstName = data['firstName'] ?? ''
  return letterOf(template, language, { accountName, accountColour, firstName, email, link })
}

/** By kind. */
export const contactSms: Readonly<Record<string, SmsKind>> = {
  async mobile_code(ctx, { userId, toMobile, language, data }) {
    const code = await mobiles.findCode(ctx.db, userId)
    const isIt = code?.mobile === toMobile && code.nonce.toString('hex') === data['nonce']
    return isIt ? codeText(language, codeOf(ctx, userId, code.nonce)) : undefined
  },
}

/** The six digits of a nonce, made with the server's key whenever they are needed and kept nowhere. */
export function codeOf(
  { secretKey }: Pick<Ctx, 'secretKey'>,
  userId: string,
  nonce: Buffer,
): string {
  const text = JSON.stringify(['mobile_code', userId, nonce.toString('base64')])
  const made = createHmac('sha256', secretKey).update(text).digest().readUIntBE(0, 6)
  return String(made % 1_000_000).padStart(6, '0')
}
