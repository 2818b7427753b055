// Reading chats that have ended, and giving one to a queue again.
import type {
  HistoryPage,
  HistoryPlaces,
  HistoryQuery,
  Thread,
  TransferThread,
} from '#contract/history.ts'
import { may, type Permission } from '#contract/permissions.ts'
import { scope } from '#contract/scopes.ts'
import { cleanMessage, messageProblem } from '#contract/text.ts'
import type { Actor, ActorCtx } from '../../platform/context.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import { write } from '../../platform/write.ts'
import * as accounts from '../accounts/queries.ts'
import { settle } from '../routing/actions.ts'
import { type Reopened, reopenChat } from '../routing/ring-queries.ts'
import * as history from './queries.ts'
import { handedOn } from './rules.ts'

const READ: Permission = 'reports.correspondence'
const TRANSFER: Permission = 'history.transfer'

function reachOf(actor: Actor): history.Reach {
  const ofSites = actor.grants.filter(
    ({ kind, permissions }) => kind === 'site' && permissions.includes(READ),
  )
  return {
    accountIds: accounts.visibleIds(actor, READ),
    siteIds: [...new Set(ofSites.map(({ at }) => at))],
    teamIds: accounts.teamIds(actor, READ),
  }
}

export function listEnded(
  { db, actor, organisationId }: ActorCtx,
  wanted: HistoryQuery,
): Promise<HistoryPage> {
  return history.listEnded(db, organisationId, reachOf(actor), wanted)
}

export function listPlaces({ db, actor, organisationId }: ActorCtx): Promise<HistoryPlaces> {
  return history.listPlaces(db, organisationId, reachOf(actor))
}

/** Refuses with `not_found` a chat that has not ended or is out of the actor's reach. */
export async function readThread(ctx: ActorCtx, chatId: string): Promise<Thread> {
  const { db, actor, organisationId } = ctx
  const chat = found(await history.findEnded(db, organisationId, reachOf(actor), chatId))
  const place = found(await history.findPlace(db, organisationId, chatId, actor.userId))
  const mayTransfer = mayAt(actor, TRANSFER, place)
  const queues = mayTransfer ? await history.listTargets(db, organisationId, chatId) : []
  const written = await history.readThread(db, organisationId, chatId)
  return { chat, ...written, mayTransfer, queues }
}

interface Place {
  accountId: string
  siteId: string
  teamIds: readonly string[]
}

/** A chat stands at its site, with the teams of those who held it, and in its account. */
function mayAt(
  actor: Actor,
  permission: Permission,
  { accountId, siteId, teamIds }: Place,
): boolean {
  const path = [siteId, ...teamIds, ...(actor.paths.get(accountId) ?? [])]
  return may(actor.grants, permission, path)
}

/**
 * Gives an ended chat to a queue, where it waits as if it had just come. Refuses with `not_found` (the
 * chat; a queue it may not be given to), `forbidden`, `invalid` (the note), `wrong_status` (it has not
 * ended, or somebody was faster) or `queue_full`.
 */
export async function transferThread(
  ctx: ActorCtx,
  chatId: string,
  wanted: TransferThread,
): Promise<Record<string, never>> {
  const { db, actor, organisationId } = ctx
  const place = found(await history.findPlace(db, organisationId, chatId, actor.userId))
  if (!mayAt(actor, TRANSFER, place))
    throw new Refusal(mayAt(actor, READ, place) ? 'forbidden' : 'not_found')
  const note = soundNote(wanted.note)
  const targets = await history.listTargets(db, organisationId, chatId)
  const queue = found(targets.find(({ id }) => id === wanted.queueId))
  const said = handedOn(place.language, place.actorName)
  const outcome = await write(ctx, 'history.transfer', async (tx) => {
    const asked = { organisationId, chatId, queueId: queue.id, actorId: actor.userId, said, note }
    const reopened = await reopenChat(tx.db, asked)
    refuseUnlessReopened(reopened)
    tx.note({ subject: 'chat', subjectId: chatId, after: { queueId: queue.id, note } })
    return reopened
  })
  await settle(ctx.db, outcome)
  ctx.bus.wake(organisationId)
  ctx.bus.wake(scope.chat(chatId))
  return {}
}

function refuseUnlessReopened({ status }: Reopened): void {
  if (status === 'open') throw new Refusal('wrong_status')
  if (status !== 'reopened') throw new Refusal(status)
}

function soundNote(note: string | undefined): string | null {
  if (note === undefined || note.trim() === '') return null
  const message = messageProblem(note)
  if (message !== null) throw new Refusal('invalid', { field: 'note', message })
  return cleanMessage(note)
}
