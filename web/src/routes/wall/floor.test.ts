import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Operator } from '#contract/presence.ts'
import type { Chat } from '#contract/routing.ts'
import { inDueOrder, shiftSignOf } from './floor.ts'
import type { Compare, View } from './groups.ts'
import { LineUp } from './line-up.ts'
import { Roll } from './roll.ts'
import { at, chat, operator } from './test-rows.ts'

const byDepartment: View = { by: 'department', wanted: '', statuses: [], queues: new Map() }
const compare: Compare = (a, b) => a.localeCompare(b)

const changes = <Row extends { id: string }>(rows: readonly Row[]) =>
  new Map(rows.map((row) => [row.id, row]))

function rollOf(people: readonly Operator[], view = byDepartment): Roll {
  const roll = new Roll(compare)
  roll.show(view)
  roll.take(changes(people))
  return roll
}

function lineUpOf(chats: readonly Chat[]): LineUp {
  const lineUp = new LineUp()
  lineUp.take(changes(chats))
  return lineUp
}

describe('the figures', () => {
  test('QU-6 a parked chat waits nowhere and takes nobody’s place; its queue counts it', () => {
    const parked = { operatorId: 'o', at: at(5), because: 'quiet', isOwed: false } as const
    const lineUp = lineUpOf([chat('1', { state: 'parked', parked }), chat('2')])
    expect(lineUp.total(new Set())).toMatchObject({ waiting: 1, active: 0 })
    expect(lineUp.of('q')).toMatchObject({ waiting: 1, parked: 1 })
    lineUp.take(changes([chat('1', { state: 'active' })]))
    expect(lineUp.of('q')).toMatchObject({ waiting: 1, active: 1, parked: 0 })
  })

  test('a chat that is offered still waits, and the longest wait is the oldest of both', () => {
    const lineUp = lineUpOf([
      chat('1', { enqueuedAt: at(30) }),
      chat('2', { enqueuedAt: at(10), state: 'offered' }),
      chat('3', { enqueuedAt: at(0), state: 'active' }),
    ])
    expect(lineUp.total(new Set())).toMatchObject({ waiting: 2, oldest: at(10), active: 1 })
    lineUp.take(new Map([['2', undefined]]))
    expect(lineUp.of('q')).toMatchObject({ waiting: 1, oldest: at(30), active: 1 })
    lineUp.take(changes([chat('1', { state: 'active' })]))
    expect(lineUp.of('q')).toMatchObject({ waiting: 0, oldest: undefined, active: 2 })
  })

  test('LA-7 tests count nowhere: neither their chats nor whoever takes those alone', () => {
    const { figures } = rollOf([
      operator('agent'),
      operator('tester', { takesChats: false, takesTests: true }),
      operator('both', { takesTests: true }),
    ])
    const lineUp = lineUpOf([chat('real'), chat('test', { queueId: 't', enqueuedAt: at(-60) })])
    expect(figures).toEqual({
      freeSlots: 6,
      available: 2,
      operators: 2,
      onShift: 0,
      onShiftHere: 0,
    })
    expect(lineUp.total(new Set(['t']))).toMatchObject({ waiting: 1, oldest: at(0), active: 0 })
  })

  test('PR-10 whose shift it is, and who of them is here', () => {
    const shift = { name: 'Late', isOn: true, turnsAt: null, version: 1 }
    const roll = rollOf([
      operator('any-time'),
      operator('here', { shift }),
      operator('on-a-break', { shift, availability: 'away' }),
      operator('gone', { shift, availability: 'offline' }),
      operator('off', { shift: { ...shift, isOn: false } }),
      operator('tester', { shift, takesChats: false, takesTests: true }),
    ])
    expect(roll.figures).toMatchObject({ operators: 5, available: 3, onShift: 3, onShiftHere: 1 })
    const signs = roll.byName().map((one) => [one.id, shiftSignOf(one)])
    expect(Object.fromEntries(signs)).toEqual({
      ...{ 'any-time': undefined, here: undefined, tester: undefined },
      ...{ 'on-a-break': 'missing', gone: 'missing', off: 'off' },
    })
  })

  test('only those who would be given a chat have free slots and count as available', () => {
    const people = [
      operator('free'),
      operator('some', { live: { used: 2, limit: 3, own: 3, version: 1 } }),
      operator('full', { live: { used: 3, limit: 3, own: 3, version: 1 } }),
      operator('over', { live: { used: 4, limit: 3, own: 3, version: 1 } }),
      operator('away', { availability: 'away' }),
      operator('gone', { connection: 'disconnected' }),
      operator('silent', { isNotAnswering: true }),
    ]
    const roll = rollOf(people)
    expect(roll.figures).toMatchObject({ freeSlots: 4, available: 2, operators: 7 })
    expect(roll.groups[0]?.freeSlots).toBe(4)
  })

  test('nobody waits: there is no longest wait', () => {
    expect(lineUpOf([]).total(new Set()).oldest).toBeUndefined()
  })

  test('a queue counts its own, and of those who have joined the available ones', () => {
    const roll = rollOf([
      operator('a', { joined: ['q'] }),
      operator('b', { joined: ['q'], availability: 'busy' }),
      operator('c'),
    ])
    const lineUp = lineUpOf([
      ...[chat('1'), chat('2', { queueId: 'other' }), chat('3', { state: 'active' })],
      chat('4', { state: 'early' }),
    ])
    expect(roll.servingOf('q')).toEqual({ joined: 2, available: 1 })
    expect(lineUp.of('q')).toMatchObject({ waiting: 1, oldest: at(0), active: 1, early: 1 })
  })

  test('who is due first stands first, however long they have waited', () => {
    const chats = [chat('1', { dueAt: at(9) }), chat('2', { dueAt: at(3), enqueuedAt: at(2) })]
    expect(inDueOrder(chats).map(({ id }) => id)).toEqual(['2', '1'])
  })
})

