// The storm's people: operators who take whatever they are offered and end nothing, visitors who
// ask. Both behave as real ones do when a server dies: they go to another and ask again.
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

/** Tries again, at another server each time, until it works or it is over. */
async function insist<T>(
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

/** An operator at the desk until it is over. `ready` is called once, when they can be offered chats. */
export async function operate(
  servers: readonly ServerProcess[],
  floor: StormFloor,
  at: number,
  ended: AbortSignal,
  ready: () => void,
  endsChats = false,
): Promise<void> {
  const person = floor.operators[at]
  if (person === undefined) return
  const { email } = person
  const { cookie } = await insist(servers, at, ended, (url) => signInAs(url, email, floor.password))
  for (let life = 0; !ended.aborted; life++) {
    await insist(servers, at + life, ended, async (url) => {
      const desk = caller(() => url, { cookie })
      const live = await openLiveClient({
        url,
        namespace: '/team',
        cookie,
        fetchSnapshot: desk.snapshot,
      })
      try {
        await live.watch(scope.user(person.userId))
        if (life === 0) {
          await desk.call(queues.join, { params: { id: floor.queueId } })
          await desk.call(presence.choose, { body: { availability: 'available' } })
          ready()
        }
        await take(desk, live, person.userId, ended, endsChats)
      } finally {
        live.close()
      }
    })
  }
}

/** Accepts every offer until the socket breaks or it is over; ends what is held when asked for. */
async function take(
  desk: Caller,
  live: LiveClient,
  userId: string,
  ended: AbortSignal,
  endsChats: boolean,
) {
  while (!ended.aborted && live.socket.connected) {
    if (endsChats) await endSome(desk, live, userId)
    const offers = live.replica.all('chat').filter((chat) => chat.offer?.operatorId === userId)
    await Promise.all(
      offers.map((chat) =>
        desk.try(routing.accept, { params: { id: chat.offer?.id } }).catch(() => undefined),
      ),
    )
    await pause(20)
  }
}

/** Ends about every fifth of the chats that the operator holds. */
async function endSome(desk: Caller, live: LiveClient, userId: string): Promise<void> {
  const held = live.replica.all('chat').filter((chat) => chat.operatorId === userId)
  await Promise.all(
    held
      .filter(() => Math.random() < 0.2)
      .map((chat) => desk.try(routing.close, { params: { id: chat.id } }).catch(() => undefined)),
  )
  if (held.length > 0) await pause(50)
}

export interface Asked {
  chatId: string
  token: string
}

/** One visitor asks; a try whose answer was lost is repeated with the same id. */
export async function ask(
  servers: readonly ServerProcess[],
  floor: StormFloor,
  at: number,
  ended: AbortSignal,
): Promise<Asked> {
  const { siteKey } = floor
  const { token } = await insist(servers, at, ended, (url) =>
    caller(() => url).call(visitors.begin, { body: { siteKey } }),
  )
  const chatId = crypto.randomUUID()
  const body = { id: chatId, clientId: crypto.randomUUID(), body: `Chat ${at}` }
  await insist(servers, at + 1, ended, (url) =>
    caller(() => url, { token }).call(visitors.ask, { body }),
  )
  return { chatId, token }
}

/** The place in the queue that a visitor is shown; undefined when not waiting. */
export async function placeOf(server: ServerProcess, { chatId, token }: Asked) {
  const visits = await caller(() => server.url, { token }).call(visitors.chats)
  return visits.find((visit) => visit.id === chatId)?.place ?? undefined
}
