// The mails about invitations: written when their time has come, from what is true then, and what
// becomes of them.
import type { MailKind } from '../mail-outbox/kinds.ts'
import type { Outgoing } from '../mail-outbox/queries.ts'
import { letterOf } from '../mail-outbox/templates.ts'
import { linkOf } from './link.ts'
import * as offers from './offer-queries.ts'
import * as plans from './plan-queries.ts'
import * as invites from './queries.ts'
import { whyNotOpen } from './rules.ts'
import { tellInvitations } from './tell.ts'
import { seedOf, temporaryPassword } from './temporary.ts'

/** The mail with the link. Its token is made here, from the key, and kept nowhere. */
const invitation: MailKind = {
  async compose(ctx, mail) {
    const offer = await offers.find(ctx.db, mail.organisationId, idOf(mail))
    if (!offer || whyNotOpen(offer, ctx.now())) return undefined
    const { id, tokenNonce, accountName, accountColour, expiresAt, timeZone } = offer
    const grants = await plans.listGrants(ctx.db, mail.organisationId, offer.plan.set)
    const roleNames = [...new Set(grants.map(({ roleName }) => roleName))]
    if (roleNames.length === 0 || tokenNonce === null || expiresAt === null) return undefined
    return letterOf('invitation', mail.language, {
      ...{ accountName, accountColour, roleNames, expiresAt, timeZone },
      isPasswordMade: offer.onboardingMode === 'assigned',
      inviterName: `${offer.inviterFirstName} ${offer.inviterLastName}`,
      firstName: offer.firstName ?? undefined,
      link: linkOf(ctx, { id, tokenNonce }),
    })
  },
  async sent(tx, mail) {
    const offer = await offers.lock(tx.db, mail.organisationId, idOf(mail))
    // Somebody may have used the link before this server could say that it went out.
    if (!offer || whyNotOpen(offer, tx.now())) return
    const state = offer.state === 'opened' ? 'opened' : 'sent'
    const change = { state, sentAt: tx.now().toISOString() } as const
    await invites.update(tx.db, mail.organisationId, offer.id, change)
    await tellInvitations(tx, [offer.id])
  },
  async failed(tx, mail, error) {
    const offer = await offers.lock(tx.db, mail.organisationId, idOf(mail))
    if (!offer || whyNotOpen(offer, tx.now())) return
    const change = { state: 'bounced', deliveryError: error } as const
    await invites.update(tx.db, mail.organisationId, offer.id, change)
    await tellInvitations(tx, [offer.id])
  },
}

/** The mail to the inviter. */
const accepted: MailKind = {
  async compose({ publicOrigin }, { language, data }) {
    const text = (key: string) => data[key] ?? ''
    return letterOf('invitation_accepted', language, {
      accountName: text('accountName'),
      accountColour: text('accountColour'),
      inviterFirstName: text('inviterFirstName'),
      name: text('name'),
      email: text('email'),
      link: `${publicOrigin}/people/${text('membershipId')}`,
    })
  },
}

/** The mail with a password that was made for somebody; none once they have chosen their own. */
const assigned: MailKind = {
  async compose(ctx, { language, data }) {
    const user = await offers.findTemporary(ctx.db, data['userId'] ?? '')
    const password = temporaryPassword(ctx, seedOf(data))
    const isStill = user?.passwordHash && (await ctx.hasher.verify(user.passwordHash, password))
    if (!user || !isStill) return undefined
    return letterOf('assigned_password', language, {
      accountName: data['accountName'] ?? '',
      accountColour: data['accountColour'] ?? '',
      firstName: user.firstName,
      login: user.login,
      password,
      expiresAt: user.passwordExpiresAt ?? '',
      timeZone: data['timeZone'] ?? '',
      link: `${ctx.publicOrigin}/sign-in`,
    })
  },
}

/** By template. */
export const invitationMails: Readonly<Record<string, MailKind>> = {
  invitation,
  invitation_accepted: accepted,
  assigned_password: assigned,
}

function idOf({ data }: Outgoing): string {
  return data['invitationId'] ?? ''
}
