// The mails about a login: a new password, a new browser, a link to choose another password.
import type { Ctx } from '../../platform/context.ts'
import * as accounts from '../accounts/queries.ts'
import type { MailKind } from '../mail-outbox/kinds.ts'
import type { Letter } from '../mail-outbox/layout.ts'
import type { Outgoing } from '../mail-outbox/queries.ts'
import { type Facts, letterOf, type Template } from './letters.ts'
import { findReset } from './queries.ts'
import { tokenOf } from './reset-actions.ts'

const kindOf = (template: Template): MailKind => ({
  compose: (ctx, mail) => compose(ctx, mail, template, `${ctx.publicOrigin}/forgot`),
})

async function compose(
  ctx: Ctx,
  { organisationId, language, data }: Outgoing,
  template: Template,
  link: string,
): Promise<Letter | undefined> {
  const [account] = await accounts.list(ctx.db, organisationId, [organisationId])
  if (!account) return undefined
  const { name: accountName, colour: accountColour, timeZone } = account
  const facts: Facts = { ...{ accountName, accountColour, timeZone, link }, ...said(data) }
  return letterOf(template, language, facts)
}

function said(
  data: Outgoing['data'],
): Pick<Facts, 'firstName' | 'at' | 'ip' | 'browser' | 'system'> {
  const text = (key: string) => data[key] ?? ''
  const [firstName, at, ip] = [text('firstName'), text('at'), text('ip')]
  return { firstName, at, ip, browser: text('browser'), system: text('system') }
}

/** The mail with the link. Its token is made here, from the key, and kept nowhere. */
const reset: MailKind = {
  async compose(ctx, mail) {
    const open = await findReset(ctx.db, mail.data['resetId'] ?? '')
    if (!open || open.usedAt !== null || Date.parse(open.expiresAt) <= ctx.now().getTime())
      return undefined
    // Behind a #, so that the token reaches no server's log and no other site.
    const link = `${ctx.publicOrigin}/reset#t=${tokenOf(ctx, open.id, open.tokenNonce)}`
    return compose(ctx, mail, 'password_reset', link)
  },
}

/** By template. */
export const securityMails: Readonly<Record<string, MailKind>> = {
  new_device: kindOf('new_device'),
  password_changed: kindOf('password_changed'),
  password_reset: reset,
}
