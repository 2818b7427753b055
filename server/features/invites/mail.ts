// The mails about invitations: written when their time has come, from what is true then, and what
// becomes of them.
import type { Ctx } from '../../platform/context.ts'
import { deriveToken } from '../../platform/tokens.ts'
import type { MailKind } from '../mail-outbox/kinds.ts'
import type { Outgoing } from '../mail-outbox/queries.ts'
import { letterOf } from '../mail-outbox/templates.ts'
import { tellInvitations } from './actions.ts'
import * as offers from './offer-queries.ts'
import * as invites from './queries.ts'
import { whyNotOpen } from './rules.ts'

/** The mail with the link. Its token is made here, from the key, and kept nowhere. */
const invitation: MailKind = {
  async compose(ctx, mail) {
    const offer = await offers.find(ctx.db, mail.organisationId, idOf(mail))
    if (!offer || whyNotOpen(offer, ctx.now())) return undefined
    const { accountName, accountColour, roleName, expiresAt, timeZone } = offer
    return letterOf('invitation', mail.language, {
      ...{ accountName, accountColour, roleName, expiresAt, timeZone },
      inviterName: `${offer.inviterFirstName} ${offer.inviterLastName}`,
      firstName: offer.firstName ?? undefined,
      link: linkOf(ctx, offer),
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

/** By template. */
export const invitationMails: Readonly<Record<string, MailKind>> = {
  invitation,
  invitation_accepted: accepted,
}

// Behind a #, so that the token reaches no server's log and no other site.
function linkOf({ secretKey, publicOrigin }: Ctx, { id, tokenNonce }: offers.Offer): string {
  return `${publicOrigin}/invitation#t=${deriveToken(secretKey, 'invitation', id, tokenNonce)}`
}

function idOf({ data }: Outgoing): string {
  return data['invitationId'] ?? ''
}