describe('who stands where', () => {
  const people = [
    operator('c', { joined: ['q'] }),
    operator('a', { department: 'Billing', joined: ['q', 'r'] }),
    operator('b', { department: null }),
  ]
  const byQueue: View = {
    ...byDepartment,
    ...{
      by: 'queue',
      queues: new Map([
        ['q', 'Service'],
        ['r', 'Billing'],
      ]),
    },
  }
  const places = (roll: Roll) => roll.groups.map(({ name, ids }) => [name, ...ids])

  test('by department: each once, by name, whoever has none last', () => {
    expect(places(rollOf([...people, operator('A')]))).toEqual([
      ['Billing', 'a'],
      ['Service', 'A', 'c'],
      [undefined, 'b'],
    ])
  })

  test('by queue: once in every queue joined', () => {
    const roll = rollOf(people)
    roll.show(byQueue)
    expect(places(roll)).toEqual([
      ['Billing', 'a'],
      ['Service', 'a', 'c'],
      [undefined, 'b'],
    ])
  })

  test('a change of status or load moves nobody; a change of name or department does', () => {
    const roll = rollOf(people)
    const lists = () => roll.groups.map(({ ids }) => ids)
    const before = lists()
    roll.take(changes([operator('c', { live: { used: 3, limit: 3, own: 3, version: 2 } })]))
    expect(lists().every((ids, place) => ids === before[place])).toBe(true)
    roll.take(changes([operator('c', { name: '0', department: 'Billing' })]))
    expect(places(roll)[0]).toEqual(['Billing', 'c', 'a'])
  })

  test('the search is without case and accents, and a filter follows the status', () => {
    const roll = rollOf([operator('c', { name: 'Élif' }), operator('d', { name: 'Noor' })])
    roll.show({ ...byDepartment, wanted: 'elif', statuses: ['available'] })
    expect(places(roll)).toEqual([['Service', 'c']])
    roll.take(changes([operator('c', { name: 'Élif', availability: 'away' })]))
    expect(places(roll)).toEqual([])
    expect(roll.isIn('Service', 'c')).toBe(false)
  })

  test('whatever order things change in, what stands there is what a fresh Wall would show', () => {
    const any = fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      name: fc.constantFrom('Ann', 'ann', 'Bo', 'Chloé'),
      department: fc.constantFrom('Billing', 'Service', null),
      joined: fc.subarray(['q', 'r']),
      availability: fc.constantFrom('available', 'away'),
      isGone: fc.boolean(),
    })
    const views = fc.constantFrom(byDepartment, byQueue, { ...byQueue, wanted: 'an' })
    fc.assert(
      fc.property(fc.array(any, { maxLength: 30 }), views, (steps, view) => {
        const roll = rollOf([], view)
        const standing = new Map<string, Operator>()
        for (const { id, isGone, ...more } of steps) {
          if (isGone) standing.delete(id)
          else standing.set(id, operator(id, more))
          roll.take(new Map([[id, standing.get(id)]]))
        }
        const fresh = rollOf([...standing.values()], view)
        expect(roll.groups).toEqual(fresh.groups)
        expect(roll.counts).toEqual(fresh.counts)
        expect(roll.figures).toEqual(fresh.figures)
        expect(roll.byName()).toEqual(fresh.byName())
      }),
    )
  })
})

test('what one change costs does not grow with how many operators there are', () => {
  const cost = (count: number) => {
    let asked = 0
    const counted = (row: Operator): Operator =>
      new Proxy(row, {
        get(target, name, proxy) {
          asked += 1
          return Reflect.get(target, name, proxy)
        },
      })
    const names = ['Service', 'Billing', 'Sales']
    const people = Array.from({ length: count }, (_, n) =>
      counted(operator(`${n}`, { department: names[n % 3] ?? null, joined: ['q'] })),
    )
    const roll = rollOf(people)
    asked = 0
    for (const { id, department } of people.slice(0, 30))
      roll.take(
        changes([counted(operator(id, { department, availability: 'busy', name: `x${id}` }))]),
      )
    void roll.groups
    return asked
  }
  const [few, many] = [cost(200), cost(6_400)]
  expect(few).toBeGreaterThan(0)
  // Thirty-two times as many: five more looks for each place that is sought, not thirty-two times.
  expect(many).toBeLessThan(2.5 * few)
})
