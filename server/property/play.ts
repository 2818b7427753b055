// One run: the house, the model beside it, the dice, and how a step asks and judges the answer.
import { expect } from 'vitest'
import type { Endpoint } from '#contract/endpoint.ts'
import type { Fields } from '#contract/fields.ts'
import type { Permission } from '#contract/permissions.ts'
import type { App } from '../app.ts'
import type { Answer } from '../client/http.ts'
import type { Db } from '../platform/database.ts'
import type { Dice } from './dice.ts'
import {
  administrators,
  can,
  type Membership,
  membershipsOf,
  type Organisation,
  placeOf,
  rightsOf,
  type World,
} from './model.ts'
import type { openSession } from './queries.ts'
import { type Asker, askerOf, type Reasons, sees } from './reasons.ts'
import { placesOf } from './seed.ts'

export interface Play {
  app: App
  db: Db
  world: World
  roll: Dice
  /** Who acts in this step. */
  asker: Asker
  /** Where each organisation's logs ended before this step. */
  heads: ReadonlyMap<string, string>
  /** What was asked and answered in this step, for whoever reads of a failure. */
  said: unknown[]
  /** How often each kind of answer was given. */
  tally: Map<string, number>
}

/** The organisations that a step may have changed. */
export type Touched = readonly Organisation[]
export type Step = (play: Play) => Promise<Touched>

export const NOTHING: Touched = []

interface Parts {
  params?: Record<string, string>
  query?: Record<string, string>
  body?: unknown
}

/** Asks a door as the asker's browser would. */
export async function ask<In, Out>(
  play: Play,
  endpoint: Endpoint<In, Out>,
  input: In,
): Promise<Answer<Out>> {
  const { params = {}, query, body } = input as Parts
  const path = endpoint.path.replace(/:(\w+)/g, (_, key: string) => params[key] ?? '')
  const { cookie } = play.asker
  const response = await play.app.http.inject({
    method: endpoint.method,
    url: query ? `${path}?${new URLSearchParams(query)}` : path,
    headers: { 'sec-fetch-site': 'same-origin', ...(cookie && { cookie }) },
    ...(body !== undefined && { payload: body as object }),
  })
  const answer = { status: response.statusCode, body: response.json(), headers: new Headers() }
  play.said.push({ [`${endpoint.method} ${path}`]: { query, body }, status: answer.status })
  return answer
}

/** Whether the answer is what the reasons say; true when it was done. */
export function judge(play: Play, answer: Answer<unknown>, reasons: Reasons): boolean {
  const code = answer.status === 200 ? null : answer.body.error.code
  expectOneOf(play, code, reasons)
  return code === null
}

/** Done when there was no reason against it; else one of them. */
export function expectOneOf(play: Play, code: string | null, reasons: Reasons): void {
  const wanted = reasons.size === 0 ? ['done'] : [...reasons]
  play.said.push({ code, wanted })
  count(play, code ?? 'done')
  expect(wanted).toContain(code ?? 'done')
}

export function count({ tally }: Pick<Play, 'tally'>, what: string): void {
  tally.set(what, (tally.get(what) ?? 0) + 1)
}

/** Somebody to ask about: mostly one whom the asker sees, at times whoever is in charge, or another's. */
export function target({ world, roll, asker }: Play): string {
  const own = [...asker.org.memberships.values()]
  const inCharge = roll.in100(8) ? roll.any(administrators(asker.org)) : undefined
  if (inCharge) return inCharge.id
  const seen = own.filter((one) => sees(asker, one))
  if (seen.length > 0 && roll.in100(60)) return roll.one(seen).id
  if (roll.in100(75)) return roll.one(own).id
  const other = roll.one([...world.organisations.values()])
  return roll.in100(90) ? roll.one([...other.memberships.keys()]) : roll.uuid()
}

/** An organisation: nearly always the asker's, at times one whose ids are none of their business. */
export function anywhere({ world, roll, asker }: Play): Organisation {
  return roll.in100(92) ? asker.org : roll.one([...world.organisations.values()])
}

/** Who acts next: mostly somebody who works, at times somebody who may not any more. */
export async function nextAsker(
  { db, world, roll }: Omit<Play, 'asker'>,
  open: typeof openSession,
): Promise<Asker> {
  const org = roll.one(
    [...world.organisations.values()].flatMap((one, n) => (n ? [one] : [one, one])),
  )
  const members = [...org.memberships.values()]
  const managers = members.filter((one) =>
    rightsOf(org, one.userId).some(({ permissions }) => permissions.has('users.manage')),
  )
  const { userId } = roll.one(managers.length > 0 && roll.in100(55) ? managers : members)
  const session = org.sessions.get(userId)
  const works = membershipsOf(org, userId).some(({ status }) => status === 'active')
  if (works && (session === undefined || (session.isEnded && roll.in100(60))))
    org.sessions.set(userId, { cookie: await open(db, org.id, userId), isEnded: false })
  return askerOf(org, userId)
}

