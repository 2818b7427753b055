// Floors that nobody has thought of: accounts, queues, people with one or two memberships, chats.
// The same seed gives the same floor.
import { randomBytes, randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { BuiltInRole } from '#contract/permissions.ts'
import * as presence from '../features/presence/queries.ts'
import { run } from '../features/routing/actions.ts'
import { joinQueue } from '../features/routing/joining-queries.ts'
import * as routing from '../features/routing/queries.ts'
import type { Db } from '../platform/database.ts'
import type { House, Person } from './house.ts'
import { joinAlso } from './lifecycle.ts'
import { ask, type Place } from './routing-seed.ts'

export type Dice = (below: number) => number

/** The same numbers for the same seed. */
export function diceOf(seed: number): Dice {
  let state = seed * 7_919 + 17
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * below)
  }
}

export interface Crew {
  admin: Person
  members: { membershipId: string; userId: string }[]
}

const ROLES: readonly BuiltInRole[] = ['agent', 'agent', 'agent', 'viewer', 'administrator']

interface Ground {
  place: Place
  accounts: string[]
  queueIds: string[]
}

export async function gatherCrew(house: House, roll: Dice): Promise<Crew> {
  const { id: organisationId } = await house.organisation()
  const admin = await house.person({ organisationId, role: 'administrator' })
  const ground = await openGround(house, organisationId, roll)
  const members: Crew['members'] = [admin]
  for (let n = 2 + roll(3); n > 0; n--) members.push(...(await moveIn(house.db, ground, roll)))
  for (let n = roll(6); n > 0; n--) await ask(house.db, ground.place, one(ground.queueIds, roll))
  await answerSome(house.db, ground, roll)
  return { admin, members }
}

function one<T>(list: readonly T[], roll: Dice): T {
  const chosen = list[roll(list.length)]
  if (chosen === undefined) throw new Error('there is one to choose')
  return chosen
}

async function openGround(house: House, organisationId: string, roll: Dice): Promise<Ground> {
  const north = await house.account(organisationId, 'North')
  const south = await house.account(organisationId, 'South')
  const accounts = [organisationId, north, south]
  const queueIds: string[] = []
  for (const accountId of [organisationId, one(accounts, roll), one(accounts, roll)])
    queueIds.push(await openQueue(house.db, organisationId, accountId, roll(2) === 0 ? 1 : null))
  const place = await openSite(house.db, organisationId, one(queueIds, roll))
  return { place, accounts, queueIds }
}

/** A user with a membership or two, and mostly an operator. */
async function moveIn(
  db: Db,
  { place, accounts, queueIds }: Ground,
  roll: Dice,
): Promise<Crew['members']> {
  const user = { organisationId: place.organisationId, userId: randomUUID() }
  await sql`insert into users (id, login, email, first_name, last_name)
    values (${user.userId}, ${user.userId}, ${`${user.userId}@example.org`}, 'Ada', 'Oak')`.execute(
    db,
  )
  const own = accounts.filter(() => roll(2) === 0)
  const members: Crew['members'] = []
  for (const accountId of own.length > 0 ? own : accounts.slice(0, 1)) {
    const { membershipId } = await joinAlso(db, user, accountId, one(ROLES, roll))
    members.push({ membershipId, userId: user.userId })
  }
  await openSessions(db, user, roll(3))
  if (roll(4) > 0) await seat(db, { ...place, ...user }, queueIds, roll)
  return members
}

async function answerSome(db: Db, { place: { organisationId }, accounts }: Ground, roll: Dice) {
  for (const { offer } of await routing.listChats(db, organisationId, accounts)) {
    if (offer === null || roll(2) === 0) continue
    const { id: offerId, operatorId: userId } = offer
    await run(db, (at) => routing.acceptOffer(at, { organisationId, offerId, userId }))
  }
}

async function openQueue(
  db: Db,
  organisationId: string,
  accountId: string,
  heldLimit: number | null,
): Promise<string> {
  const id = randomUUID()
  await sql`insert into queues (organisation_id, id, account_id, name, offer_seconds, held_limit)
    values (${organisationId}, ${id}, ${accountId}, ${id}, 300, ${heldLimit})`.execute(db)
  return id
}

async function openSite(db: Db, organisationId: string, queueId: string): Promise<Place> {
  const [siteId, visitorId, nodeId] = [randomUUID(), randomUUID(), randomUUID()]
  await sql`insert into sites (organisation_id, id, account_id, queue_id, name, key)
    values (${organisationId}, ${siteId}, ${organisationId}, ${queueId}, 'Shop', ${randomBytes(10).toString('hex')})`.execute(
    db,
  )
  await sql`insert into visitors (organisation_id, id, site_id, token_hash, name, expires_at)
    values (${organisationId}, ${visitorId}, ${siteId}, ${randomBytes(32)}, 'Vera', now() + interval '1 day')`.execute(
    db,
  )
  const epoch = await presence.registerNode(db, nodeId, 'test')
  await sql`update nodes set lease_until = 'infinity' where id = ${nodeId}`.execute(db)
  return { organisationId, siteId, visitorId, nodeId, epoch }
}

async function openSessions(
  db: Db,
  user: Pick<Person, 'organisationId' | 'userId'>,
  count: number,
) {
  for (let n = 0; n < count; n++)
    await sql`insert into sessions (token_hash, user_id, organisation_id, created_at, last_active_at, expires_at)
      values (${randomBytes(32)}, ${user.userId}, ${user.organisationId}, now(), now(), now() + interval '1 hour')`.execute(
      db,
    )
}

/** An operator with places in queues, mostly there and available. */
async function seat(
  db: Db,
  it: Place & { userId: string },
  queueIds: readonly string[],
  roll: Dice,
) {
  const { organisationId, userId, nodeId, epoch } = it
  const operator = { organisationId, userId }
  await run(db, (at) =>
    routing.registerOperator(at, { ...operator, live: 1 + roll(3), deferred: 1 }),
  )
  for (const queueId of queueIds.filter(() => roll(3) > 0)) {
    await run(db, (at) => routing.assignQueueMember(at, { ...operator, queueId }))
    if (roll(4) > 0) await run(db, (at) => joinQueue(at, { ...operator, queueId }))
  }
  const connection = { ...operator, connectionId: randomUUID(), sessionId: null, nodeId, epoch }
  if (roll(5) > 0) await run(db, (at) => presence.connectionOpened(at, connection))
  const chosen = { ...operator, availability: 'available', actorId: userId } as const
  if (roll(5) > 0) await run(db, (at) => routing.setAvailability(at, chosen))
}
