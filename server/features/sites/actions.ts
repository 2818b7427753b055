// Making sites.
import { randomBytes } from 'node:crypto'
import { scope } from '#contract/scopes.ts'
import type { NewSite, Site } from '#contract/sites.ts'
import { mustHold } from '../../platform/allow.ts'
import type { ActorCtx } from '../../platform/context.ts'
import { claimName } from '../../platform/names.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import { write } from '../../platform/write.ts'
import * as sites from './queries.ts'
import { keyFrom, soundOrigins } from './rules.ts'

/**
 * Refuses with `not_found` or `forbidden` (the account, the queue), `invalid` (the name, the
 * origins) or `name_taken`.
 */
export async function createSite(ctx: ActorCtx, wanted: NewSite): Promise<Site> {
  const { accountId, queueId } = wanted
  mustHold(ctx.actor, 'setup.manage', accountId)
  const allowedOrigins = soundOrigins(wanted.allowedOrigins)
  if (allowedOrigins === undefined) throw new Refusal('invalid', { field: 'allowedOrigins' })
  return write(ctx, 'site.create', async (tx) => {
    const { db, organisationId } = tx
    mustHold(
      ctx.actor,
      'setup.manage',
      found(await sites.findAccountOfQueue(db, organisationId, queueId)),
    )
    const name = await claimName(tx, accountId, wanted.name, () =>
      sites.list(db, organisationId, [accountId]),
    )
    const site = await sites.insert(db, organisationId, {
      ...wanted,
      name,
      allowedOrigins,
      key: newKey(),
    })
    tx.tell('site', site, [scope.setup(accountId)])
    tx.note({ subject: 'site', subjectId: site.id, after: site })
    return site
  })
}

function newKey(): string {
  return keyFrom(randomBytes(64)) ?? newKey()
}
