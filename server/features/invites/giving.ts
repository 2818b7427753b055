// Everything that an accepted invitation gives, and everybody who hears of it.
import type { Fields } from '#contract/fields.ts'
import type { Tx } from '../../platform/context.ts'
import { notify } from '../notifications/actions.ts'
import { type Applied, applyFields } from '../people/fields-apply.ts'
import { tellUser } from '../users/actions.ts'
import * as offers from './offer-queries.ts'
import { nameOf } from './open-offer.ts'
import * as photos from './photo-queries.ts'
import * as plans from './plan-queries.ts'
import * as invites from './queries.ts'
import { tellInvitations } from './tell.ts'

interface Accepter {
  id: string
  name: string
  /** What they get: of the user's own only where the user is new. */
  set: Fields
}

export interface Given {
  /** Names of what was offered and is not there any more. */
  gone: string[]
  /** To be settled after the commit. */
  outcomes: Applied['outcomes']
}

/** Makes the member. Ends with routing's transitions, which take the log's lock. */
export async function give(tx: Tx, offer: offers.Offer, accepter: Accepter): Promise<Given> {
  const { organisationId, accountId, inviterId, plan } = offer
  const { id: userId, name, set } = accepter
  const membershipId = await offers.insertMember(tx.db, { organisationId, accountId, userId })
  const change = { acceptedAt: tx.now().toISOString(), acceptedBy: userId, membershipId }
  await invites.update(tx.db, organisationId, offer.id, { state: 'accepted', ...change })
  const newcomer = { name, membershipId }
  await photos.handOver(tx.db, { organisationId, invitationId: offer.id, userId })
  await congratulate(tx, offer, newcomer)
  const known = await plans.listGone(tx.db, organisationId, set)
  const namesOf = (keys: readonly string[]) => keys.map((key) => nameOf(plan, key))
  if (known.length > 0) await tellLost(tx, offer, newcomer, namesOf(known))
  const member = { organisationId, membershipId, userId, accountId }
  const { lost, outcomes } = await applyFields(tx, member, set, inviterId)
  // What only applying could find out, such as an alias that another has by now.
  const late = lost.filter((key) => !known.includes(key))
  if (late.length > 0) await tellLost(tx, offer, newcomer, namesOf(late))
  const { email, accountName } = offer
  tx.note({
    subject: 'membership',
    subjectId: membershipId,
    after: { email, name, account: accountName, invitationId: offer.id, set },
  })
  tx.signal('grants_changed', userId)
  await tellInvitations(tx, [offer.id])
  await tellUser(tx, userId)
  return { gone: namesOf([...known, ...late]), outcomes }
}

interface Newcomer {
  name: string
  membershipId: string
}

async function congratulate(tx: Tx, offer: offers.Offer, newcomer: Newcomer): Promise<void> {
  const { inviterId, accountName, email } = offer
  const data = { ...newcomer, email, accountName }
  await notify(
    tx,
    { userId: inviterId, kind: 'invitation_accepted', data },
    {
      template: 'invitation_accepted',
      toEmail: offer.inviterEmail,
      toName: `${offer.inviterFirstName} ${offer.inviterLastName}`,
      language: offer.inviterLanguage,
      data: {
        ...data,
        accountColour: offer.accountColour,
        inviterFirstName: offer.inviterFirstName,
      },
    },
  )
}

async function tellLost(tx: Tx, offer: offers.Offer, newcomer: Newcomer, gone: readonly string[]) {
  const data = { ...newcomer, accountName: offer.accountName, lost: gone.join(', ') }
  await notify(tx, { userId: offer.inviterId, kind: 'invitation_lost_parts', data })
}
