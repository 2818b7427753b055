// Making, changing and deleting sites.
import { randomBytes } from 'node:crypto'
import { scope } from '#contract/scopes.ts'
import { type NewSite, type Site, type SiteChanges, WELCOME_MAX } from '#contract/sites.ts'
import { messageProblem } from '#contract/text.ts'
import { mustHold } from '../../platform/allow.ts'
import type { ActorCtx, Tx } from '../../platform/context.ts'
import { refuseLateUse, refuseUse } from '../../platform/in-use.ts'
import { changedFields, markFields, sameKeys } from '../../platform/marks.ts'
import { claimName, soundName } from '../../platform/names.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import { write } from '../../platform/write.ts'
import { mustHave } from '../hours/actions.ts'
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
    await mustFeed(ctx, tx, queueId)
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

/** The site. Refuses with `not_found` or `forbidden`. */
async function mustSetUp({ db, actor, organisationId }: ActorCtx, id: string): Promise<Site> {
  const site = found(await sites.find(db, organisationId, id))
  mustHold(actor, 'setup.manage', site.accountId, [id])
  return site
}

/**
 * Refuses with `not_found` or `forbidden` (the site; the queue that it is to feed), `stale` and what
 * stands now, `invalid` (the name, the origins, the welcome) or `name_taken`.
 */
export async function changeSite(
  ctx: ActorCtx,
  id: string,
  { set, base }: SiteChanges,
): Promise<Site> {
  const { accountId } = await mustSetUp(ctx, id)
  const sound = soundChanges(set)
  return write(ctx, 'site.change', async (tx) => {
    const { db, organisationId } = tx
    const before = found(await sites.lock(db, organisationId, id))
    const wanted = await changedFields<SiteChanges['set']>(tx, id, before, { set: sound, base })
    const keys = Object.keys(wanted)
    if (keys.length === 0) return before
    const { name, queueId } = wanted
    if (queueId !== undefined) await mustFeed(ctx, tx, queueId)
    await mustHave(tx, accountId, wanted.hoursId)
    if (name !== undefined)
      await claimName(tx, accountId, name, async () =>
        (await sites.list(db, organisationId, [accountId])).filter((one) => one.id !== id),
      )
    await sites.update(db, organisationId, id, wanted)
    await markFields(tx, id, keys)
    const site = found(await sites.find(db, organisationId, id))
    tx.tell('site', site, [scope.setup(accountId)])
    tx.note({ subject: 'site', subjectId: id, before: sameKeys(before, wanted), after: wanted })
    return site
  })
}

function soundChanges(set: SiteChanges['set']): SiteChanges['set'] {
  const { name, allowedOrigins, welcome } = set
  const origins = allowedOrigins && soundOrigins(allowedOrigins)
  if (allowedOrigins !== undefined && origins === undefined)
    throw new Refusal('invalid', { field: 'allowedOrigins' })
  if (typeof welcome === 'string' && messageProblem(welcome, WELCOME_MAX) !== null)
    throw new Refusal('invalid', { field: 'welcome' })
  return {
    ...set,
    ...(name !== undefined && { name: soundName(name) }),
    ...(origins !== undefined && { allowedOrigins: origins }),
  }
}

async function mustFeed({ actor }: ActorCtx, { db, organisationId }: Tx, queueId: string) {
  const accountId = found(await sites.findAccountOfQueue(db, organisationId, queueId))
  mustHold(actor, 'setup.manage', accountId)
}

/** Refuses with `not_found`, `forbidden`, or `in_use` and where. */
export async function removeSite(ctx: ActorCtx, id: string): Promise<Record<string, never>> {
  const { accountId } = await mustSetUp(ctx, id)
  await write(ctx, 'site.remove', async (tx) => {
    const { db, organisationId } = tx
    const before = found(await sites.lock(db, organisationId, id))
    refuseUse(await sites.listUses(db, organisationId, id))
    await sites.remove(db, organisationId, id)
    tx.untell('site', id, [scope.setup(accountId)])
    tx.note({ subject: 'site', subjectId: id, before })
  }).catch(refuseLateUse)
  return {}
}
