import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Considered, WhyChat, WhyOperator } from '#contract/why.ts'
import { needWords, startWords, useLocale } from '#lib/words.ts'
import { changeOf, factsOf, groupsOf } from './groups.ts'
import { chatHeadline, operatorHeadline, ruleText } from './headline.ts'

const NOW = Date.parse('2026-01-01T10:40:00.000Z')
const anna: Considered = {
  ...{ userId: 'anna', name: 'Anna', photo: null, ruledOutBy: null, place: null, isNext: false },
  ...{ isOffered: false, fails: [], availability: 'available', since: '2026-01-01T10:00:00.000Z' },
  ...{
    connection: 'connected',
    used: 1,
    limit: 3,
    byRole: null,
    units: null,
    ofQueue: null,
    usedOther: 0,
    coolsUntil: null,
    offerEndsAt: null,
    lacks: [],
    excludedUntil: null,
  },
}
const chat: WhyChat = {
  ...{ at: '2026-01-01T10:40:00.000Z', chatId: 'c', state: 'waiting', visitorName: 'Vera' },
  ...{ queue: { id: 'q', name: 'Sales', strategy: 'longest_idle' }, place: 1, waiting: 1 },
  ...{
    enqueuedAt: '2026-01-01T10:39:00.000Z',
    endedAt: null,
    endedBecause: null,
    rings: false,
    opensAt: null,
  },
  ...{
    overflow: null,
    parked: null,
    heldFor: null,
    offer: null,
    next: null,
    operators: [],
    others: [],
    assignments: [],
  },
}
const of = (...reasons: string[]): Considered[] =>
  reasons.map((ruledOutBy, n) => ({ ...anna, userId: `${n}`, ruledOutBy }))
const said = (change: Partial<WhyChat>) => chatHeadline({ ...chat, ...change }, NOW)

beforeAll(async () => {
  await startWords()
  await needWords('why')
})
afterEach(() => useLocale('en'))

describe('MS-2 a chat that waits says why in one sentence', () => {
  test.each([
    [[], 'Waits because nobody is assigned to Sales.'],
    [
      ['at_limit', 'at_limit', 'away'],
      'Waits because nobody who has joined Sales has room: 2 at their limit and 1 away.',
    ],
    [
      ['away', 'offline', 'away'],
      'Waits because nobody who serves Sales is available: 2 away and 1 offline.',
    ],
    [
      ['not_joined', 'busy'],
      'Waits because nobody who is available has joined Sales: 1 has not joined and 1 busy.',
    ],
    [
      ['lacks_skill', 'not_joined'],
      'Waits because nobody who has joined Sales has the skills it asks for: 1 lacks a skill and 1 has not joined.',
    ],
    [
      ['excluded', 'away'],
      'Waits because whoever could take it has just passed it on: 1 has just passed it on and 1 away.',
    ],
    [
      ['excluded', 'at_limit'],
      'Waits because nobody of Sales can take it now: 1 has just passed it on and 1 at the limit.',
    ],
    [['by_hand', 'away'], 'Waits to be picked: chats of Sales are offered to nobody.'],
    [
      ['of_the_future', 'away'],
      'Waits because nobody of Sales can take it now: 1 away and 1 for another reason.',
    ],
  ])('%j', (reasons, sentence) => {
    expect(said({ operators: of(...reasons) })).toBe(sentence)
  })

  test('with those who are not listed', () => {
    const others = [{ ruledOutBy: 'away', n: 40 }]
    expect(said({ operators: of('away'), others })).toMatch(/: 41 away\.$/)
    expect(groupsOf({ operators: of('away'), others })).toMatchObject([{ reason: 'away', n: 41 }])
  })

  test('and who is next, with whom it is, or how it ended', () => {
    expect(said({ next: { userId: 'anna', name: 'Anna', rule: 'longest_idle' } })).toBe(
      'Next is Anna, who had been idle the longest.',
    )
    expect(said({ next: { userId: null, name: null, rule: 'of_the_future' } })).toBe(
      'somebody is asked next.',
    )
    const offer = { userId: 'anna', name: 'Anna', endsAt: '2026-01-01T10:40:14.000Z' }
    expect(said({ state: 'offered', offer })).toBe(
      'Offered to Anna, with 00:14 left to answer. If that comes to nothing, it waits: nobody else can take it now.',
    )
    const tried: WhyChat['assignments'][number] = {
      ...{ id: 'a', userId: 'anna', name: 'Anna', state: 'active', endedAt: null, considered: [] },
      ...{ offeredAt: chat.at, acceptedAt: chat.at, rule: 'longest_waiting' },
    }
    expect(said({ state: 'active', assignments: [tried] })).toBe(
      'With Anna, who had room, and it was due first.',
    )
    const had = said({
      state: 'closed',
      endedAt: chat.at,
      assignments: [{ ...tried, state: 'ended' }],
    })
    expect(had).toMatch(/^It was with Anna, who had room, and it was due first\. Ended at /)
    const heldFor = { userId: 'anna', name: 'Anna', until: '2026-01-01T10:40:30.000Z' }
    expect(said({ heldFor, operators: of('at_limit', 'held_for_another') })).toMatch(
      /^Kept for Anna, who helped this visitor before, for 00:30 more: /,
    )
    expect(said({ state: 'closed', endedAt: chat.at })).toMatch(/Nobody had answered it\.$/)
    expect(said({ rings: true })).toMatch(/It rings with everybody who stands by\.$/)
  })

  test('in the language on the screen', async () => {
    await useLocale('nl')
    expect(said({ operators: of('at_limit', 'away') })).toBe(
      'Wacht omdat niemand die actief is in Sales plek heeft: 1 op de limiet en 1 afwezig.',
    )
  })
})

