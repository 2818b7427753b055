// What a visitor does: comes, asks, writes, leaves.
import type { Message, NewMessage } from '#contract/chats.ts'
import type { RefusalCode } from '#contract/refusals.ts'
import { scope } from '#contract/scopes.ts'
import type { Greeting, NewChat, NewVisitor, Visit } from '#contract/visitors.ts'
import { throttleKey } from '../../platform/client-ip.ts'
import type { Ctx, Visitor, VisitorCtx } from '../../platform/context.ts'
import { brokenConstraint, type Db } from '../../platform/database.ts'
import { spend, times } from '../../platform/quota.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import { hashToken, newToken } from '../../platform/tokens.ts'
import { write } from '../../platform/write.ts'
import { say, soundMessage } from '../chats/actions.ts'
import * as chats from '../chats/queries.ts'
import * as hours from '../hours/queries.ts'
import { run } from '../routing/actions.ts'
import { ask as transact } from '../routing/commands.ts'
import * as parking from '../routing/parking-queries.ts'
import * as routing from '../routing/queries.ts'
import * as visits from '../visits/queries.ts'
import * as visitors from './queries.ts'
import {
  MESSAGES,
  NEW_CHATS_PER_ADDRESS,
  NEW_CHATS_PER_SITE,
  NEW_VISITORS_PER_ADDRESS,
  secondsUntilNext,
  soundContact,
} from './rules.ts'

/** The visitor behind a token, or null. Whoever comes back is known for another thirty days. */
export async function authenticateVisitor(db: Db, token: string): Promise<Visitor | null> {
  if (!/^[A-Za-z0-9_-]{43}$/.test(token)) return null
  const known = await visitors.findByToken(db, hashToken(token))
  if (known === undefined) return null
  const { isLongAgo, ...visitor } = known
  if (isLongAgo) await visitors.keepKnown(db, visitor)
  return visitor
}

/** How a site greets its visitors now. Refuses with `not_found` a site that is closed for good. */
export async function greet(db: Db, key: string): Promise<Greeting> {
  const { id, organisationId, ...site } = found(await visitors.findSite(db, key))
  const { offers, opensAt, changesAt } = await hours.findDoor(db, organisationId, id)
  return { ...site, closed: offers && { offers, opensAt }, changesAt }
}

/** Makes a visitor of a site; the token is told this once and kept as a hash. */
export async function begin(
  ctx: Ctx,
  { siteKey, language }: NewVisitor,
): Promise<{ token: string; expiresAt: string }> {
  const site = found(await visitors.findSite(ctx.db, siteKey))
  const address = throttleKey(ctx.browser.ip)
  const quota = times(ctx.visitorAllowance, NEW_VISITORS_PER_ADDRESS)
  await spend(ctx.db, `new-visitor:${address}`, quota, ctx.now())
  const token = newToken()
  const expiresAt = await visitors.insert(ctx.db, {
    organisationId: site.organisationId,
    siteId: site.id,
    tokenHash: hashToken(token),
    language: language ?? site.language,
  })
  return { token, expiresAt }
}

/**
 * Begins a chat with its first message and puts it into the site's queue; asking again with the
 * same id answers the same chat. Refuses with `invalid`, `too_many` (with retryAfter),
 * `too_many_open_chats`, `not_available` (the site or its queue is out of use), `contact_needed` (it
 * is closed and takes messages) or `queue_full`.
 */
export async function ask(ctx: VisitorCtx, wanted: NewChat): Promise<Visit> {
  const message = soundMessage({ clientId: wanted.clientId, body: wanted.body })
  const contact = soundContact(wanted)
  if ('wrong' in contact) throw new Refusal('invalid', { field: contact.wrong })
  const owner = await visitors.findVisitorOfChat(ctx.db, wanted.id)
  if (owner === undefined) {
    await spendOnChat(ctx)
    const { status } = await transact(ctx, (db) =>
      visitors.askChat(db, ctx.visitor, wanted.id, contact, message),
    ).catch(refuseBroken)
    const no = WHY_NOT[status]
    if (no !== undefined) throw new Refusal(no, no === 'contact_needed' ? { field: 'email' } : {})
  }
  return visitOf(ctx, wanted.id)
}

