// A person's shift, through the doors: who may set which, what it does to the queues that keep shifts,
// and that it changes nothing that somebody has chosen.
import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { fieldKey } from '#contract/fields.ts'
import { hours, type Interval } from '#contract/hours.ts'
import { people } from '#contract/people.ts'
import { presence } from '#contract/presence.ts'
import { type Queue, queues } from '#contract/queues.ts'
import { routing } from '#contract/routing.ts'
import { scope } from '#contract/scopes.ts'
import { sites } from '#contract/sites.ts'
import { visitors } from '#contract/visitors.ts'
import { why } from '#contract/why.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { type Floor, furnish, newChat, type Operator, until } from '../../testing/floor.ts'
import { openHouse, type Person } from '../../testing/house.ts'
import { edit, recordOf, set } from '../../testing/people.ts'
import { brokenLaws, NONE_BROKEN } from '../routing/laws.ts'

const house = openHouse()

const week = (...intervals: Interval[]): Interval[][] => Array.from({ length: 7 }, () => intervals)
const ALWAYS = week({ from: 0, to: 1440 })
const NEVER = week()

async function newCalendar(by: Person, accountId: string, name: string, given = NEVER) {
  const body = { accountId, name, timeZone: 'UTC', week: given, exceptions: [] }
  return (await by.call(hours.create, { body })).id
}

async function turn(admin: Person, id: string, given: Interval[][]): Promise<void> {
  const now = (await admin.call(hours.list)).find((one) => one.id === id)
  const body = { set: { week: given }, base: now?.versions ?? {} }
  await admin.call(hours.change, { params: { id }, body })
}

async function keepShifts({ admin }: Floor, { id }: Queue, keepsShifts: boolean): Promise<void> {
  const now = (await admin.call(queues.list)).find((one) => one.id === id)
  const body = { set: { keepsShifts }, base: now?.versions ?? {} }
  await admin.call(queues.change, { params: { id }, body })
}

/** Another line of the same floor, that the operator has joined, and a visitor's way to it. */
async function besides({ admin, organisationId }: Floor, anna: Operator) {
  const at = { accountId: organisationId, name: 'Support' }
  const queue = await admin.call(queues.create, {
    body: { ...at, kind: 'live', offerSeconds: 60, targetSeconds: 60 },
  })
  await admin.call(queues.assign, { params: { id: queue.id, userId: anna.userId } })
  await anna.call(queues.join, { params: { id: queue.id } })
  const site = await admin.call(sites.create, {
    body: {
      ...{ ...at, queueId: queue.id, language: 'en', colour: '#0b7285' },
      allowedOrigins: ['https://help.example.org'],
    },
  })
  const ask = async () => {
    const { token } = await house.anyone.call(visitors.begin, { body: { siteKey: site.key } })
    return house.visitor(token).call(visitors.ask, { body: newChat() })
  }
  return { queue, ask }
}