/** What some users may at every place there is. */
type Reach = Map<string, ReadonlySet<Permission>>

/**
 * The law that nothing an actor does makes anybody stronger than the actor: what anybody may more
 * afterwards, at any place, the actor could do there before. Answers how to see whether it held.
 */
export function watchRights({ asker }: Play, userIds: readonly string[]): () => void {
  const { org, rights } = asker
  const paths = new Map(placesOf(org).map(([kind, id]) => [id, placeOf(org, kind, id) ?? []]))
  const look = (): Reach =>
    new Map(userIds.flatMap((userId) => reachOf(org, userId, [...paths.keys()])))
  const before = look()
  const isAllowed = (key: string, permission: Permission) => {
    const [, at = ''] = key.split(' ')
    const isNew = !before.get(key)?.has(permission) && permission !== 'chats.test'
    return !isNew || can(rights, permission, paths.get(at) ?? [])
  }
  return () => {
    for (const [key, now] of look()) {
      const more = [...now].filter((permission) => !isAllowed(key, permission))
      if (more.length > 0) throw new Error(`${key} has got ${more}, more than the actor had there`)
    }
  }
}

function reachOf(org: Organisation, userId: string, ids: readonly string[]) {
  const rights = rightsOf(org, userId)
  const places = new Map(placesOf(org).map(([kind, id]) => [id, kind]))
  return ids.map((id) => {
    const kind = places.get(id)
    const path = kind ? (placeOf(org, kind, id) ?? []) : []
    const held = rights.filter(({ at }) => path.includes(at))
    return [
      `${userId} ${id}`,
      new Set(held.flatMap(({ permissions }) => [...permissions])),
    ] as const
  })
}

/** Fields to set of a person at the account, some of which cannot be. */
export function anyFields(play: Play, member: Membership | undefined, most: number): Fields {
  const set: Fields = {}
  for (let n = 1 + play.roll.below(most); n > 0; n--) {
    const [key, value] = anyField(play, member)
    set[key] = value
  }
  return set
}

const NAMES = ['Ada', 'Bo', 'Cleo', 'Dirk', 'Ines', 'Noor', 'Otto', 'Pia']

function anyField(play: Play, member: Membership | undefined): [string, Fields[string]] {
  const { roll } = play
  const kind = roll.below(100)
  if (kind < 10) return [roll.one(['firstName', 'lastName']), roll.one(NAMES)]
  if (kind < 14) return ['gender', roll.one(['female', 'male', 'other', 'not_stated'])]
  if (kind < 20) return [roll.one(['displayName', 'description']), roll.one([null, ...NAMES])]
  if (kind < 22) return ['limit.units', roll.one([null, 2, 6])]
  if (kind < 30) return [roll.one(['limit.live', 'limit.deferred']), 1 + roll.below(9)]
  if (kind < 55) return anyPlace(play, member)
  return anyGrant(play, member)
}

function anyPlace(play: Play, member: Membership | undefined): [string, Fields[string]] {
  const { roll } = play
  const org = anywhere(play)
  const isNull = roll.in100(25)
  const departments = [...org.departments.keys()]
  const kind = roll.below(3)
  if (kind === 0) {
    const key = `queue:${roll.one([...org.queues.keys()])}`
    return [key, isNull ? null : { participates: roll.in100(70), tier: 1 + roll.below(3) }]
  }
  if (kind === 1)
    return ['supervisorGroupId', isNull ? null : (roll.any([...org.groups.keys()]) ?? null)]
  const mine = roll.any([...(member?.departments.keys() ?? [])])
  if (isNull && mine !== undefined) return [`department:${mine}`, null]
  return [`department:${roll.one(departments)}`, { position: roll.one([null, 'Clerk', 'Lead']) }]
}

function anyGrant(play: Play, member: Membership | undefined): [string, Fields[string]] {
  const { roll, asker } = play
  const mine = roll.any([...(member?.held.keys() ?? [])])
  if (mine !== undefined && roll.in100(35)) return [mine, null]
  const org = anywhere(play)
  const own = member && roll.in100(40) ? (['account', member.accountId] as const) : undefined
  const held = roll.any(asker.rights)
  const near = held && roll.in100(40) ? ([held.kind, held.at] as const) : undefined
  const [kind, id] = own ?? near ?? roll.one(placesOf(org))
  const roles = [...(roll.in100(95) ? asker.org : org).roles.keys()]
  return [`grant:${roll.one(roles)}@${kind}:${id}`, roll.in100(92) ? true : null]
}
