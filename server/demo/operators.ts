// The demo's operators: each signs in, joins the queues, takes what is offered and answers it.
import { chats } from '#contract/chats.ts'
import { presence } from '#contract/presence.ts'
import { queues } from '#contract/queues.ts'
import { type Chat, routing } from '#contract/routing.ts'
import { scope } from '#contract/scopes.ts'
import { type Caller, caller } from '../client/http.ts'
import { type LiveClient, openLiveClient } from '../client/live.ts'
import { signInAs } from '../client/sign-in.ts'
import { addressOf, type CastMember } from './cast.ts'
import { between, type Failed, pause } from './chance.ts'
import { line } from './lines.ts'
import type { DemoKeys } from './seed.ts'

/** Works until it is over; a broken connection or an ended session begins a new life. */
export async function operate(
  url: string,
  keys: DemoKeys,
  member: CastMember,
  ended: AbortSignal,
  failed: Failed,
): Promise<void> {
  while (!ended.aborted) {
    await live(url, keys, member, ended, failed).catch(failed)
    await pause(between(1_000, 5_000), ended)
  }
}

/** One life: from signing in until the connection breaks. */
async function live(
  url: string,
  keys: DemoKeys,
  member: CastMember,
  ended: AbortSignal,
  failed: Failed,
): Promise<void> {
  const { cookie, me } = await signInAs(url, addressOf(member), keys.password)
  const desk = caller(() => url, { cookie })
  const door = { url, namespace: '/team', cookie, fetchSnapshot: desk.snapshot } as const
  const page = await openLiveClient(door)
  const over = new AbortController()
  const end = () => over.abort()
  ended.addEventListener('abort', end, { once: true })
  page.socket.on('disconnect', end)
  try {
    await page.watch(scope.user(me.id))
    for (const { queueId } of page.replica.all('queue_member'))
      await desk.call(queues.join, { params: { id: queueId } })
    await desk.call(presence.choose, { body: { availability: 'available' } })
    await Promise.all([
      takeBreaks(desk, over.signal),
      answerAll(desk, page, me.id, over.signal, failed),
    ])
  } finally {
    ended.removeEventListener('abort', end)
    page.close()
  }
}

/** Now and then a pause, as people take them. */
async function takeBreaks(desk: Caller, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    await pause(between(120_000, 600_000), over)
    if (over.aborted) return
    const availability = Math.random() < 0.7 ? 'away' : 'busy'
    const reason = Math.random() < 0.5 ? 'Coffee' : 'Meeting'
    await desk.try(presence.choose, { body: { availability, reason } })
    await pause(between(30_000, 120_000), over)
    if (!over.aborted) await desk.try(presence.choose, { body: { availability: 'available' } })
  }
}

async function answerAll(
  desk: Caller,
  page: LiveClient,
  userId: string,
  over: AbortSignal,
  failed: Failed,
): Promise<void> {
  const seen = new Set<string>()
  const begin = (key: string, work: () => Promise<void>) => {
    if (seen.has(key)) return
    seen.add(key)
    work().catch(failed)
  }
  while (!over.aborted) {
    for (const chat of page.replica.all('chat')) {
      const { offer } = chat
      if (offer?.operatorId === userId) begin(chat.id, () => answer(desk, chat, offer.id, over))
      // Held from a life before this one: it is brought to its end.
      else if (chat.operatorId === userId) begin(chat.id, () => converse(desk, chat, 1, over))
    }
    await pause(400, over)
  }
}

async function answer(desk: Caller, chat: Chat, offerId: string, over: AbortSignal): Promise<void> {
  await pause(between(1_000, 6_000), over)
  const isWanted = Math.random() > 0.05
  const door = isWanted ? routing.accept : routing.decline
  const { status } = await desk.try(door, { params: { id: offerId } })
  if (status === 200 && isWanted)
    await converse(desk, chat, 2 + Math.floor(Math.random() * 4), over)
}

/** Writes so many times and ends the chat. */
async function converse(desk: Caller, { id }: Chat, turns: number, over: AbortSignal) {
  for (let turn = 0; turn < turns; turn++) {
    await pause(between(4_000, 14_000), over)
    if (over.aborted) return
    const said = turn === turns - 1 ? 'parting' : turn === 0 ? 'greeting' : 'answer'
    const body = { clientId: crypto.randomUUID(), body: line(said) }
    await desk.try(chats.write, { params: { id }, body })
  }
  await pause(between(3_000, 12_000), over)
  if (!over.aborted) await desk.try(routing.close, { params: { id } })
}
