// A floor to test on: an organisation with an administrator, a queue and a site; operators who sit
// there connected and available; visitors who come to the site.
import { randomUUID } from 'node:crypto'
import { presence } from '#contract/presence.ts'
import { type NewQueue, type Queue, queues } from '#contract/queues.ts'
import { type Chat, routing } from '#contract/routing.ts'
import { type NewSite, type Site, sites } from '#contract/sites.ts'
import { type Visit, visitors } from '#contract/visitors.ts'
import type { Caller } from '../client/http.ts'
import { type LiveClient, openLiveClient } from '../client/live.ts'
import type { House, NewcomerAt, Person } from './house.ts'

export interface Operator extends Person {
  page: LiveClient
  /** The first chat that the operator is offered. */
  offered(): Promise<Chat & { offer: NonNullable<Chat['offer']> }>
  /** Accepts the first chat that is offered. */
  answer(): Promise<Chat>
}

export interface FloorVisitor extends Caller {
  token: string
  /** Asks something in a new chat. */
  ask(body?: string): Promise<Visit>
  /** Opens a socket, as the widget does. */
  live(): Promise<LiveClient>
}

export interface Floor {
  organisationId: string
  admin: Person
  queue: Queue
  site: Site
  /** An operator who has joined the queue, available unless said otherwise. */
  operator(at?: Partial<NewcomerAt> & { isAway?: boolean }): Promise<Operator>
  visitor(): Promise<FloorVisitor>
}

export async function furnish(
  house: House,
  wanted: { queue?: Partial<NewQueue>; site?: Partial<NewSite> } = {},
): Promise<Floor> {
  const { id: organisationId } = await house.organisation()
  const admin = await house.person({ organisationId, role: 'administrator' })
  const queue = await admin.call(queues.create, {
    body: {
      accountId: organisationId,
      name: 'Sales',
      kind: 'live',
      offerSeconds: 20,
      targetSeconds: 60,
      ...wanted.queue,
    },
  })
  const site = await admin.call(sites.create, {
    body: {
      accountId: organisationId,
      queueId: queue.id,
      name: 'Shop',
      allowedOrigins: ['https://shop.example.org'],
      colour: '#0b7285',
      language: 'en',
      ...wanted.site,
    },
  })
  return {
    organisationId,
    admin,
    queue,
    site,
    operator: (at) => seatOperator(house, { organisationId, admin, queue }, at),
    visitor: () => comeIn(house, site),
  }
}

async function seatOperator(
  house: House,
  { organisationId, admin, queue }: Pick<Floor, 'organisationId' | 'admin' | 'queue'>,
  { isAway, ...at }: Partial<NewcomerAt> & { isAway?: boolean } = {},
): Promise<Operator> {
  const person = await house.person({ organisationId, role: 'agent', ...at })
  await admin.call(queues.assign, { params: { id: queue.id, userId: person.userId } })
  const page = await person.live()
  await person.call(queues.join, { params: { id: queue.id } })
  const availability = isAway ? 'away' : 'available'
  await person.call(presence.choose, { body: { availability } })
  const offered = () =>
    until(async () => {
      for (const chat of await person.call(routing.mine)) {
        const { offer } = chat
        if (offer !== null) return { ...chat, offer }
      }
      return undefined
    })
  const answer = async () => {
    const { offer } = await offered()
    return person.call(routing.accept, { params: { id: offer.id } })
  }
  return { ...person, page, offered, answer }
}

/** What a visitor sends to begin a chat. */
export const newChat = (body = 'Hello') => ({ id: randomUUID(), clientId: randomUUID(), body })

/** All visitors of a test come from one address: what earlier ones have used up is forgotten. */
async function comeIn(house: House, site: Site): Promise<FloorVisitor> {
  await house.db.deleteFrom('throttles').execute()
  const { token } = await house.anyone.call(visitors.begin, { body: { siteKey: site.key } })
  const calls = house.visitor(token)
  const fetchSnapshot = () => Promise.reject(new Error('a visitor has no snapshots'))
  return {
    ...calls,
    token,
    ask: (body = 'Is anybody there?') => calls.call(visitors.ask, { body: newChat(body) }),
    live: () => openLiveClient({ url: house.url, namespace: '/visitor', token, fetchSnapshot }),
  }
}

/** Asks again and again until there is an answer; throws when there is none within `ms`. */
export async function until<T>(look: () => Promise<T | undefined>, ms = 5_000): Promise<T> {
  const end = performance.now() + ms
  for (;;) {
    const seen = await look()
    if (seen !== undefined) return seen
    if (performance.now() > end) throw new Error(`not seen within ${ms} ms: ${look}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
