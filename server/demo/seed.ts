// Makes the demo floor in an empty database: an organisation with its tree, departments, queues, a
// site, and two dozen people with portraits. The password is made now and belongs to nobody else.
import { randomBytes, randomUUID } from 'node:crypto'
import * as accounts from '../features/accounts/queries.ts'
import * as departments from '../features/departments/queries.ts'
import * as founding from '../features/founding/queries.ts'
import * as queues from '../features/queues/queries.ts'
import * as routing from '../features/routing/queries.ts'
import * as sites from '../features/sites/queries.ts'
import * as users from '../features/users/queries.ts'
import type { Db } from '../platform/database.ts'
import type { Hasher } from '../platform/hash.ts'
import {
  ACCOUNTS,
  addressOf,
  CAST,
  type CastMember,
  DEPARTMENTS,
  ORGANISATION,
  QUEUES,
} from './cast.ts'
import { portrait } from './portraits.ts'
import * as demo from './queries.ts'

/** What the demo needs to know of itself, kept in the data folder. */
export interface DemoKeys {
  organisationId: string
  siteKey: string
  /** Everybody's password on the demo floor. */
  password: string
  /** The links on the printed page carry it; without it they open nothing. */
  token: string
}

const SIZES = [48, 96, 256] as const

interface Stage {
  db: Db
  organisationId: string
  accountIds: ReadonlyMap<string, string>
  departmentIds: ReadonlyMap<string, string>
  queueIds: ReadonlyMap<string, string>
  passwordHash: string
}

/** Seeds the demo floor; `say` hears how far it is. */
export async function seedDemo(
  db: Db,
  hasher: Hasher,
  say: (line: string) => void,
): Promise<DemoKeys> {
  const organisationId = randomUUID()
  const password = `demo-${randomBytes(6).toString('base64url')}`
  await founding.found(db, { id: organisationId, name: ORGANISATION, language: 'en' })
  const accountIds = await makeAccounts(db, organisationId)
  const departmentIds = await makeDepartments(db, organisationId)
  const queueIds = await makeQueues(db, organisationId)
  const siteKey = await makeSite(db, organisationId, queueIds)
  const passwordHash = await hasher.hash(password)
  const stage = { db, organisationId, accountIds, departmentIds, queueIds, passwordHash }
  for (const [at, member] of CAST.entries()) {
    if (at % 8 === 0) say(`seeding the demo floor: ${at} of ${CAST.length} people`)
    await engage(stage, member, at)
  }
  return { organisationId, siteKey, password, token: randomBytes(24).toString('base64url') }
}

async function makeAccounts(db: Db, organisationId: string): Promise<Map<string, string>> {
  const ids = new Map<string, string>()
  for (const { name, above, kind } of ACCOUNTS) {
    const id = randomUUID()
    const parentId = (above && ids.get(above)) ?? organisationId
    await accounts.insert(db, { organisationId, id, parentId, kind, name, language: 'en' })
    ids.set(name, id)
  }
  return ids
}

async function makeDepartments(db: Db, organisationId: string): Promise<Map<string, string>> {
  const ids = new Map<string, string>()
  for (const name of DEPARTMENTS) {
    const { id } = await departments.insert(db, organisationId, { accountId: organisationId, name })
    ids.set(name, id)
  }
  return ids
}

async function makeQueues(db: Db, organisationId: string): Promise<Map<string, string>> {
  const ids = new Map<string, string>()
  for (const queue of QUEUES) {
    const { id } = await queues.insert(db, organisationId, { accountId: organisationId, ...queue })
    ids.set(queue.name, id)
  }
  return ids
}

async function makeSite(
  db: Db,
  organisationId: string,
  queueIds: ReadonlyMap<string, string>,
): Promise<string> {
  const key = randomBytes(10).toString('hex')
  const site = await sites.insert(db, organisationId, {
    accountId: organisationId,
    queueId: queueIds.get('Service NL') ?? '',
    name: 'Noordzee Outdoor',
    key,
    allowedOrigins: [],
    colour: '#0b7285',
    language: 'en',
  })
  await demo.welcome(
    db,
    organisationId,
    site.id,
    'Questions about tents, boots or your order? We are here.',
  )
  return key
}

const LOCATIONS = ['Rotterdam', 'Utrecht', 'Hamburg'] as const

async function engage(stage: Stage, member: CastMember, at: number): Promise<void> {
  const { db, organisationId, accountIds, passwordHash } = stage
  const userId = randomUUID()
  const location = LOCATIONS[at % LOCATIONS.length] ?? 'Rotterdam'
  const isAgent = member.role === 'agent'
  const accountId = (isAgent && accountIds.get(location)) || organisationId
  const { membershipId } = await founding.appoint(
    db,
    { organisationId, accountId, role: member.role },
    {
      id: userId,
      email: addressOf(member),
      firstName: member.first,
      lastName: member.last,
      language: 'en',
      passwordHash,
      ...(isAgent && { displayName: member.first }),
    },
  )
  const departmentId = stage.departmentIds.get(member.department) ?? ''
  const { position } = member
  await demo.joinDepartment(db, { organisationId, departmentId, membershipId, position })
  const drawn = await portrait(`${member.first} ${member.last}`, SIZES)
  const files = [...drawn].map(([pixels, webp]) => ({ pixels, webp }))
  await users.insertPhoto(db, userId, files)
  await seat(stage, member, userId)
}

/** Gives a person their limits and queues, when they answer chats at all. */
async function seat({ db, organisationId, queueIds }: Stage, member: CastMember, userId: string) {
  if (!['agent', 'supervisor', 'tester'].includes(member.role)) return
  await routing.registerOperator(db, { organisationId, userId, live: member.limit, deferred: 5 })
  for (const name of member.queues) {
    const queueId = queueIds.get(name) ?? ''
    await routing.assignQueueMember(db, { organisationId, queueId, userId })
  }
}