describe('what a shift does', () => {
  let floor: Floor
  let anna: Operator
  let shiftId: string
  let own: string[]

  beforeAll(async () => {
    floor = await furnish(house, { queue: { offerSeconds: 60 } })
    anna = await floor.operator({ liveLimit: 3 })
    shiftId = await newCalendar(floor.admin, floor.organisationId, 'Late')
    own = [scope.user(anna.userId), scope.queue(floor.queue.id), scope.floor(floor.organisationId)]
    for (const one of own.slice(0, 2)) await anna.page.watch(one)
    await keepShifts(floor, floor.queue, true)
    await set(floor.admin, anna, { shiftId })
  })

  const memberOf = (queueId: string) =>
    anna.page.replica.get('queue_member', `${queueId}:${anna.userId}`)
  const shiftOf = () => anna.page.replica.get('operator', anna.userId)?.shift
  const offersOf = async () =>
    (await anna.call(routing.mine)).filter(({ offer }) => offer !== null).map(({ id }) => id)

  test('PR-10 off shift a queue that keeps shifts asks nobody, one that does not asks as before, and the choice stays', async () => {
    await anna.page.until(
      () => shiftOf()?.isOn === false && memberOf(floor.queue.id)?.pausedBy === 'shift',
    )
    expect(memberOf(floor.queue.id)).toMatchObject({ isJoined: true, pausedBy: 'shift' })
    expect(await anna.call(presence.mine)).toMatchObject({
      ...{ availability: 'available', cause: 'chosen' },
      shift: { name: 'Late', isOn: false, turnsAt: null },
    })
    const other = await besides(floor, anna)
    const waits = await (await floor.visitor()).ask()
    const asked = await other.ask()
    await until(async () => ((await offersOf()).includes(asked.id) ? true : undefined))
    expect(await offersOf()).toEqual([asked.id])
    const answer = await floor.admin.call(why.chat, { params: { id: waits.id } })
    expect(answer.operators).toMatchObject([
      {
        userId: anna.userId,
        ruledOutBy: 'off_shift',
        fails: [{ check: 'shift', changesAt: null }],
      },
    ])

    // One of the same hours is another all the same.
    const later = await newCalendar(floor.admin, floor.organisationId, 'Later')
    await set(floor.admin, anna, { shiftId: later })
    await anna.page.until(() => shiftOf()?.name === 'Later')
    await set(floor.admin, anna, { shiftId })
    await anna.page.until(() => shiftOf()?.name === 'Late')

    await turn(floor.admin, shiftId, ALWAYS)
    await until(async () => ((await offersOf()).includes(waits.id) ? true : undefined), 3_000)
    await anna.page.until(() => shiftOf()?.isOn === true)
    // Of what is never off there is no beginning.
    expect(await anna.call(hours.shift)).toEqual({ since: null })
    const began = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000)
    const from = began.getUTCHours() * 60
    await turn(floor.admin, shiftId, week({ from, to: from + 120 }))
    expect(await anna.call(hours.shift)).toEqual({ since: began.toISOString() })
    await anna.page.until(() => shiftOf()?.turnsAt !== null)
    // One that only began earlier is told, too: whoever shows since when it is on asks again.
    const told = shiftOf()
    const soonerBy15 =
      from > 0
        ? [{ from: from - 15, to: from + 120 }]
        : [
            { from, to: 120 },
            { from: 1425, to: 1440 },
          ]
    await turn(floor.admin, shiftId, week(...soonerBy15))
    await anna.page.until(() => shiftOf()?.version === (told?.version ?? 0) + 1)
    expect(shiftOf()).toEqual({ ...told, version: (told?.version ?? 0) + 1 })
    const earlier = new Date(began.getTime() - 15 * 60_000).toISOString()
    expect(await anna.call(hours.shift)).toEqual({ since: earlier })
    expect(memberOf(floor.queue.id)).toMatchObject({ isJoined: true, pausedBy: null })
    expect(await brokenLaws(house.db)).toEqual(NONE_BROKEN)
  })

  test('PR-10 when the shift ends nothing that was chosen changes, what rings stays, and Why says when it goes on', async () => {
    const before = await anna.call(presence.mine)
    const rings = await offersOf()
    expect(rings).not.toEqual([])
    // Begins at the next full hour but one, so that a test around a full hour sees it off all the same.
    const begins = new Date(Math.ceil(Date.now() / 3_600_000) * 3_600_000 + 3_600_000)
    const from = begins.getUTCHours() * 60
    await turn(floor.admin, shiftId, week({ from, to: from + 30 }))
    await anna.page.until(() => memberOf(floor.queue.id)?.pausedBy === 'shift')
    expect(await anna.call(hours.shift)).toEqual({ since: null })
    const now = await anna.call(presence.mine)
    const { availability, since, reason, mark, setBy } = before
    expect(now).toMatchObject({ availability, since, reason, mark, setBy })
    expect(now.shift).toMatchObject({ name: 'Late', isOn: false, turnsAt: begins.toISOString() })
    expect(memberOf(floor.queue.id)).toMatchObject({ isJoined: true })
    expect(await offersOf()).toEqual(rings)
    const waits = await (await floor.visitor()).ask()
    const { operators } = await floor.admin.call(why.chat, { params: { id: waits.id } })
    expect(operators).toMatchObject([
      { ruledOutBy: 'off_shift', fails: [{ check: 'shift', changesAt: begins.toISOString() }] },
    ])
    await expectSync(anna.page, anna, ...own.slice(0, 2))

    // Who is off shift is asked again where shifts are no longer kept, and where they have none any more.
    await keepShifts(floor, floor.queue, false)
    await until(async () => ((await offersOf()).includes(waits.id) ? true : undefined), 3_000)
    await keepShifts(floor, floor.queue, true)
    await anna.page.until(() => memberOf(floor.queue.id)?.pausedBy === 'shift')
    await set(floor.admin, anna, { shiftId: null })
    await anna.page.until(() => memberOf(floor.queue.id)?.pausedBy === null)
    expect(await anna.call(presence.mine)).toMatchObject({ availability: 'available', shift: null })
    await expectSync(anna.page, anna, ...own.slice(0, 2))
    expect(await brokenLaws(house.db)).toEqual(NONE_BROKEN)
  })
})

