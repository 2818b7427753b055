// The floor: one organisation, queues of operators who are signed in, and chats that wait.
import { randomBytes, randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import * as founding from '../../server/features/founding/queries.ts'
import * as queues from '../../server/features/queues/queries.ts'
import { run, settle } from '../../server/features/routing/actions.ts'
import { joinQueue } from '../../server/features/routing/joining-queries.ts'
import * as routing from '../../server/features/routing/queries.ts'
import * as sites from '../../server/features/sites/queries.ts'
import type { Db } from '../../server/platform/database.ts'
import { hashToken, newToken } from '../../server/platform/tokens.ts'

export interface Desk {
  userId: string
  queueId: string
  cookie: string
}

export interface Floor {
  organisationId: string
  siteKeys: readonly string[]
  desks: readonly Desk[]
}

interface Wish {
  operators: number
  waiting: number
  queues: number
  limit: number
}

export async function makeFloor(db: Db, wish: Wish): Promise<Floor> {
  const organisationId = randomUUID()
  await founding.found(db, { id: organisationId, name: 'Noordzee Contact', language: 'en' })
  const places = await inLanes(wish.queues, (n) => makeQueue(db, organisationId, n))
  const desks = await inLanes(wish.operators, (n) => {
    const queueId = places[n % places.length]?.queueId ?? ''
    return makeDesk(db, organisationId, queueId, n, wish.limit)
  })
  for (const { siteId, queueId } of places)
    await makeLine(db, organisationId, siteId, queueId, Math.ceil(wish.waiting / places.length))
  await sql`vacuum analyze`.execute(db)
  return { organisationId, siteKeys: places.map(({ key }) => key), desks }
}

async function makeQueue(db: Db, organisationId: string, n: number) {
  const queue = await queues.insert(db, organisationId, {
    ...{ accountId: organisationId, name: `Queue ${n}`, kind: 'live' },
    ...{ offerSeconds: 300, targetSeconds: 60 },
  })
  const key = randomBytes(10).toString('hex')
  const site = await sites.insert(db, organisationId, {
    ...{ accountId: organisationId, queueId: queue.id, name: `Site ${n}`, key },
    ...{ allowedOrigins: [], colour: '#0b7285', language: 'en' },
  })
  return { queueId: queue.id, siteId: site.id, key }
}

/** An operator who has joined a queue, with a session; not there yet. */
async function makeDesk(
  db: Db,
  organisationId: string,
  queueId: string,
  n: number,
  limit: number,
): Promise<Desk> {
  const userId = randomUUID()
  const place = { organisationId, accountId: organisationId, role: 'agent' } as const
  const name = { firstName: 'Operator', lastName: `${n}`, language: 'en' }
  await founding.appoint(db, place, {
    ...{ id: userId, email: `operator${n}@noordzee.example`, ...name },
    passwordHash: 'nobody signs in with a password here',
  })
  const operator = { organisationId, userId }
  await run(db, (one) =>
    routing.registerOperator(one, { ...operator, live: limit, deferred: 0, actorId: null }),
  )
  await run(db, (one) => routing.assignQueueMember(one, { ...operator, queueId }))
  await run(db, (one) => joinQueue(one, { ...operator, queueId }))
  return { userId, queueId, cookie: `sid=${await signIn(db, organisationId, userId)}` }
}

async function signIn(db: Db, organisationId: string, userId: string): Promise<string> {
  const token = newToken()
  const now = new Date()
  const session = {
    ...{ tokenHash: hashToken(token), userId, organisationId },
    ...{ createdAt: now.toISOString(), lastActiveAt: now.toISOString() },
    expiresAt: new Date(now.getTime() + 36_000_000).toISOString(),
    ...{ ip: '127.0.0.1', userAgent: 'bench' },
  }
  await db.insertInto('sessions').values(session).execute()
  return token
}

/** A line of visitors who asked while nobody was there. */
async function makeLine(
  db: Db,
  organisationId: string,
  siteId: string,
  queueId: string,
  count: number,
): Promise<void> {
  const visitorId = randomUUID()
  await sql`insert into visitors (organisation_id, id, site_id, token_hash, name, expires_at)
    values (${organisationId}, ${visitorId}, ${siteId}, ${randomBytes(32)}, 'Vera',
      now() + interval '1 day')`.execute(db)
  const ids = Array.from({ length: count }, () => randomUUID())
  await sql`insert into chats (organisation_id, id, account_id, site_id, visitor_id, kind)
    select ${organisationId}, id, ${organisationId}, ${siteId}, ${visitorId}, 'live'
      from unnest(${ids}::uuid[]) as id`.execute(db)
  await inLanes(count, async (n) => {
    const chatId = ids[n] ?? ''
    await run(db, (one) => routing.enqueueChat(one, { organisationId, chatId, queueId }))
  })
}

/** Everybody says that they are there and takes what they are given, until all have what they may. */
export async function beginShift(db: Db, { organisationId, desks }: Floor): Promise<void> {
  await inLanes(desks.length, async (n) => {
    const userId = desks[n]?.userId ?? ''
    const operator = { organisationId, userId, actorId: userId }
    await settle(db, await routing.setAvailability(db, { ...operator, availability: 'available' }))
    const { rows } = await sql<{ id: string }>`
      select id from assignments
       where organisation_id = ${organisationId} and user_id = ${userId} and state = 'offered'`.execute(
      db,
    )
    for (const { id } of rows)
      await run(db, (one) => routing.acceptOffer(one, { ...operator, offerId: id }))
  })
}

const LANES = 6

async function inLanes<T>(count: number, work: (n: number) => Promise<T>): Promise<T[]> {
  const done: T[] = []
  let next = 0
  const lane = async () => {
    while (next < count) {
      const n = next++
      done[n] = await work(n)
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  return done
}