test('MS-2 of each it says what else stands in the way, and when that changes', () => {
  const lacks = [
    { skillId: 's', name: 'Dutch', asked: 3, held: 0, relaxesAt: '2026-01-01T10:42:00.000Z' },
  ]
  const one: Considered = {
    ...{ ...anna, ruledOutBy: 'lacks_skill', lacks },
    fails: [
      { check: 'skills', changesAt: '2026-01-01T10:42:00.000Z' },
      { check: 'limit', changesAt: null },
    ],
  }
  expect(factsOf(one)).toEqual([
    expect.stringMatching(/^lacks Dutch 3, asked until \d\d:42/),
    'also: at the limit',
  ])
  expect(changeOf(one)).toEqual({
    at: '2026-01-01T10:42:00.000Z',
    text: 'the skill is no longer asked for',
  })
  expect(
    changeOf({ ...anna, ruledOutBy: 'away', fails: [{ check: 'status', changesAt: null }] }),
  ).toBeUndefined()
})

test('MS-2 an operator who is given nothing hears of what waits, and why not for them', () => {
  const operator: WhyOperator = {
    at: chat.at,
    userId: 'anna',
    name: 'Anna',
    photo: null,
    queues: [],
  }
  const queue = {
    id: 'q',
    name: 'Sales',
    isJoined: true,
    participates: true,
    waiting: 0,
    first: null,
  }
  expect(operatorHeadline(operator)).toBe('Anna serves no queue, so nothing is given to them.')
  expect(operatorHeadline({ ...operator, queues: [queue] })).toBe(
    'Nothing is waiting in the queues that Anna serves.',
  )
  const first = {
    ...{ chatId: 'c', visitorName: null, enqueuedAt: chat.at, next: null },
    operator: { ...anna, ruledOutBy: 'at_limit' },
  }
  expect(operatorHeadline({ ...operator, queues: [{ ...queue, waiting: 6, first }] })).toBe(
    '6 wait, and Anna is given none of them: at the limit.',
  )
})

test('a rule that this page does not know has no words of its own', () => {
  expect(ruleText('of_the_future')).toBeUndefined()
})

test('QU-5 of the limit of a queue it is said how many it lets one hold', () => {
  const full: Considered = {
    ...anna,
    ...{ ruledOutBy: 'at_queue_limit', used: 3, ofQueue: { used: 2, limit: 2 } },
    fails: [{ check: 'queue_limit', changesAt: null }],
  }
  expect(factsOf(full)).toEqual(['2 of 2 that the queue lets one hold'])
  const limited: Considered = { ...full, ruledOutBy: 'at_limit' }
  expect(factsOf(limited)).toEqual(['also: at the limit of the queue'])
  expect(said({ operators: [full] })).toContain('has room: 1 at the limit of the queue')
})

