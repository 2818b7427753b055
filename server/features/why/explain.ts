// Why a chat waits and why an operator is given nothing, for those who may see the Wall there.

import { may } from '#contract/permissions.ts'
import type { Considered, WhyChat, WhyOperator } from '#contract/why.ts'
import type { Actor, ActorCtx } from '../../platform/context.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import * as accounts from '../accounts/queries.ts'
import * as presence from '../presence/queries.ts'
import { type Look, lookAt } from './look-queries.ts'
import * as why from './queries.ts'
import { toldOf } from './rules.ts'

const SEE = 'wall.view'

function sightOf(actor: Actor): why.Sight {
  return {
    accountIds: accounts.visibleIds(actor, SEE),
    teamIds: accounts.teamIds(actor, SEE),
  }
}

/** Queues are known by name to whoever works in their account. */
function nameOf(actor: Actor, { accountId, name }: { accountId: string; name: string }) {
  return accounts.visibleIds(actor).includes(accountId) ? name : null
}

/** Refuses with `not_found` a chat that is not of an account whose Wall the asker may see. */
export async function whyChat(
  { database, actor, organisationId }: ActorCtx,
  chatId: string,
): Promise<WhyChat> {
  return why.atOneMoment(database, async (db) => {
    const chat = found(await why.findChat(db, organisationId, chatId))
    if (!accounts.mayAt(actor, SEE, chat.accountId)) throw new Refusal('not_found')
    const sight = sightOf(actor)
    const isOpen = ['early', 'waiting', 'offered'].includes(chat.state)
    const looks = isOpen
      ? await lookAt(db, organisationId, { chatIds: [chatId] }, sight)
      : new Map<string, Look>()
    const look = looks.get(chatId)
    const assignments = await why.listTried(db, organisationId, chatId, sight)
    return {
      ...chat,
      at: await why.readClock(db),
      chatId,
      queue: queueOf(actor, chat),
      heldFor: heldOf(chat, look),
      overflow: overflowOf(actor, chat),
      offer: offerOf(chat, assignments),
      parked: parkedOf(chat, assignments),
      next: look?.next ?? null,
      operators: look?.listed.map(toldOf) ?? [],
      others: look?.others ?? [],
      assignments,
    }
  })
}

function queueOf(actor: Actor, chat: why.Found): WhyChat['queue'] {
  const { queueId: id, queueName: name, queueAccountId: accountId, strategy } = chat
  if (id === null || name === null || accountId === null || strategy === null) return null
  return { id, name: nameOf(actor, { accountId, name }), strategy }
}

function heldOf({ heldFor, holdUntil: until }: why.Found, look?: Look): WhyChat['heldFor'] {
  if (heldFor === null || until === null) return null
  const seen = look?.listed.find(({ userId }) => userId === heldFor)
  return { userId: seen?.userId ?? null, name: seen?.name ?? null, until }
}

function overflowOf(actor: Actor, chat: why.Found): WhyChat['overflow'] {
  const { overflowId: id, overflowName: name, overflowAccountId: accountId, overflowsAt: at } = chat
  if (id === null || name === null || accountId === null || at === null) return null
  return { id, name: nameOf(actor, { accountId, name }), at }
}

function offerOf({ offerEndsAt }: why.Found, tried: WhyChat['assignments']): WhyChat['offer'] {
  const standing = tried.find(({ state }) => state === 'offered')
  if (offerEndsAt === null || standing === undefined) return null
  return { userId: standing.userId, name: standing.name, endsAt: offerEndsAt }
}

/** It was theirs until it was parked, so they are told as they are among those who had it. */
function parkedOf(
  { parking, parkedFor }: why.Found,
  tried: WhyChat['assignments'],
): WhyChat['parked'] {
  if (parking === null) return null
  const had = tried.find(({ userId }) => userId !== null && userId === parkedFor)
  return { ...parking, userId: had?.userId ?? null, name: had?.name ?? null }
}

/** Refuses with `not_found` whoever is no operator, or none whom the asker sees on the Wall. */
export async function whyOperator(
  { database, actor, organisationId }: ActorCtx,
  userId: string,
): Promise<WhyOperator> {
  return why.atOneMoment(database, async (db) => {
    const operator = found(await presence.findOperator(db, organisationId, userId))
    const places = await presence.listPlaces(db, organisationId, userId)
    const isSeen = places.some(({ accountId, teamIds }) =>
      may(actor.grants, SEE, [...teamIds, ...(actor.paths.get(accountId) ?? [])]),
    )
    if (!isSeen) throw new Refusal('not_found')
    const served = await why.listServed(db, organisationId, userId)
    const chatIds = served.flatMap(({ chatId }) => chatId ?? [])
    const looks = await lookAt(db, organisationId, { chatIds, userId }, sightOf(actor))
    return {
      at: await why.readClock(db),
      userId,
      name: operator.name,
      photo: operator.photo,
      queues: served.map((queue) => ({
        ...queue,
        name: nameOf(actor, queue),
        first: firstOf(actor, queue, looks.get(queue.chatId ?? '')),
      })),
    }
  })
}

function firstOf(
  actor: Actor,
  { chatId, chatAccountId, visitorName, enqueuedAt }: why.Served,
  look: Look | undefined,
): WhyOperator['queues'][number]['first'] {
  const facts = look?.listed[0]
  if (enqueuedAt === null || chatAccountId === null || facts === undefined) return null
  const isSeen = accounts.mayAt(actor, SEE, chatAccountId)
  return {
    chatId: isSeen ? chatId : null,
    visitorName: isSeen ? visitorName : null,
    enqueuedAt,
    operator: inOrder(toldOf(facts)),
    next: look?.next ?? null,
  }
}

/** Whom nothing rules out, but who is not the first to be asked, is later in order. */
function inOrder(operator: Considered): Considered {
  const isLater = operator.ruledOutBy === null && !operator.isNext
  return isLater ? { ...operator, ruledOutBy: 'later_in_order' } : operator
}
