// Whether an invitation's link still gives something: it is open, and whoever sent it may still give
// what it offers.
import type { Ctx } from '../../platform/context.ts'
import { Refusal } from '../../platform/refuse.ts'
import * as accounts from '../accounts/queries.ts'
import { mayReach } from '../people/reach.ts'
import * as logins from '../sign-in/queries.ts'
import * as users from '../users/queries.ts'
import type * as offers from './offer-queries.ts'
import { offeredBy, placeOf } from './plan-actions.ts'
import * as plans from './plan-queries.ts'
import { mayOffer, type Plan, whyNotOpen } from './rules.ts'

/** The roles that are still there to give. Refuses with why the link no longer gives anything. */
export async function refuseClosed(ctx: Ctx, offer: offers.Offer): Promise<plans.PlannedGrant[]> {
  const code = whyNotOpen(offer, ctx.now())
  if (code) throw new Refusal(code)
  const { organisationId, plan } = offer
  const grants = await plans.listGrants(ctx.db, organisationId, plan.set)
  if (grants.length === 0 || !(await isStillGiven(ctx, offer, grants)))
    throw new Refusal('invitation_revoked')
  return grants
}

// Nobody gives through an old invitation what they may not give any more.
async function isStillGiven(
  { db }: Ctx,
  { organisationId, inviterId, accountId, isAccountActive, plan }: offers.Offer,
  grants: readonly plans.PlannedGrant[],
): Promise<boolean> {
  if (!isAccountActive) return false
  if (!(await users.isActiveIn(db, organisationId, inviterId))) return false
  const held = await logins.listGrants(db, organisationId, inviterId)
  const paths = await accounts.paths(db, organisationId)
  const place = await placeOf({ db, organisationId }, accountId, plan.set)
  if (!mayReach({ grants: held, paths }, 'users.manage', place)) return false
  return mayOffer(held, offeredBy(paths, grants))
}

/** What a field of the plan is called when it cannot be given. */
export function nameOf({ names, set }: Plan, key: string): string {
  const value = set[key]
  return names[key] ?? (typeof value === 'string' ? value : key)
}
