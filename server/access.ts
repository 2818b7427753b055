// Who may watch which scope: the one place that turns grants and assignments into visibility.
import type { Permission } from '#contract/permissions.ts'
import { partsOf, scope } from '#contract/scopes.ts'
import * as accounts from './features/accounts/queries.ts'
import * as chats from './features/chats/queries.ts'
import * as people from './features/people/queries.ts'
import { mayReach } from './features/people/reach.ts'
import * as queues from './features/queues/queries.ts'
import type { Actor } from './platform/context.ts'
import type { Db } from './platform/database.ts'

const NEEDED: Readonly<Record<string, Permission>> = { people: 'users.view', floor: 'wall.view' }

/** Every scope that an actor may watch from the start; a chat's and a record's own are asked for when opened. */
export async function scopesOf(db: Db, actor: Actor): Promise<string[]> {
  const assigned = await queues.listAssignedIds(db, actor.organisationId, actor.userId)
  return [
    scope.user(actor.userId),
    ...accounts.visibleIds(actor).map(scope.setup),
    ...accounts.visibleIds(actor, 'users.view').map(scope.people),
    ...accounts.teamIds(actor, 'users.view').map(scope.team),
    ...accounts.visibleIds(actor, 'wall.view').map(scope.floor),
    ...accounts.teamIds(actor, 'wall.view').map(scope.floor),
    ...assigned.map(scope.queue),
  ]
}

/** Whether the actor may pass a sign on in the scope: only who holds a chat is seen to type in it. */
export async function maySign(
  db: Db,
  actor: Actor,
  wanted: string,
  kind: string,
): Promise<boolean> {
  const { of, id } = partsOf(wanted)
  if (of === 'chat' && kind === 'typing') return chats.isHeldBy(db, actor, id)
  return mayWatch(db, actor, wanted)
}

/** Whether the actor may watch the scope now. What does not exist is answered like what is hidden. */
export async function mayWatch(db: Db, actor: Actor, wanted: string): Promise<boolean> {
  const { of, id } = partsOf(wanted)
  const needed = NEEDED[of]
  if (needed) return accounts.mayAt(actor, needed, id) || isTeamOf(actor, of, needed, id)
  if (of === 'user') return id === actor.userId
  if (of === 'setup') return accounts.visibleIds(actor).includes(id)
  if (of === 'team') return accounts.teamIds(actor, 'users.view').includes(id)
  return ASKED[of]?.(db, actor, id) ?? false
}

/** A floor is an account's, or that of a department or a supervisor's group. */
function isTeamOf(actor: Actor, of: string, needed: Permission, id: string): boolean {
  return of === 'floor' && accounts.teamIds(actor, needed).includes(id)
}

type May = (db: Db, actor: Actor, id: string) => Promise<boolean>

const ASKED: Readonly<Record<string, May>> = {
  chat: chats.maySee,
  queue: maySeeQueue,
  simulator: async (_db, actor, id) =>
    id === actor.organisationId && accounts.mayAt(actor, 'setup.manage', id),
  async record(db, actor, id) {
    const standing = await people.findStanding(db, actor.organisationId, id)
    // One's own is no secret to oneself.
    return (
      standing?.userId === actor.userId || (!!standing && mayReach(actor, 'users.view', standing))
    )
  },
}

async function maySeeQueue(db: Db, actor: Actor, id: string): Promise<boolean> {
  if ((await queues.listAssignedIds(db, actor.organisationId, actor.userId)).includes(id))
    return true
  const accountId = await queues.findAccountId(db, actor.organisationId, id)
  return accountId !== undefined && accounts.mayAt(actor, 'wall.view', accountId)
}
