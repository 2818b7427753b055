// Every door, tried by everybody who should not get through it: no session, no permission, and
// objects of other people, accounts and organisations. A door without a row here fails the test.
import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { fieldKey } from '#contract/fields.ts'
import { invitations } from '#contract/invitations.ts'
import { session } from '#contract/session.ts'
import { visitors } from '#contract/visitors.ts'
import { type Caller, caller } from '../client/http.ts'
import { type Door, doorsOf, nameOf } from '../testing/doors.ts'
import { fingerprintOf, listTables, settledFingerprint } from '../testing/fingerprint.ts'
import { openHouse, type Person } from '../testing/house.ts'
import { tokenFor } from '../testing/inviting.ts'
import { comeIn, type Ids, openWorld, type World } from '../testing/worlds.ts'
import { type Known, type Name, type Row, says } from './row.ts'
import { ROWS } from './rows.ts'

const house = openHouse()

/** To whom a door is shut, and how it says so. */
type Shut = [Name, 401 | 403]
/** Who tries, with which ids of their own, and in place of which of them another's. */
type Stranger = [Name, Ids, keyof Ids]

/** What is one person's alone, whatever a colleague may see. */
const PERSONAL: readonly (keyof Ids)[] = ['offer', 'chat', 'notification']

let known: Known
let here: World
let beside: World
let elsewhere: World
let doors: Door[]
let tables: string[]
const actors = new Map<Name, Caller>()
const permissions = new Map<Name, readonly string[]>()

const actor = (name: Name): Caller => {
  const found = actors.get(name)
  if (!found) throw new Error(`nobody is ${name}`)
  return found
}

const seat = async (name: Name, person: Person) => {
  actors.set(name, person)
  const { grants } = await person.call(session.me)
  permissions.set(
    name,
    grants.flatMap((grant) => grant.permissions),
  )
}

beforeAll(async () => {
  const { id: organisationId } = await house.organisation()
  const accountId = await house.account(organisationId, 'North')
  here = await openWorld(house, organisationId, accountId)
  beside = await openWorld(house, organisationId, await house.account(organisationId, 'South'))
  const { id: other } = await house.organisation()
  elsewhere = await openWorld(house, other, other)
  const at = { organisationId, accountId }
  for (const role of ['viewer', 'supervisor', 'manager'] as const)
    await seat(role, await house.person({ ...at, role }))
  await seat('agent', here.agent)
  await seat('idle agent', here.idler)
  await seat('administrator', here.admin)
  await seat('owner', await house.person({ organisationId, role: 'administrator' }))
  await seat('administrator of a sibling account', beside.admin)
  await seat('administrator of another organisation', elsewhere.admin)
  await seat('leaver', await house.person({ ...at, role: 'administrator' }))
  const joiner = await house.person({ organisationId: other, role: 'viewer' })
  await seat('joiner', joiner)
  actors.set('anonymous', house.anyone)
  const former = await house.person({ ...at, role: 'administrator' })
  await former.call(session.signOut)
  actors.set(
    'signed out',
    caller(() => house.url, { cookie: former.cookie }),
  )
  actors.set('visitor', here.visitor)
  actors.set('another visitor', await comeIn(house, here.siteKey))
  actors.set('visitor elsewhere', elsewhere.visitor)
  known = {
    login: here.admin.email,
    siteKey: here.siteKey,
    newcomerToken: await invite('newcomer@example.org'),
    joinerToken: await invite(joiner.email),
  }
  doors = await doorsOf(house.url)
  tables = await listTables(house.db)
}, 60_000)

async function invite(email: string): Promise<string> {
  const { account: accountId, role: roleId } = here.ids
  const set = { [fieldKey.grant(roleId, { kind: 'account', id: accountId })]: true }
  await here.admin.call(invitations.create, { body: { accountId, emails: [email], set } })
  return tokenFor(house, email)
}

/** Why the door must be shut to the actor, whatever they ask; undefined when it need not be. */
function shutTo({ needs }: Door, name: Name): 401 | 403 | undefined {
  const held = permissions.get(name)
  if (needs === 'nothing') return undefined
  if (needs === 'visitor') return name.includes('visitor') ? undefined : 401
  if (held === undefined) return 401
  return needs === 'session' || held.includes(needs) ? undefined : 403
}

const rowOf = (door: Door): Row => ROWS[nameOf(door)] ?? { by: 'anonymous' }
const inputOf = (door: Door, ids: Ids) => rowOf(door).ask?.(ids, known)

