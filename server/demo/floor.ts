// What moves the demo floor: synthetic visitors who write and synthetic operators who answer, all
// through the public doors, as real ones would.
import { chats } from '#contract/chats.ts'
import { presence } from '#contract/presence.ts'
import { queues } from '#contract/queues.ts'
import { routing } from '#contract/routing.ts'
import { scope } from '#contract/scopes.ts'
import { visitors } from '#contract/visitors.ts'
import { type Caller, caller } from '../client/http.ts'
import { type LiveClient, openLiveClient } from '../client/live.ts'
import { signInAs } from '../client/sign-in.ts'
import { addressOf, CAST, type CastMember } from './cast.ts'
import { line } from './lines.ts'
import type { DemoKeys } from './seed.ts'

type Failed = (error: unknown) => void

export interface DemoFloorPlayer {
  readonly isMoving: boolean
  start(): void
  stop(): void
}

/** A visitor comes about so often, at most so many at once. */
const ARRIVAL_MS = 5_000
const MOST_VISITORS = 40
const PATIENCE_MS = 180_000

export function openDemoFloor(url: string, keys: DemoKeys, failed: Failed): DemoFloorPlayer {
  let stage: AbortController | undefined
  return {
    get isMoving() {
      return stage !== undefined
    },
    start() {
      if (stage) return
      stage = new AbortController()
      const { signal } = stage
      // What breaks off because it is over is no failure.
      const tell: Failed = (error) => {
        if (!signal.aborted) failed(error)
      }
      play(url, keys, signal, tell).catch(tell)
    },
    stop() {
      stage?.abort()
      stage = undefined
    },
  }
}

async function play(url: string, keys: DemoKeys, ended: AbortSignal, failed: Failed) {
  const players = CAST.filter((member) => member.isSynthetic)
  for (const member of players) {
    if (ended.aborted) return
    await operate(url, keys, member, ended, failed).catch(failed)
  }
  const present = new Set<Promise<void>>()
  while (!ended.aborted) {
    await pause(-Math.log(1 - Math.random()) * ARRIVAL_MS, ended)
    if (ended.aborted || present.size >= MOST_VISITORS) continue
    const visit = ask(url, keys.siteKey, ended).catch(failed)
    present.add(visit)
    void visit.finally(() => present.delete(visit))
  }
}

/** Resolves after the time, or at once when it is over. */
function pause(ms: number, ended: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (ended.aborted) return resolve()
    const timer = setTimeout(finish, ms)
    function finish() {
      clearTimeout(timer)
      ended.removeEventListener('abort', finish)
      resolve()
    }
    ended.addEventListener('abort', finish)
  })
}

const between = (fromMs: number, toMs: number) => fromMs + Math.random() * (toMs - fromMs)

/** Signs an operator in, joins the queues and answers what is offered until it is over. */
async function operate(
  url: string,
  keys: DemoKeys,
  member: CastMember,
  ended: AbortSignal,
  failed: Failed,
): Promise<void> {
  const { cookie, me } = await signInAs(url, addressOf(member), keys.password)
  const desk = caller(() => url, { cookie })
  const live = await openLiveClient({
    url,
    namespace: '/team',
    cookie,
    fetchSnapshot: desk.snapshot,
  })
  ended.addEventListener('abort', () => live.close(), { once: true })
  await live.watch(scope.user(me.id))
  for (const { queueId } of live.replica.all('queue_member'))
    await desk.call(queues.join, { params: { id: queueId } })
  await desk.call(presence.choose, { body: { availability: 'available' } })
  breaks(desk, ended).catch(failed)
  answerOffers(desk, live, me.id, ended, failed).catch(failed)
}

/** Now and then a pause, as people take them. */
async function breaks(desk: Caller, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    await pause(between(120_000, 600_000), ended)
    if (ended.aborted) return
    const reason = Math.random() < 0.5 ? 'Coffee' : 'Meeting'
    await desk.try(presence.choose, {
      body: { availability: Math.random() < 0.7 ? 'away' : 'busy', reason },
    })
    await pause(between(30_000, 120_000), ended)
    await desk.try(presence.choose, { body: { availability: 'available' } })
  }
}

async function answerOffers(
  desk: Caller,
  live: LiveClient,
  userId: string,
  ended: AbortSignal,
  failed: Failed,
) {
  const seen = new Set<string>()
  while (!ended.aborted) {
    for (const chat of live.replica.all('chat')) {
      if (chat.offer?.operatorId === userId && !seen.has(chat.offer.id)) {
        seen.add(chat.offer.id)
        answer(desk, chat.id, chat.offer.id, ended).catch(failed)
      }
    }
    await pause(400, ended)
  }
}

async function answer(
  desk: Caller,
  chatId: string,
  offerId: string,
  ended: AbortSignal,
): Promise<void> {
  await pause(between(1_000, 6_000), ended)
  const isWanted = Math.random() > 0.05
  const door = isWanted ? routing.accept : routing.decline
  const { status } = await desk.try(door, { params: { id: offerId } })
  if (status !== 200 || !isWanted) return
  const turns = 2 + Math.floor(Math.random() * 4)
  for (let turn = 0; turn < turns && !ended.aborted; turn++) {
    await pause(between(4_000, 14_000), ended)
    const body = line(turn === 0 ? 'greeting' : turn === turns - 1 ? 'parting' : 'answer')
    await desk.try(chats.write, {
      params: { id: chatId },
      body: { clientId: crypto.randomUUID(), body },
    })
  }
  await pause(between(3_000, 12_000), ended)
  await desk.try(routing.close, { params: { id: chatId } })
}

/** One visit: asks, waits, replies to what is written, and leaves when it takes too long. */
async function ask(url: string, siteKey: string, ended: AbortSignal): Promise<void> {
  const { token } = await caller(() => url).call(visitors.begin, { body: { siteKey } })
  const page = caller(() => url, { token })
  const id = crypto.randomUUID()
  await page.call(visitors.ask, {
    body: { id, clientId: crypto.randomUUID(), name: line('visitor'), body: line('question') },
  })
  const impatientAt = Date.now() + between(PATIENCE_MS / 2, PATIENCE_MS)
  let answered = 0
  while (!ended.aborted) {
    await pause(between(3_000, 9_000), ended)
    const visit = (await page.call(visitors.chats)).find((one) => one.id === id)
    if (!visit || visit.state === 'closed') return
    if (visit.state === 'waiting' && Date.now() > impatientAt) {
      await page.call(visitors.leave, { params: { id } })
      return
    }
    const said = await page.call(visitors.messages, { params: { id } })
    const heard = said.filter((message) => message.author === 'operator').length
    if (heard === answered) continue
    answered = heard
    const body = line('reply')
    await page.try(visitors.write, {
      params: { id },
      body: { clientId: crypto.randomUUID(), body },
    })
  }
}
