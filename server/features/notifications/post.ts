// Notifications on their way out of the app: written when their time has come.
import type { Ctx } from '../../platform/context.ts'
import * as accounts from '../accounts/queries.ts'
import type { MailKind } from '../mail-outbox/kinds.ts'
import type { Outgoing } from '../sms-outbox/queries.ts'
import { findVerifiedMobile } from './choice-queries.ts'
import { mailOf, smsOf } from './letters.ts'

/** By template. */
export const notificationMails: Readonly<Record<string, MailKind>> = {
  notification: {
    async compose(ctx, { organisationId, language, data }) {
      const [account] = await accounts.list(ctx.db, organisationId, [organisationId])
      if (!account) return undefined
      const { about = '', membershipId, ...said } = data
      const path = membershipId === undefined ? '/' : `/people/${membershipId}`
      const { name: accountName, colour: accountColour } = account
      const facts = { accountName, accountColour, link: `${ctx.publicOrigin}${path}`, data: said }
      return mailOf(about, language, facts)
    },
  },
}

/** By kind. */
export const notificationSms = {
  /** Only to the number that is verified, also by the time it goes out. */
  async notification({ db }: Ctx, { userId, toMobile, language, data }: Outgoing) {
    const { about = '', ...said } = data
    const mobile = await findVerifiedMobile(db, userId)
    return mobile === toMobile ? smsOf(about, language, said) : undefined
  },
}
