import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { STRATEGIES } from '#contract/queues.ts'
import { type Candidate, CONSIDERED_MAX, choose, pull, whyNot } from './decide.ts'
import { emptyFloor, type Floor } from './floor.ts'
import { type Command, step } from './model.ts'

const anna: Candidate = {
  userId: 'anna',
  tier: 1,
  isJoined: true,
  isOnShift: true,
  acceptsKind: true,
  participates: true,
  isFor: 'everybody',
  hasSkills: true,
  availability: 'available',
  isPresent: true,
  isNotAnswering: false,
  used: 0,
  limit: 3,
  units: undefined,
  ofQueue: undefined,
  lastOfferedAt: 100,
  turnAt: 100,
  takenToday: 5,
  isWrappingUp: false,
  isCoolingDown: false,
  isByHand: false,
  isHeldForAnother: false,
  isExcluded: false,
}

describe('an operator is ruled out', () => {
  test.each([
    ['by nothing', {}, undefined],
    ['when offline', { availability: 'offline' }, 'offline'],
    ['when away', { availability: 'away' }, 'away'],
    ['when busy', { availability: 'busy' }, 'busy'],
    ['without a connection', { isPresent: false }, 'not_connected'],
    ['when not answering', { isNotAnswering: true }, 'not_answering'],
    ['outside the queue', { participates: false }, 'outside'],
    ['when not serving the queue', { isJoined: false }, 'not_joined'],
    ['when it is not their shift', { isOnShift: false }, 'off_shift'],
    ['with a status for other chats', { acceptsKind: false }, 'kind_not_accepted'],
    ['by units that are used up', { units: { used: 3, limit: 4, needed: 2 } }, 'units_full'],
    ['by nothing with units to spare', { units: { used: 3, limit: 4, needed: 1 } }, undefined],
    ['by a limit before units', { used: 3, units: { used: 4, limit: 4, needed: 1 } }, 'at_limit'],
    ['QU-5 by the queue’s own limit', { ofQueue: { used: 2, limit: 2 } }, 'at_queue_limit'],
    ['by nothing below it', { ofQueue: { used: 1, limit: 2 } }, undefined],
    ['by their own limit before it', { used: 3, ofQueue: { used: 2, limit: 2 } }, 'at_limit'],
    ['shortly after the last chat', { isCoolingDown: true, isByHand: true }, 'cooling_down'],
    ['without a skill that is asked for', { hasSkills: false, used: 3 }, 'lacks_skill'],
    ['from a test', { isFor: 'not_for_tests', availability: 'away' }, 'not_for_tests'],
    ['from a real chat, being a tester', { isFor: 'tests_only' }, 'tests_only'],
    ['at the limit', { used: 3 }, 'at_limit'],
    ['above a lowered limit', { used: 3, limit: 1 }, 'at_limit'],
    ['with a limit of none', { limit: 0 }, 'at_limit'],
    ['while wrapping up', { isWrappingUp: true, used: 3 }, 'wrap_up'],
    ['from a queue whose chats are picked', { isByHand: true, isExcluded: true }, 'by_hand'],
    ['from a chat that is held for another', { isHeldForAnother: true }, 'held_for_another'],
    ['after passing the chat on', { isExcluded: true }, 'excluded'],
    ['by the first reason of several', { availability: 'away', isPresent: false, used: 9 }, 'away'],
  ] as const)('%s', (_, change, reason) => {
    expect(whyNot({ ...anna, ...change })).toBe(reason)
  })
})

