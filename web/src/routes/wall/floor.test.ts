import { describe, expect, test } from 'vitest'
import type { Operator } from '#contract/presence.ts'
import type { Queue } from '#contract/queues.ts'
import type { Chat } from '#contract/routing.ts'
import { type Alarm, CALM, levelOf, nextAlarm } from './alarm.ts'
import { inDueOrder, linesOf, totalsOf } from './floor.ts'
import { freshnessOf } from './freshness.ts'
import { groupsOf, placesIn } from './groups.ts'
import { readLook, writeLook } from './look.ts'

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 9) + second * 1000).toISOString()

function operator(id: string, more: Partial<Operator> = {}): Operator {
  return {
    id,
    accountIds: ['a'],
    name: id,
    photo: null,
    department: 'Service',
    availability: 'available',
    reason: null,
    since: at(0),
    setBy: null,
    connection: 'connected',
    connectionSince: at(0),
    missed: 0,
    isNotAnswering: false,
    ...({ cause: 'chosen', heldUntil: null, finishAs: null, idleUntil: null, mark: null } as const),
    wrapUp: null,
    live: { used: 0, limit: 3, version: 1 },
    deferred: { used: 0, limit: 0, version: 1 },
    units: { used: 0, limit: null, version: 1 },
    joined: [],
    takesChats: true,
    takesTests: false,
    ...more,
  }
}

function chat(id: string, more: Partial<Chat> = {}): Chat {
  return {
    id,
    accountId: 'a',
    queueId: 'q',
    siteId: 's',
    kind: 'live',
    state: 'waiting',
    visitorName: null,
    enqueuedAt: at(0),
    dueAt: at(0),
    operatorId: null,
    offer: null,
    acceptedAt: null,
    opensAt: null,
    rings: false,
    handedOn: null,
    transfer: null,
    parked: null,
    ...more,
  }
}

const queue: Queue = {
  id: 'q',
  accountId: 'a',
  name: 'Service',
  kind: 'live',
  strategy: 'longest_idle',
  offerSeconds: 20,
  targetSeconds: 60,
  priority: 0,
  isActive: true,
  isTest: false,
  maxWaiting: null,
  isPreset: false,
  autoAccepts: false,
  wrapUpSeconds: 0,
  wrapUpTakesSlot: false,
  affinitySeconds: 0,
  overflowQueueId: null,
  overflowAfterSeconds: null,
  overflowWhenUnattended: false,
  chatUnits: 1,
  cooldownSeconds: null,
  burstMost: null,
  burstSeconds: 60,
  parkAfterMinutes: null,
  wakeTo: 'front',
  closeParkedDays: null,
  whenGone: 'queue',
  keepHours: null,
  hoursId: null,
  whenClosed: 'message',
  atClosing: 'serve',
  messageQueueId: null,
  version: 1,
  versions: {},
}

describe('the figures', () => {
  test('a chat that is offered still waits, and the longest wait is the oldest of both', () => {
    const chats = [
      chat('1', { enqueuedAt: at(30) }),
      chat('2', { enqueuedAt: at(10), state: 'offered' }),
      chat('3', { enqueuedAt: at(0), state: 'active' }),
    ]
    expect(totalsOf([], chats)).toMatchObject({ waiting: 2, oldest: at(10), active: 1 })
  })

  test('LA-7 tests count nowhere: neither their chats nor whoever takes those alone', () => {
    const people = [
      operator('agent'),
      operator('tester', { takesChats: false, takesTests: true }),
      operator('both', { takesTests: true }),
    ]
    const chats = [chat('real'), chat('test', { queueId: 't', enqueuedAt: at(-60) })]
    const trials = { ...queue, id: 't', isTest: true }
    expect(totalsOf(people, chats, [queue, trials])).toEqual({
      waiting: 1,
      oldest: at(0),
      active: 0,
      freeSlots: 6,
      available: 2,
      operators: 2,
    })
  })

  test('only those who would be given a chat have free slots and count as available', () => {
    const people = [
      operator('free'),
      operator('some', { live: { used: 2, limit: 3, version: 1 } }),
      operator('full', { live: { used: 3, limit: 3, version: 1 } }),
      operator('over', { live: { used: 4, limit: 3, version: 1 } }),
      operator('away', { availability: 'away' }),
      operator('gone', { connection: 'disconnected' }),
      operator('silent', { isNotAnswering: true }),
    ]
    expect(totalsOf(people, [])).toMatchObject({ freeSlots: 4, available: 2, operators: 7 })
  })

  test('nobody waits: there is no longest wait', () => {
    expect(totalsOf([], []).oldest).toBeUndefined()
  })

  test('a queue counts its own, and of those who have joined the available ones', () => {
    const people = [
      operator('a', { joined: ['q'] }),
      operator('b', { joined: ['q'], availability: 'busy' }),
      operator('c'),
    ]
    const chats = [chat('1'), chat('2', { queueId: 'other' }), chat('3', { state: 'active' })]
    expect(linesOf([queue], people, chats).get('q')).toEqual({
      queue,
      waiting: 1,
      oldest: at(0),
      joined: 2,
      available: 1,
    })
  })

  test('who is due first stands first, however long they have waited', () => {
    const chats = [chat('1', { dueAt: at(9) }), chat('2', { dueAt: at(3), enqueuedAt: at(2) })]
    expect(inDueOrder(chats).map(({ id }) => id)).toEqual(['2', '1'])
  })
})

