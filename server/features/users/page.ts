import type { PageQuery, PeoplePage } from '#contract/people-list.ts'
import type { Actor } from '../../platform/context.ts'
import type { Db } from '../../platform/database.ts'
import * as accounts from '../accounts/queries.ts'
import * as lists from './list-queries.ts'

const USUAL_LENGTH = 50

/** The first page of what the actor may see. An account that is not theirs to see has nobody in it. */
export function pageFor(db: Db, actor: Actor, query: PageQuery): Promise<PeoplePage> {
  const { account, q = '', status, sort = 'name', limit = USUAL_LENGTH } = query
  const visible = accounts.visibleIds(actor, 'users.view')
  const isInside = (id: string) => account === undefined || actor.paths.get(id)?.includes(account)
  return lists.findPage(db, actor.organisationId, {
    accountIds: visible.filter(isInside),
    teamIds: account === undefined ? accounts.teamIds(actor, 'users.view') : [],
    words: q.split(/\s+/).filter(Boolean),
    status,
    sort,
    limit: Number(limit),
  })
}