test('QU-5 of a limit that a role makes less it is said which', () => {
  const full: Considered = {
    ...anna,
    ...{ ruledOutBy: 'at_limit', used: 2, limit: 2, byRole: { key: 'own_1', name: 'Trainee' } },
    fails: [{ check: 'limit', changesAt: null }],
  }
  expect(factsOf(full)).toEqual(['the role Trainee allows no more than 2'])
  const byRole = { key: 'agent', name: 'Agent' }
  expect(factsOf({ ...full, byRole })).toEqual(['a role of theirs allows no more than 2'])
  const units: Considered = {
    ...{ ...full, ruledOutBy: 'units_full', byRole: null },
    units: { used: 4, limit: 4, needed: 1, byRole: full.byRole },
    fails: [{ check: 'units', changesAt: null }],
  }
  expect(factsOf(units)).toEqual([
    '2 of 2: 4 of 4 units are used',
    'the role Trainee allows no more than 4',
  ])
})

test('QU-5 QU-18 of units it is said what they leave; of a cool-down, that it ends', () => {
  const units = { used: 4, limit: 4, needed: 1, byRole: null }
  const full: Considered = {
    ...anna,
    ...{ ruledOutBy: 'units_full', used: 2, units, usedOther: 2 },
    fails: [{ check: 'units', changesAt: null }],
  }
  const more = '2 of 3: 4 of 4 units are used, with 2 chats of the other kind'
  expect(factsOf(full)).toEqual([more])
  expect(factsOf({ ...full, units: { ...units, needed: 2 } })).toEqual([more, 'this chat needs 2'])
  expect(factsOf({ ...full, usedOther: 0 })).toEqual(['2 of 3: 4 of 4 units are used'])
  const changesAt = '2026-01-01T10:40:30.000Z'
  const cooling: Considered = {
    ...anna,
    ...{ ruledOutBy: 'cooling_down', coolsUntil: changesAt },
    fails: [{ check: 'cooldown', changesAt }],
  }
  expect(changeOf(cooling)).toEqual({ at: changesAt, text: 'may be given the next' })
})

test('PR-10 whoever is off shift is said to be, and when the shift begins', () => {
  expect(said({ operators: of('off_shift', 'not_joined') })).toBe(
    'Waits because it is the shift of nobody who has joined Sales: 1 off shift and 1 has not joined.',
  )
  expect(said({ operators: of('kind_not_accepted', 'off_shift') })).toMatch(
    /^Waits because nobody who has joined Sales takes such chats now: /,
  )
  const changesAt = '2026-01-02T08:00:00.000Z'
  const off: Considered = {
    ...{ ...anna, ruledOutBy: 'off_shift' },
    fails: [{ check: 'shift', changesAt }],
  }
  expect(changeOf(off)).toEqual({ at: changesAt, text: 'the shift begins' })
  expect(factsOf(off)).toEqual([expect.stringMatching(/^the shift begins Jan 2, 2026/)])
  const both: Considered = { ...off, fails: [...off.fails, { check: 'accepts', changesAt: null }] }
  expect(factsOf(both)).toContain('also: takes no such chats now')
})

test('QU-6 a chat that is parked says for whom, and what will move it', () => {
  const parked = {
    ...({ userId: 'anna', name: 'Anna', at: chat.at, because: 'gone', isOwed: true } as const),
    ...({ wakeTo: 'front', until: chat.at } as const),
  }
  const text = said({ state: 'parked', parked })
  expect(text).toMatch(/^Kept for Anna, who is gone\. The visitor had the last word\./)
  expect(text).toMatch(/waits in its queue, for anybody\.$/)
  const never = said({
    state: 'parked',
    parked: { ...parked, because: 'quiet', isOwed: false, until: null },
  })
  expect(never).toMatch(/^Parked for Anna: .* goes on when the visitor writes: with Anna/)
})