describe('whose shift is which', () => {
  test('PR-10 a shift is a calendar of the account or above it, for somebody who answers chats', async () => {
    const { organisationId, admin } = await furnish(house)
    const north = await house.account(organisationId, 'North')
    const south = await house.account(organisationId, 'South')
    const atRoot = await newCalendar(admin, organisationId, 'Everywhere')
    const atNorth = await newCalendar(admin, north, 'Northern')
    const atSouth = await newCalendar(admin, south, 'Southern')
    const agent = await house.person({ organisationId, accountId: north, role: 'agent' })
    const manager = await house.person({ organisationId, accountId: north, role: 'manager' })
    const viewer = await house.person({ organisationId, accountId: north, role: 'viewer' })
    const central = await house.person({ organisationId, role: 'agent' })
    const refused = async (by: Person, whom: Person, shiftId: string) => {
      const { status, body } = await edit(by, whom, { shiftId }, whom === agent ? seen : undefined)
      expect(body.error.field).toBe('shiftId')
      return [status, body.error.code]
    }

    await set(manager, agent, { shiftId: atRoot })
    const seen = await set(manager, agent, { shiftId: atNorth })
    expect(seen.fields['shiftId']).toBe(atNorth)
    for (const id of [atSouth, randomUUID()])
      expect(await refused(manager, agent, id)).toEqual([404, 'not_found'])
    expect(await refused(admin, agent, atSouth)).toEqual([404, 'not_found'])
    expect(await refused(admin, central, atNorth)).toEqual([404, 'not_found'])
    expect(await refused(agent, agent, atRoot)).toEqual([403, 'forbidden'])
    expect(await refused(manager, viewer, atNorth)).toEqual([400, 'invalid'])
    expect((await recordOf(manager, agent)).fields['shiftId']).toBe(atNorth)
    expect((await recordOf(manager, viewer)).fields).not.toHaveProperty('shiftId')
    const elsewhere = await furnish(house)
    const foreign = await newCalendar(elsewhere.admin, elsewhere.organisationId, 'Foreign')
    expect(await refused(admin, agent, foreign)).toEqual([404, 'not_found'])
  })

  test('PR-10 IN-10 of two who set it at once one is shown the other’s; of many it is set and taken back; a calendar in use stays', async () => {
    const { organisationId, admin } = await furnish(house)
    const [early, late] = [
      await newCalendar(admin, organisationId, 'Early'),
      await newCalendar(admin, organisationId, 'Late'),
    ]
    const other = await house.person({ organisationId, role: 'manager', firstName: 'Meera' })
    const agent = await house.person({ organisationId, role: 'agent' })
    const second = await house.person({ organisationId, role: 'agent' })
    const seen = await recordOf(admin, agent)
    const answers = await Promise.all([
      edit(admin, agent, { shiftId: early }, seen),
      edit(other, agent, { shiftId: late }, seen),
    ])
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409])
    const kept = answers[0]?.status === 200 ? early : late
    const refused = answers.find(({ status }) => status === 409)
    expect(refused?.body.error.conflicts).toMatchObject({ shiftId: { value: kept, version: 1 } })

    const ids = [agent.membershipId, second.membershipId]
    const done = await admin.call(people.changeMany, { body: { ids, set: { shiftId: late } } })
    for (const one of [agent, second])
      expect((await recordOf(admin, one)).fields['shiftId']).toBe(late)
    expect(await admin.try(hours.remove, { params: { id: late } })).toMatchObject({
      status: 409,
      body: { error: { code: 'in_use', uses: [{ what: 'people', count: 2, names: [] }] } },
    })
    await admin.call(people.undo, { params: { id: done.batchId ?? '' } })
    expect((await recordOf(admin, agent)).fields['shiftId']).toBe(kept)
    expect((await recordOf(admin, second)).fields['shiftId']).toBeNull()
    await set(admin, agent, { shiftId: early })
    expect((await admin.try(hours.remove, { params: { id: late } })).status).toBe(200)
  })

  test('PR-10 whoever is made with a shift works by it, and becomes an operator by it', async () => {
    const { organisationId, admin } = await furnish(house)
    const shiftId = await newCalendar(admin, organisationId, 'Late')
    const { id: roleId } = await house.db
      .selectFrom('roles')
      .select('id')
      .where('organisationId', '=', organisationId)
      .where('key', '=', 'administrator')
      .executeTakeFirstOrThrow()
    const role = fieldKey.grant(roleId, { kind: 'account', id: organisationId })
    const made = await admin.call(people.create, {
      body: {
        ...{
          requestId: randomUUID(),
          accountId: organisationId,
          firstName: 'Bo',
          lastName: 'Berg',
        },
        ...{ email: `${randomUUID()}@example.org`, password: `long enough ${randomUUID()}` },
        ...{ mustChangePassword: false, set: { [role]: true, shiftId } },
      },
    })
    expect(made).toMatchObject({ isOperator: true, fields: { shiftId } })
    expect(made.marks['shiftId']).toMatchObject({ version: 1 })
  })
})
