// The storm's floor: an organisation with a queue, its site, its operators and one above them; for the
// long form with a second queue, to which chats go on that wait too long in the first, and with one for
// deferred chats, which has a site of its own; there every other operator works by a shift, and everybody
// may have a status that is for some chats alone.
import { randomBytes, randomUUID } from 'node:crypto'
import type { ChatKind } from '#contract/shapes.ts'
import * as founding from '../../server/features/founding/queries.ts'
import * as hours from '../../server/features/hours/queries.ts'
import * as queues from '../../server/features/queues/queries.ts'
import * as routing from '../../server/features/routing/queries.ts'
import * as sites from '../../server/features/sites/queries.ts'
import * as statuses from '../../server/features/statuses/catalogue-queries.ts'
import type { Db } from '../../server/platform/database.ts'
import type { Hasher } from '../../server/platform/hash.ts'

interface Login {
  userId: string
  email: string
}

export interface StormFloor {
  organisationId: string
  /** The first is where visitors of `siteKey` come in. */
  queueIds: string[]
  siteKey: string
  /** Where visitors ask who need not be answered at once. */
  deferredKey: string | undefined
  password: string
  operators: Login[]
  /** Statuses of being available for some chats alone. */
  statusIds: string[]
  /** The calendar by which every other operator works, and which the second queue keeps. */
  shiftId: string | undefined
  supervisor: Login
}

interface Wanted {
  operators: number
  limit: number
  /** Minutes of the long form; 0: the short one. */
  minutes: number
}

export async function makeFloor(
  db: Db,
  hasher: Hasher,
  { operators, limit, minutes }: Wanted,
): Promise<StormFloor> {
  const organisationId = randomUUID()
  await founding.found(db, { id: organisationId, name: 'Storm', language: 'en' })
  const isLong = minutes > 0
  const first = await makeQueue(db, organisationId, 'Storm', 'live')
  const queueIds = [first]
  const siteKey = await makeSite(db, organisationId, first)
  let deferredKey: string | undefined
  let shiftId: string | undefined
  const statusIds: string[] = []
  if (isLong) {
    const later = await makeQueue(db, organisationId, 'Later', 'deferred')
    queueIds.push(await makeSecond(db, organisationId, first), later)
    deferredKey = await makeSite(db, organisationId, later)
    shiftId = await makeShift(db, organisationId)
    await db.updateTable('accounts').set({ transferAllowance: 1 }).execute()
    for (const accepts of [['live'], ['deferred'], []] as const)
      statusIds.push(await makeStatus(db, organisationId, accepts))
  }
  const password = randomBytes(12).toString('base64url')
  const passwordHash = await hasher.hash(password)
  const appoint = async (role: 'agent' | 'administrator', email: string): Promise<Login> => {
    const userId = randomUUID()
    const place = { organisationId, accountId: organisationId, role }
    const person = { id: userId, email, firstName: 'One', lastName: email, language: 'en' }
    await founding.appoint(db, place, { ...person, passwordHash })
    return { userId, email }
  }
  const people: Login[] = []
  for (let at = 0; at < operators; at++) {
    const login = await appoint('agent', `operator${at}@storm.example`)
    const { userId } = login
    const deferred = isLong ? limit : 0
    await routing.registerOperator(db, { organisationId, userId, live: limit, deferred })
    for (const queueId of queueIds) {
      await routing.assignQueueMember(db, { organisationId, queueId, userId })
    }
    people.push(login)
  }
  if (shiftId !== undefined) await workBy(db, shiftId, people)
  const supervisor = await appoint('administrator', 'supervisor@storm.example')
  const where = { organisationId, queueIds, siteKey, deferredKey, statusIds, shiftId }
  return { ...where, password, operators: people, supervisor }
}

async function makeSite(db: Db, organisationId: string, queueId: string): Promise<string> {
  const key = randomBytes(10).toString('hex')
  await sites.insert(db, organisationId, {
    ...{ accountId: organisationId, queueId, name: 'Storm', key },
    ...{ allowedOrigins: [], colour: '#0b7285', language: 'en' },
  })
  return key
}

async function makeQueue(
  db: Db,
  organisationId: string,
  name: string,
  kind: ChatKind,
): Promise<string> {
  const wanted = { name, kind, offerSeconds: 20, targetSeconds: 60 }
  return (await queues.insert(db, organisationId, { accountId: organisationId, ...wanted })).id
}

/** A queue of another strategy; both ring so shortly that what nobody answers goes round. */
async function makeSecond(db: Db, organisationId: string, first: string): Promise<string> {
  const second = await makeQueue(db, organisationId, 'Second', 'live')
  const set = (id: string) => db.updateTable('queues').where('id', '=', id)
  await set(second).set({ strategy: 'least_loaded', offerSeconds: 5, keepsShifts: true }).execute()
  await set(first)
    .set({ offerSeconds: 5, overflowQueueId: second, overflowAfterSeconds: 3 })
    .execute()
  return second
}

/** A week in which it is always somebody's shift, or never. */
export const shiftWeek = (isOn: boolean) =>
  Array.from({ length: 7 }, () => (isOn ? [{ from: 0, to: 1_440 }] : []))

async function makeShift(db: Db, organisationId: string): Promise<string> {
  const wanted = { accountId: organisationId, name: 'Shift', timeZone: 'UTC', exceptions: [] }
  return hours.insert(db, organisationId, { ...wanted, week: shiftWeek(true) })
}

/** Every other of them works by the shift. */
async function workBy(db: Db, shiftId: string, people: readonly Login[]): Promise<void> {
  const ids = people.filter((_, at) => at % 2 === 0).map(({ userId }) => userId)
  await db.updateTable('operators').set({ shiftId }).where('userId', 'in', ids).execute()
}

async function makeStatus(
  db: Db,
  organisationId: string,
  accepts: readonly ChatKind[],
): Promise<string> {
  const name = `Only ${accepts.join() || 'what is handed over'}`
  const look = { icon: 'desk', colour: 'green', isPaid: true, maxMinutes: null } as const
  const means = { availability: 'available', departmentIds: null } as const
  const wanted = { accountId: organisationId, name, ...look, ...means, accepts: [...accepts] }
  return statuses.insert(db, organisationId, wanted)
}
