// Handing a chat on, taking that back, passing it on; and, for those above, giving and moving.
import type { Change } from '#contract/shapes.ts'
import { cleanMessage, messageProblem } from '#contract/text.ts'
import type {
  Declining,
  NewAssignment,
  NewMove,
  NewTransfer,
  Transfer,
  TransferRules,
} from '#contract/transfers.ts'
import { mustHold } from '../../platform/allow.ts'
import { changed } from '../../platform/changed.ts'
import type { ActorCtx, Tx } from '../../platform/context.ts'
import type { Db } from '../../platform/database.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import { write } from '../../platform/write.ts'
import * as accounts from '../accounts/queries.ts'
import * as chats from '../chats/queries.ts'
import { run, settle } from '../routing/actions.ts'
import * as handing from '../routing/handing-queries.ts'
import type { Outcome } from '../routing/queries.ts'
import * as transfers from './queries.ts'
import { codeOf } from './rules.ts'
import { mayMove, mustHandle, mustSeeTarget } from './targets.ts'

/**
 * Hands a chat on; it stays where it is until somebody takes it. Asking twice under one id is asking
 * once. Refuses with `not_found` (the chat, the target), `forbidden`, `invalid` (the note),
 * `target_away`, `at_limit`, `transfer_under_way`, `too_many_transfers`, or `wrong_status` (they hold
 * it already, or nobody does).
 */
export async function beginTransfer(
  ctx: ActorCtx,
  chatId: string,
  { id, to, note }: NewTransfer,
): Promise<Transfer> {
  const { organisationId, actor } = ctx
  const done = await findDone(ctx, chatId, id)
  if (done) return done
  const { standing, isHolder } = await mustHandle(ctx, chatId)
  const name = await mustSeeTarget(ctx, standing, to)
  const asked = {
    organisationId,
    transferId: id,
    chatId,
    actorId: actor.userId,
    holderId: isHolder ? actor.userId : null,
    to: { ...to, name },
    note: soundText(note, 'note'),
  }
  await ask(ctx, (db) => handing.beginTransfer(db, asked))
  return read(ctx, id)
}

/** Refuses with `not_found`, or with `transfer_over` when it has ended already. */
export async function cancelTransfer(ctx: ActorCtx, transferId: string): Promise<Transfer> {
  const { db, organisationId, actor } = ctx
  const { fromId, accountId } = found(await transfers.findAsked(db, organisationId, transferId))
  const isSender = fromId === actor.userId
  if (!isSender && !mayMove(actor, accountId)) throw new Refusal('not_found')
  const holderId = isSender ? actor.userId : null
  const asked = { organisationId, transferId, holderId, actorId: actor.userId }
  await ask(ctx, (at) => handing.cancelTransfer(at, asked))
  return read(ctx, transferId)
}

/** Refuses with `not_found` whoever is not asked, with `offer_gone` when it was too late. */
export async function declineTransfer(
  ctx: ActorCtx,
  transferId: string,
  { reason }: Declining,
): Promise<Record<string, never>> {
  const { organisationId, actor } = ctx
  const answer = { organisationId, transferId, userId: actor.userId }
  await ask(ctx, (db) =>
    handing.declineTransfer(db, { ...answer, reason: soundText(reason, 'reason') }),
  )
  return {}
}

/**
 * Gives a chat to a person outright. Refuses with `not_found` (the chat, the person), `forbidden`,
 * `invalid` (the note), `target_away` (nobody would see it), `at_limit` (unless that is meant),
 * `chat_closed` or `wrong_status` (it is theirs).
 */
export async function assignChat(
  ctx: ActorCtx,
  chatId: string,
  { id, userId, note, overLimit = false }: NewAssignment,
): Promise<Transfer> {
  const done = await findDone(ctx, chatId, id)
  if (done) return done
  const { standing } = await mustBeAbove(ctx, chatId)
  await mustSeeTarget(ctx, { ...standing, holderId: null }, { kind: 'operator', id: userId })
  const asked = { ...askedOf(ctx, chatId, id, note), userId, overLimit }
  await change(ctx, 'chat.assign', async (tx) => {
    const outcome = await handing.assignChat(tx.db, asked)
    const isOver = outcome.detail?.over ?? false
    noteChat(tx, standing, { operatorId: userId, note: asked.note, isOverLimit: isOver })
    return outcome
  })
  return read(ctx, id)
}

/**
 * Moves a chat that nobody holds to another queue, where it keeps its place in time. Refuses with
 * `not_found` (the chat, the queue), `forbidden`, `invalid` (the note), `chat_closed`, or `wrong_status`
 * (somebody holds it, or it is there already).
 */