describe('a chat goes', () => {
  test.each([
    ['to the longest idle', 'longest_idle', { lastOfferedAt: 90 }, {}, 'bert'],
    ['to the one who was never asked', 'longest_idle', { lastOfferedAt: undefined }, {}, 'bert'],
    ['to the least loaded', 'least_loaded', { used: 1, limit: 4 }, { used: 1, limit: 3 }, 'bert'],
    ['to the longest idle of equal load', 'least_loaded', { lastOfferedAt: 90 }, {}, 'bert'],
    ['to the fullest with room', 'most_full', { used: 2 }, { used: 1 }, 'bert'],
    ['past the fullest without room', 'most_full', { used: 3 }, { used: 1 }, 'anna'],
    ['to the longest idle of equally full', 'most_full', { lastOfferedAt: 90 }, {}, 'bert'],
    ['to whoever has the turn', 'round_robin', { turnAt: 90, lastOfferedAt: 999 }, {}, 'bert'],
    ['to the one who had no turn yet', 'round_robin', { turnAt: undefined }, {}, 'bert'],
    [
      'to the longest idle of those without a turn',
      'round_robin',
      { lastOfferedAt: 1 },
      {},
      'bert',
    ],
    ['to the fewest today', 'fewest_today', { takenToday: 4, lastOfferedAt: 999 }, {}, 'bert'],
    ['to the longest idle of the fewest today', 'fewest_today', { lastOfferedAt: 90 }, {}, 'bert'],
    [
      'to the first tier whatever the strategy',
      'fewest_today',
      { tier: 2, takenToday: 0 },
      {},
      'anna',
    ],
    ['to the first tier', 'longest_idle', { tier: 2, lastOfferedAt: 1 }, {}, 'anna'],
    ['to the first id of equals', 'longest_idle', {}, {}, 'anna'],
    ['to a second tier when the first is full', 'longest_idle', { tier: 2 }, { used: 3 }, 'bert'],
    ['to nobody when all are full', 'longest_idle', { used: 3 }, { used: 3 }, null],
  ] as const)('%s', (_, strategy, change, other, chosen) => {
    const candidates = [
      { ...anna, ...other },
      { ...anna, userId: 'bert', ...change },
    ]
    expect(choose(strategy, candidates).chosen).toBe(chosen)
    expect(choose(strategy, candidates.toReversed())).toEqual(choose(strategy, candidates))
  })

  test('with a reason for everybody who did not get it', () => {
    const because = choose('longest_idle', [
      { ...anna, userId: 'bert', used: 3 },
      { ...anna, userId: 'cleo', lastOfferedAt: 200 },
      anna,
    ])
    expect(because).toEqual({
      chosen: 'anna',
      rule: 'longest_idle',
      considered: [
        { operatorId: 'anna', ruledOutBy: null },
        { operatorId: 'cleo', ruledOutBy: 'later_in_order' },
        { operatorId: 'bert', ruledOutBy: 'at_limit' },
      ],
    })
  })

  test('with no more reasons than can be read', () => {
    const many = Array.from({ length: 50 }, (_, n) => ({ ...anna, userId: `u${n}` }))
    expect(choose('longest_idle', many).considered).toHaveLength(CONSIDERED_MAX)
    expect(pull('u7', many).considered).toHaveLength(CONSIDERED_MAX)
  })
})

const candidate: fc.Arbitrary<Candidate> = fc.record({
  userId: fc.uuid(),
  tier: fc.integer({ min: 1, max: 3 }),
  isJoined: fc.boolean(),
  isOnShift: fc.constantFrom(true, true, false),
  acceptsKind: fc.constantFrom(true, true, false),
  participates: fc.constantFrom(true, true, false),
  isFor: fc.constantFrom('everybody', 'everybody', 'tests_only', 'not_for_tests'),
  hasSkills: fc.constantFrom(true, true, false),
  availability: fc.constantFrom('available', 'available', 'available', 'away'),
  isPresent: fc.boolean(),
  isNotAnswering: fc.boolean(),
  used: fc.integer({ min: 0, max: 4 }),
  limit: fc.integer({ min: 0, max: 4 }),
  units: fc.option(
    fc.record({
      used: fc.nat({ max: 4 }),
      limit: fc.nat({ max: 4 }),
      needed: fc.integer({ min: 1, max: 2 }),
    }),
    { nil: undefined },
  ),
  ofQueue: fc.option(
    fc.record({ used: fc.nat({ max: 3 }), limit: fc.integer({ min: 1, max: 3 }) }),
    { nil: undefined },
  ),
  lastOfferedAt: fc.option(fc.nat({ max: 5 }), { nil: undefined }),
  turnAt: fc.option(fc.nat({ max: 5 }), { nil: undefined }),
  takenToday: fc.nat({ max: 3 }),
  isWrappingUp: fc.constantFrom(false, false, true),
  isCoolingDown: fc.constantFrom(false, false, true),
  isByHand: fc.constantFrom(false, false, true),
  isHeldForAnother: fc.constantFrom(false, false, true),
  isExcluded: fc.boolean(),
})
const several = fc.uniqueArray(candidate, { selector: ({ userId }) => userId, maxLength: 15 })
const strategy = fc.constantFrom(...STRATEGIES)

test('a chat is given to nobody exactly when everybody is ruled out', () => {
  fc.assert(
    fc.property(strategy, several, (rule, candidates) => {
      const { chosen } = choose(rule, candidates)
      const eligible = candidates.filter((one) => whyNot(one) === undefined)
      expect(chosen === null).toBe(eligible.length === 0)
      if (chosen !== null) expect(eligible.map(({ userId }) => userId)).toContain(chosen)
    }),
  )
})

test('somebody who cannot take the chat does not change who gets it', () => {
  fc.assert(
    fc.property(strategy, several, candidate, (rule, candidates, other) => {
      const idle = { ...other, isPresent: false }
      expect(choose(rule, [...candidates, idle]).chosen).toBe(choose(rule, candidates).chosen)
    }),
  )
})

