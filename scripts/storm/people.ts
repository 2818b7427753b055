// The storm's people: operators at their desks, visitors who ask. Both behave as real ones do when a
// server dies: they go to another and ask again.
import { setTimeout as pause } from 'node:timers/promises'
import { presence } from '#contract/presence.ts'
import { queues } from '#contract/queues.ts'
import { routing } from '#contract/routing.ts'
import { scope } from '#contract/scopes.ts'
import { visitors } from '#contract/visitors.ts'
import { type Caller, caller } from '../../server/client/http.ts'
import { type LiveClient, openLiveClient } from '../../server/client/live.ts'
import { signInAs } from '../../server/client/sign-in.ts'
import type { StormFloor } from './floor.ts'
import { anyOf, type ServerProcess } from './servers.ts'
import type { Tally } from './tally.ts'

/** More than anybody needs: by then the chat has ended, or it is stuck. */
const WORDS_MOST = 80
/** Nobody waits longer than so many times the first pause before they write again. */
const SELDOM = 4

/** Tries again, at another server each time, until it works or it is over. */
export async function insist<T>(
  servers: readonly ServerProcess[],
  first: number,
  ended: AbortSignal,
  work: (url: string) => Promise<T>,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work(anyOf(servers, first + attempt).url)
    } catch (error) {
      if (ended.aborted) throw error
      await pause(50 + Math.random() * 200)
    }
  }
}

/** An operator at a desk: its calls, those of a second window by way of another server, its socket. */
export interface AtDesk {
  desk: Caller
  second: Caller
  live: LiveClient
  userId: string
}

/** What an operator does until the socket breaks or it is over. */
export type Work = (person: AtDesk, ended: AbortSignal) => Promise<void>

/** An operator at the desk until it is over. `ready` is called once, when they can be offered chats. */
export async function operate(
  servers: readonly ServerProcess[],
  floor: StormFloor,
  at: number,
  ended: AbortSignal,
  ready: () => void,
  work: Work,
): Promise<void> {
  const person = floor.operators[at]
  if (person === undefined) return
  const { email, userId } = person
  const { cookie } = await insist(servers, at, ended, (url) => signInAs(url, email, floor.password))
  for (let life = 0; !ended.aborted; life++) {
    await insist(servers, at + life, ended, async (url) => {
      const desk = caller(() => url, { cookie })
      const second = caller(() => anyOf(servers, at + life + 1).url, { cookie })
      const fetchSnapshot = desk.snapshot
      const live = await openLiveClient({ url, namespace: '/team', cookie, fetchSnapshot })
      try {
        await live.watch(scope.user(userId))
        for (const id of floor.queueIds) await desk.call(queues.join, { params: { id } })
        await desk.call(presence.choose, { body: { availability: 'available' } })
        if (life === 0) ready()
        await work({ desk, second, live, userId }, ended)
      } finally {
        live.close()
      }
    })
  }
}

/** Takes every offer and ends nothing. */
export const holdOnly: Work = async ({ desk, live, userId }, ended) => {
  while (!ended.aborted && live.socket.connected) {
    const offers = live.replica.all('chat').filter((chat) => chat.offer?.operatorId === userId)
    await Promise.all(
      offers.map((chat) =>
        desk.try(routing.accept, { params: { id: chat.offer?.id } }).catch(() => undefined),
      ),
    )
    await pause(20)
  }
}

export interface Asked {
  chatId: string
  token: string
}

interface Asking {
  isDeferred?: boolean
  /** Whoever has been here before has a token. */
  token?: string | undefined
}

/** One visitor asks; a try whose answer was lost is repeated with the same id. */
export async function ask(
  servers: readonly ServerProcess[],
  floor: StormFloor,
  at: number,
  ended: AbortSignal,
  { isDeferred = false, token: before }: Asking = {},
): Promise<Asked> {
  const siteKey = isDeferred && floor.deferredKey ? floor.deferredKey : floor.siteKey
  const token = before ?? (await begin(servers, siteKey, at, ended))
  const chatId = crypto.randomUUID()
  const body = { id: chatId, clientId: crypto.randomUUID(), body: `Chat ${at}` }
  await insist(servers, at + 1, ended, (url) =>
    caller(() => url, { token }).call(visitors.ask, { body }),
  )
  return { chatId, token }
}

async function begin(
  servers: readonly ServerProcess[],
  siteKey: string,
  at: number,
  ended: AbortSignal,
): Promise<string> {
  const body = { siteKey }
  const { token } = await insist(servers, at, ended, (url) =>
    caller(() => url).call(visitors.begin, { body }),
  )
  return token
}

/** A visitor ends the chat within a second or two, waiting or not, and does not try again; answers
 * whether it has ended. */
export async function leave(
  servers: readonly ServerProcess[],
  at: number,
  chat: Asked,
  tally: Tally,
): Promise<boolean> {
  await pause(Math.random() * 2_000)
  const status = await caller(() => anyOf(servers, at).url, { token: chat.token })
    .try(visitors.leave, { params: { id: chat.chatId } })
    .then(
      (answer) => answer.status,
      () => 'lost' as const,
    )
  tally.add('left for good', status)
  return status === 200
}

export interface Staying {
  gone: AbortSignal
  tally: Tally
  hasEnded: () => Promise<boolean>
}

/** A visitor writes until the chat has ended, at first often and then less so: whatever is parked
 * wakes, and a long line is not a flood of messages. */
export async function goOnWriting(
  servers: readonly ServerProcess[],
  at: number,
  chat: Asked,
  { gone, tally, hasEnded }: Staying,
): Promise<void> {
  for (let word = 1; word <= WORDS_MOST; word++) {
    await pauseUnless(gone, (500 + Math.random() * 2_000) * Math.min(word, SELDOM))
    if (gone.aborted || (await hasEnded())) return
    const body = { clientId: crypto.randomUUID(), body: `Word ${word}` }
    const status = await caller(() => anyOf(servers, at + word).url, { token: chat.token })
      .try(visitors.write, { params: { id: chat.chatId }, body })
      .then(
        (answer) => answer.status,
        () => 'lost' as const,
      )
    tally.add('wrote', status)
  }
}

/** Waits so long, or until the signal comes. */
export const pauseUnless = (signal: AbortSignal, ms: number): Promise<void> =>
  pause(ms, undefined, { signal }).catch(() => {})

/** The place in the queue that a visitor is shown; undefined when not waiting. */
export async function placeOf(server: ServerProcess, { chatId, token }: Asked) {
  const visits = await caller(() => server.url, { token }).call(visitors.chats)
  return visits.find((visit) => visit.id === chatId)?.place ?? undefined
}
