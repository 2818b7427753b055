// Makes the demo floor in an empty database: an organisation with its tree, departments, queues, a
// site, and two dozen people with portraits. The password is made now and belongs to nobody else.
import { randomBytes, randomUUID } from 'node:crypto'
import * as accounts from '../features/accounts/queries.ts'
import * as departments from '../features/departments/queries.ts'
import * as founding from '../features/founding/queries.ts'
import * as groups from '../features/groups/queries.ts'
import * as queues from '../features/queues/queries.ts'
import * as routing from '../features/routing/queries.ts'
import * as sites from '../features/sites/queries.ts'
import * as skills from '../features/skills/queries.ts'
import * as users from '../features/users/queries.ts'
import type { Db } from '../platform/database.ts'
import type { Hasher } from '../platform/hash.ts'
import {
  ACCOUNTS,
  addressOf,
  CAST,
  type CastMember,
  DEPARTMENTS,
  GROUPS,
  ORGANISATION,
  QUEUES,
  SKILLS,
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
  const engaged: Engaged[] = []
  for (const [at, member] of CAST.entries()) {
    if (at % 8 === 0) say(`seeding the demo floor: ${at} of ${CAST.length} people`)
    engaged.push({ member, ...(await engage(stage, member, at)) })
  }
  await gather(stage, engaged)
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

async function engage(stage: Stage, member: CastMember, at: number) {
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
  return { userId, membershipId }
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

interface Engaged {
  member: CastMember
  userId: string
  membershipId: string
}

/** Supervisors' groups, and what each agent can do. */
async function gather(stage: Stage, engaged: readonly Engaged[]): Promise<void> {
  const { db, organisationId, departmentIds } = stage
  const agents = engaged.filter(({ member }) => member.role === 'agent')
  const roleId = await groups.findSupervisorRole(db, organisationId)
  for (const { name, department, supervisor } of GROUPS) {
    const head = engaged.find(({ member }) => member.first === supervisor)
    if (!head) continue
    const departmentId = departmentIds.get(department) ?? ''
    const row = { departmentId, name, supervisorUserId: head.userId }
    const id = await groups.insert(db, organisationId, row)
    const { userId, membershipId } = head
    await groups.appoint(db, organisationId, {
      ...{ userId, membershipId, roleId, groupId: id, grantedBy: null },
    })
    for (const one of agents.filter(({ member }) => member.department === department))
      await demo.joinGroup(db, organisationId, one.membershipId, { id, departmentId })
  }
  for (const [at, name] of SKILLS.entries()) {
    const skill = await skills.insert(db, organisationId, { accountId: organisationId, name })
    const able = agents.filter((_, place) => place % SKILLS.length === at)
    for (const [place, { userId }] of able.entries())
      await demo.learn(db, { organisationId, userId, skillId: skill.id, level: 1 + (place % 5) })
  }
}