describe('over time', () => {
  const queue = {
    id: 'q',
    kind: 'live',
    strategy: 'longest_idle',
    offerMs: 20_000,
    autoAccepts: false,
    priority: 0,
    isTest: false,
    skills: [],
    keepsShifts: false,
    wrapUpMs: 0,
    wrapUpTakesSlot: false,
    affinityMs: 0,
    maxWaiting: undefined,
    overflowQueueId: undefined,
    overflowAfterMs: undefined,
    overflowWhenUnattended: false,
    chatUnits: 1,
    heldLimit: undefined,
    cooldownMs: undefined,
    burst: undefined,
    parking: undefined,
    closing: undefined,
  } as const
  const play = (floor: Floor, now: number, ...commands: Command[]): Floor =>
    commands.reduce((standing, command) => step(standing, command, now).floor, floor)
  const arrives = (userId: string, limit: number): Command[] => [
    { type: 'register', userId, live: limit, deferred: 0 },
    { type: 'assign', queueId: 'q', userId, tier: 1 },
    { type: 'join', queueId: 'q', userId },
    { type: 'connect', userId, connectionId: `${userId}-1` },
    { type: 'declare', userId, availability: 'available' },
  ]
  const asks = (chatId: string, priority = 0): Command => ({
    type: 'enqueue',
    chatId,
    queueId: 'q',
    priority,
  })
  const begin = (...users: [string, number][]) =>
    play(emptyFloor([queue]), 0, ...users.flatMap(([id, limit]) => arrives(id, limit)))

  test('equal operators get equally many chats', () => {
    let floor = begin(['a', 100], ['b', 100], ['c', 100])
    for (let n = 0; n < 30; n++) floor = play(floor, n + 1, asks(`chat${n}`))
    for (const id of ['a', 'b', 'c']) {
      expect([...floor.chats.values()].filter((chat) => chat.operatorId === id)).toHaveLength(10)
    }
  })

  test('QU-10 priority lets a chat pass only those that came shortly before it', () => {
    let floor = play(begin(['a', 0]), 0, asks('early'))
    floor = play(floor, 70_000, asks('middle'))
    floor = play(floor, 100_000, asks('urgent', 1))
    const order: string[] = []
    for (let limit = 1; limit <= 3; limit++) {
      const before = new Set([...floor.chats.values()].filter((c) => c.operatorId).map((c) => c.id))
      floor = play(floor, 100_001, { type: 'limit', userId: 'a', kind: 'live', limit })
      for (const chat of floor.chats.values()) {
        if (chat.operatorId !== undefined && !before.has(chat.id)) order.push(chat.id)
      }
    }
    expect(order).toEqual(['early', 'urgent', 'middle'])
  })

  test('an operator who misses three offers in a row is asked no more until they say so', () => {
    let floor = play(begin(['a', 1]), 0, asks('chat'))
    for (const now of [20_000, 40_000, 60_000]) floor = play(floor, now, { type: 'sweep' })
    expect(floor.operators.get('a')).toMatchObject({ missed: 3, isNotAnswering: true })
    expect(floor.chats.get('chat')?.state).toBe('waiting')
    const back = play(floor, 61_000, { type: 'declare', userId: 'a', availability: 'available' })
    expect(back.chats.get('chat')?.state).toBe('offered')
  })

  test('a declined chat comes back only after the cooldown, while another may get room', () => {
    const taken = { type: 'accept', chatId: 'first', userId: 'b' } as const
    let floor = play(begin(['b', 1]), 0, asks('first'), taken)
    floor = play(floor, 0, ...arrives('a', 1), asks('chat'))
    expect(floor.chats.get('chat')?.operatorId).toBe('a')
    const declined = play(floor, 1_000, { type: 'decline', chatId: 'chat', userId: 'a' })
    expect(declined.chats.get('chat')?.state).toBe('waiting')
    expect(play(declined, 30_999, { type: 'sweep' }).chats.get('chat')?.state).toBe('waiting')
    expect(play(declined, 31_000, { type: 'sweep' }).chats.get('chat')?.operatorId).toBe('a')
  })

  test('a declined chat comes back at once when nobody else could ever take it', () => {
    const floor = play(begin(['a', 1], ['b', 0]), 0, asks('chat'))
    const declined = play(floor, 1_000, { type: 'decline', chatId: 'chat', userId: 'a' })
    expect(declined.chats.get('chat')?.operatorId).toBe('a')
  })

  test('a step leaves the floor that it was given as it was', () => {
    const floor = begin(['a', 1])
    const before = structuredClone(floor)
    step(floor, asks('chat'), 1)
    expect(floor).toEqual(before)
  })
})