export async function moveChat(
  ctx: ActorCtx,
  chatId: string,
  { id, queueId, note }: NewMove,
): Promise<Transfer> {
  const done = await findDone(ctx, chatId, id)
  if (done) return done
  const { standing } = await mustBeAbove(ctx, chatId)
  await mustSeeTarget(ctx, standing, { kind: 'queue', id: queueId })
  const asked = { ...askedOf(ctx, chatId, id, note), queueId }
  await change(ctx, 'chat.move', async (tx) => {
    const outcome = await handing.moveChat(tx.db, asked)
    noteChat(tx, standing, { queueId, note: asked.note })
    return outcome
  })
  return read(ctx, id)
}

/** How a chat was handed on. Refuses with `not_found` whoever neither held it nor may read it. */
export async function listTransfers(ctx: ActorCtx, chatId: string): Promise<Transfer[]> {
  const { db, organisationId, actor } = ctx
  const standing = await chats.findStanding(db, organisationId, chatId, actor.userId)
  if (!standing?.wasHeld && !(await chats.maySee(db, actor, chatId))) throw new Refusal('not_found')
  return transfers.listOf(db, organisationId, chatId)
}

/** Refuses with `forbidden` whoever does not set up the whole organisation. */
export function readRules(ctx: ActorCtx): Promise<TransferRules> {
  mustHold(ctx.actor, 'setup.manage', ctx.organisationId)
  return transfers.findRules(ctx.db, ctx.organisationId)
}

/** Refuses as `readRules`, and with `stale` where somebody has set the same meanwhile. */
export async function setRules(
  ctx: ActorCtx,
  change: Change<TransferRules>,
): Promise<TransferRules> {
  const { organisationId } = ctx
  mustHold(ctx.actor, 'setup.manage', organisationId)
  return write(ctx, 'account.set_transfers', async (tx) => {
    await accounts.lock(tx.db, organisationId)
    const before = await transfers.findRules(tx.db, organisationId)
    const after = changed(before, change)
    await transfers.setRules(tx.db, organisationId, after)
    tx.note({ subject: 'account', subjectId: organisationId, before, after })
    return after
  })
}

type Answer = Outcome<string, unknown>

/** A transition on its own. Refuses with what its status says. */
async function ask(ctx: ActorCtx, transition: (db: Db) => Promise<Answer>): Promise<void> {
  const { status } = await run(ctx.db, transition)
  ctx.bus.wake(ctx.organisationId)
  refuse(status)
}

/** A transition that is audited. What it refuses leaves no line. */
async function change(
  ctx: ActorCtx,
  action: string,
  work: (tx: Tx) => Promise<Answer>,
): Promise<void> {
  const outcome = await write(ctx, action, async (tx) => {
    const done = await work(tx)
    refuse(done.status)
    return done
  })
  await settle(ctx.db, outcome)
  ctx.bus.wake(ctx.organisationId)
}

function refuse(status: string): void {
  const code = codeOf(status)
  if (code === 'busy') throw new Refusal('busy', { retryAfter: 1 })
  if (code !== null) throw new Refusal(code)
}

async function mustBeAbove(ctx: ActorCtx, chatId: string) {
  const handled = await mustHandle(ctx, chatId)
  if (!handled.isAbove) throw new Refusal('forbidden')
  return handled
}

function askedOf(
  { organisationId, actor }: ActorCtx,
  chatId: string,
  transferId: string,
  note: string | undefined,
) {
  return {
    organisationId,
    transferId,
    chatId,
    actorId: actor.userId,
    note: soundText(note, 'note'),
  }
}

function noteChat(tx: Tx, { chatId, holderId }: transfers.Standing, after: object): void {
  tx.note({ subject: 'chat', subjectId: chatId, before: { operatorId: holderId }, after })
}

/** What was asked under this id already, whatever has become of the chat since. */
async function findDone(
  { db, organisationId, actor }: ActorCtx,
  chatId: string,
  transferId: string,
): Promise<Transfer | undefined> {
  const known = await transfers.find(db, organisationId, transferId)
  return known?.chatId === chatId && known.byId === actor.userId ? known : undefined
}

async function read(ctx: ActorCtx, transferId: string): Promise<Transfer> {
  return found(await transfers.find(ctx.db, ctx.organisationId, transferId))
}

function soundText(text: string | undefined, field: 'note' | 'reason'): string | null {
  if (text === undefined || text.trim() === '') return null
  const message = messageProblem(text)
  if (message !== null) throw new Refusal('invalid', { field, message })
  return cleanMessage(text)
}