/** Which ids the door takes. */
function idsOf(door: Door): (keyof Ids)[] {
  const used = new Set<keyof Ids>()
  const keys = Object.keys(here.ids).filter((key): key is keyof Ids => key in here.ids)
  for (const key of keys) {
    const marked = JSON.stringify(inputOf(door, { ...here.ids, [key]: 'marked' }) ?? null)
    if (marked.includes('marked')) used.add(key)
  }
  return [...used]
}

const withoutRequest = (text: object) => JSON.stringify(text).replace(/"requestId":"[^"]+"/, '')

describe('the doors of the house', () => {
  test('are all in this matrix', () => {
    expect(doors.map(nameOf).toSorted()).toEqual(Object.keys(ROWS).toSorted())
  })

  test('are shut to whoever has no session or not the permission, and nothing changes', async () => {
    const before = await settledFingerprint(house.db, tables)
    let tried = 0
    for (const door of doors) {
      const cells = shutCells(door)
      tried += cells.length
      const ask = async ([name]: Shut) => {
        const { status } = await actor(name).try(door, inputOf(door, here.ids))
        return [name, status]
      }
      expect(await Promise.all(cells.map(ask)), nameOf(door)).toEqual(cells)
      expect(await fingerprintOf(house.db, tables), nameOf(door)).toEqual(before)
    }
    expect(tried).toBeGreaterThan(doors.length * 3)
  }, 120_000)

  test('answer what is not yours byte for byte as what does not exist, and change nothing', async () => {
    const before = await settledFingerprint(house.db, tables)
    let tried = 0
    for (const door of doors) {
      const strangers = strangersAt(door)
      tried += strangers.length
      await Promise.all(strangers.map((stranger) => expectNothingThere(door, stranger)))
      if (strangers.length > 0)
        expect(await fingerprintOf(house.db, tables), nameOf(door)).toEqual(before)
    }
    expect(tried).toBeGreaterThan(doors.length)
  }, 120_000)

  test('never begin a chat under the id of another visitor’s', async () => {
    const before = await settledFingerprint(house.db, tables)
    for (const who of [actor('another visitor'), actor('visitor elsewhere')]) {
      const answer = await who.try(visitors.ask, { body: { ...says(), id: here.ids.chat } })
      expect(answer.status).toBe(404)
      expect(await fingerprintOf(house.db, tables)).toEqual(before)
    }
  })

  test('open to the right ones who ask for their own', async () => {
    await house.db.deleteFrom('throttles').execute()
    for (const [name, { by, ask, answers = 200 }] of Object.entries(ROWS)) {
      const door = doors.find((one) => nameOf(one) === name)
      if (!door) throw new Error(`${name} is not served`)
      const { status, body } = await actor(by).try(door, ask?.(here.ids, known))
      expect([name, status, status === answers ? '' : body]).toEqual([name, answers, ''])
    }
  }, 60_000)
})

function shutCells(door: Door): Shut[] {
  return [...actors.keys()].flatMap((name): Shut[] => {
    const status = shutTo(door, name)
    return status === undefined ? [] : [[name, status]]
  })
}

/** What the stranger asks for is answered as what nobody has. */
async function expectNothingThere(door: Door, [name, own, key]: Stranger): Promise<void> {
  const what = `${nameOf(door)}: the ${key} of others, by ${name}`
  // The id that was asked for may be said back, whatever it is of: as part of a field's key.
  const ask = async (id: string) => {
    const { status, body } = await actor(name).try(door, inputOf(door, { ...own, [key]: id }))
    return { status, said: withoutRequest(body).replaceAll(id, 'asked') }
  }
  const [foreign, unknown] = await Promise.all([ask(here.ids[key]), ask(randomUUID())])
  expect([unknown.status, what]).toEqual([404, what])
  expect([foreign.status, what]).toEqual([404, what])
  expect(foreign.said, what).toBe(unknown.said)
}

/** Who tries the door with which of the ids of `here` in place of one of their own. */
function strangersAt(door: Door): Stranger[] {
  const own = new Map<Name, Ids>([
    ['administrator of a sibling account', beside.ids],
    ['administrator of another organisation', elsewhere.ids],
    ['visitor elsewhere', elsewhere.ids],
    ['another visitor', beside.ids],
    ['idle agent', here.ids],
  ])
  return [...own].flatMap(([name, ids]) =>
    idsOf(door).flatMap((key): Stranger[] => {
      const isTheirs = ids[key] === here.ids[key]
      const isTried = name === 'idle agent' ? PERSONAL.includes(key) : !isTheirs
      return isTried && shutTo(door, name) === undefined ? [[name, ids, key]] : []
    }),
  )
}