/** What keeps a visitor from asking, by what the database answers. */
const WHY_NOT: Readonly<Record<string, RefusalCode>> = {
  not_found: 'not_found',
  not_available: 'not_available',
  too_many_open_chats: 'too_many_open_chats',
  contact_needed: 'contact_needed',
}

// Before the transition, not in it: the site's count would else let one chat begin at a time.
async function spendOnChat({ db, browser, visitor, visitorAllowance, now }: VisitorCtx) {
  const ofAddress = times(visitorAllowance, NEW_CHATS_PER_ADDRESS)
  const ofSite = times(visitorAllowance, NEW_CHATS_PER_SITE)
  await spend(db, `new-chat:${throttleKey(browser.ip)}`, ofAddress, now())
  await spend(db, `new-chat:${visitor.siteId}`, ofSite, now())
}

/** Another visitor's chat has the id: nothing is said of whose. */
const BROKEN: Readonly<Record<string, RefusalCode>> = {
  chats_id_key: 'not_found',
  queue_full: 'queue_full',
}

function refuseBroken(error: unknown): never {
  const code = BROKEN[brokenConstraint(error) ?? '']
  throw code === undefined ? error : new Refusal(code)
}

/** Refuses with `not_found` a chat that is not the visitor's, or was closed a day ago. */
async function visitOf(ctx: VisitorCtx, chatId: string): Promise<Visit> {
  if (!(await visitors.isOwnChat(ctx.db, ctx.visitor, chatId))) throw new Refusal('not_found')
  const [seen] = await visits.listVisits(ctx.db, [chatId])
  return found(seen).visit
}

export async function listMine(ctx: VisitorCtx): Promise<Visit[]> {
  const ids = await visitors.listOpenChatIds(ctx.db, ctx.visitor)
  const seen = await visits.listVisits(ctx.db, ids)
  const byId = new Map(seen.map(({ chatId, visit }) => [chatId, visit]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}

export async function readMine(ctx: VisitorCtx, chatId: string): Promise<Message[]> {
  if (!(await visitors.isOwnChat(ctx.db, ctx.visitor, chatId))) throw new Refusal('not_found')
  return chats.readAll(ctx.db, chatId)
}

/**
 * Writes in the visitor's own chat; a retry answers the message that is there already. Refuses with
 * `invalid`, `not_found`, `chat_closed` or `too_many` (with retryAfter).
 */
export async function writeMine(
  ctx: VisitorCtx,
  chatId: string,
  wanted: NewMessage,
): Promise<Message> {
  const { visitor } = ctx
  const sound = soundMessage(wanted)
  if (!(await visitors.isOwnChat(ctx.db, visitor, chatId))) throw new Refusal('not_found')
  const message = await write(ctx, 'message.write', async (tx) => {
    const chat = found(await chats.lock(tx.db, tx.organisationId, chatId))
    const author = { author: 'visitor', authorId: visitor.visitorId } as const
    return say(tx, chat, author, sound, async () => {
      if (chat.closedAt !== null) throw new Refusal('chat_closed')
      const { sentAt, now } = await visitors.findWritingPace(tx.db, visitor, chatId)
      const retryAfter = secondsUntilNext(sentAt, now, MESSAGES)
      if (retryAfter > 0) throw new Refusal('too_many', { retryAfter })
    })
  })
  ctx.bus.wake(scope.chat(chatId))
  await wake(ctx, chatId)
  return message
}

/** The message is in: a chat that was parked goes on. Should this fail, the clockwork wakes it. */
async function wake({ db, bus, organisationId }: VisitorCtx, chatId: string): Promise<void> {
  const { seq } = await run(db, (one) => parking.wakeChat(one, { organisationId, chatId }))
  if (seq !== null) bus.wake(organisationId)
}

/** Ends the visitor's own chat, whatever state it is in; a chat that has ended stays as it is. */
export async function leave(ctx: VisitorCtx, chatId: string): Promise<Visit> {
  const { organisationId } = ctx
  if (!(await visitors.isOwnChat(ctx.db, ctx.visitor, chatId))) throw new Refusal('not_found')
  const { status } = await run(ctx.db, (db) => routing.abandonChat(db, { organisationId, chatId }))
  if (status === 'again') throw new Refusal('busy', { retryAfter: 1 })
  ctx.bus.wake(organisationId)
  return visitOf(ctx, chatId)
}