describe('near and over target', () => {
  const target = 60_000
  /** The level at each second, for waits that began at the given seconds (undefined: nobody waits). */
  function levels(oldest: (second: number) => number | undefined, until: number) {
    let alarm: Alarm = CALM
    return Array.from({ length: until + 1 }, (_, second) => {
      const began = oldest(second)
      alarm = nextAlarm(
        alarm,
        began === undefined ? undefined : began * 1000,
        target,
        second * 1000,
      )
      return levelOf(alarm)
    })
  }

  test('over is raised after 15 seconds over, near before the target', () => {
    const seen = levels(() => 0, 80)
    expect(seen.indexOf('near')).toBe(60)
    expect(seen.indexOf('over')).toBe(75)
  })

  test('a wait that is known to be long over raises at once', () => {
    const alarm = nextAlarm(CALM, 0, target, 300_000)
    expect(levelOf(alarm)).toBe('over')
  })

  test('a wait that ends within 15 seconds over raises nothing', () => {
    expect(levels((second) => (second < 74 ? 0 : second), 120)).not.toContain('over')
  })

  test('over is cleared after 30 seconds under, and a new long wait in between begins them anew', () => {
    const ended = levels((second) => (second < 80 ? 0 : second), 140)
    expect(ended[109]).toBe('over')
    expect(ended[110]).not.toBe('over')
    const again = levels((second) => (second < 80 || second === 100 ? 0 : second), 140)
    expect(again[129]).toBe('over')
    expect(again[131]).not.toBe('over')
  })

  test('where nobody waits, nothing is over or near', () => {
    const seen = levels((second) => (second < 80 ? 0 : undefined), 80)
    expect(seen[79]).toBe('over')
    expect(seen[80]).toBe('calm')
  })

  test('the warning comes before the target, however short that is', () => {
    let alarm = CALM
    for (let ms = 0; ms <= 20_000; ms += 1000) alarm = nextAlarm(alarm, 0, 20_000, ms)
    expect(levelOf(alarm)).toBe('near')
  })
})

describe('who stands where', () => {
  const compare = (a: string, b: string) => a.localeCompare(b)
  const people = [
    operator('c', { joined: ['q'] }),
    operator('a', { department: 'Billing', joined: ['q', 'r'] }),
    operator('b', { department: null }),
  ]
  const queues = [queue, { ...queue, id: 'r', name: 'Billing' }]

  test('by department: each once, by name, whoever has none last', () => {
    const groups = groupsOf([...people, operator('A')], queues, 'department', compare)
    expect(groups.map(({ name, ids }) => [name, ...ids])).toEqual([
      ['Billing', 'a'],
      ['Service', 'A', 'c'],
      [undefined, 'b'],
    ])
  })

  test('by queue: once in every queue joined', () => {
    const groups = groupsOf(people, queues, 'queue', compare)
    expect(groups.map(({ name, ids }) => [name, ...ids])).toEqual([
      ['Billing', 'a'],
      ['Service', 'a', 'c'],
      [undefined, 'b'],
    ])
  })

  test('a change of status or load moves nobody; a change of name or department does', () => {
    const before = placesIn(people, queues, 'department')
    const [first = operator('x'), ...rest] = people
    const busy = {
      ...first,
      availability: 'busy' as const,
      live: { used: 3, limit: 3, version: 2 },
    }
    expect(placesIn([busy, ...rest], queues, 'department')).toBe(before)
    expect(placesIn([...rest, first], queues, 'department')).toBe(before)
    expect(placesIn([{ ...first, name: 'z' }, ...rest], queues, 'department')).not.toBe(before)
  })
})

describe('whether the Wall is true', () => {
  const heard = { isLoaded: true, lostAt: undefined, heardAt: 100_000 }

  test.each([
    ['rows that are not all here', { isLoaded: false }, 'live', 0, 'opening'],
    ['a sign of life just now', {}, 'live', 2, 'live'],
    ['a sign of life that is due', {}, 'live', 11, 'live'],
    ['a connection that says nothing', {}, 'live', 13, 'late'],
    ['a connection that has long said nothing', {}, 'live', 15, 'stale'],
    ['a loss just now', { lostAt: 101_000 }, 'lost', 5, 'late'],
    ['a loss five seconds ago', { lostAt: 101_000 }, 'lost', 6, 'stale'],
    ['a silence that ended in a loss', { lostAt: 119_000 }, 'lost', 20, 'stale'],
  ] as const)('%s', (_, more, connection, seconds, kind) => {
    const now = 100_000 + seconds * 1000
    expect(freshnessOf({ ...heard, ...more, connection, now }).kind).toBe(kind)
  })

  test('stale data is from when something came last', () => {
    const now = 130_000
    const stale = freshnessOf({ ...heard, lostAt: 119_000, connection: 'lost', now })
    expect(stale).toEqual({ kind: 'stale', asOf: 100_000 })
  })
})

describe('the look in the address', () => {
  test('what is written is read again, and what is usual is left out', () => {
    const text = writeLook(new URLSearchParams(''), {
      by: 'queue',
      statuses: ['available', 'away'],
      q: 'élif k',
      list: { of: 'queue', id: 'x' },
    })
    expect(text).toBe('?by=queue&status=available,away&q=%C3%A9lif+k&list=queue:x')
    expect(readLook(new URLSearchParams(text))).toMatchObject({
      by: 'queue',
      statuses: ['available', 'away'],
      q: 'élif k',
      list: { of: 'queue', id: 'x' },
    })
    expect(writeLook(new URLSearchParams(text), readLook(new URLSearchParams('')))).toBe('?')
  })

  test('nonsense is not believed', () => {
    const look = readLook(new URLSearchParams('by=x&status=y,z&list=queue&kiosk=yes'))
    expect(look).toMatchObject({ by: 'department', statuses: [], list: undefined, isKiosk: false })
  })
})
