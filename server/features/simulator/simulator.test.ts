import { describe, expect, test } from 'vitest'
import { choose } from '../routing/decide.ts'
import { Agenda } from './agenda.ts'
import { chanceOf, type Law } from './chance.ts'
import { erlangA, erlangB, erlangC } from './erlang.ts'
import type { Outcome, Plan } from './floor.ts'
import { simulate } from './floor.ts'
import { byModel, byTheory } from './foretell.ts'
import { simulatorQueue } from './rules.ts'
import { Curve, LineTally } from './tally.ts'
import { SCENARIOS, troublesOf, validate } from './validation.ts'

describe('theory', () => {
  // Of tables of Erlang B and C, and of routing's own measurements.
  test.each([
    [10, 8, 0.1217, 0.4092],
    [30, 27, 0.0821, 0.4722],
    [100, 95, 0.0488, 0.5065],
  ])('%i slots with a load of %d', (slots, load, lost, waiting) => {
    const line = { arrivals: load / 600, held: 600, slots }
    expect(erlangB(line)).toBeCloseTo(lost, 2)
    expect(erlangC(line).waiting).toBeCloseTo(waiting, 2)
  })

  test('more than can be held has no answer without patience, and loses the rest with it', () => {
    const line = { arrivals: 140 / 600, held: 600, slots: 100 }
    expect(() => erlangC(line)).toThrow(RangeError)
    expect(erlangA(line, 300).givingUp).toBeCloseTo(1 - 1 / 1.4, 2)
  })

  test('whoever never gives up waits as if there were no patience', () => {
    const line = { arrivals: 8 / 600, held: 600, slots: 10 }
    const [patient, waiting] = [erlangA(line, 1e9), erlangC(line)]
    expect(patient.waiting).toBeCloseTo(waiting.waiting, 4)
    expect(patient.wait).toBeCloseTo(waiting.wait, 1)
  })
})

test.each([
  { kind: 'exponential', mean: 600 },
  { kind: 'fixed', mean: 600 },
  { kind: 'lognormal', mean: 600, sigma: 1 },
] as const satisfies Law[])('chance of the law $kind has its mean', (law) => {
  const chance = chanceOf(3)
  const sum = Array.from({ length: 100_000 }, () => chance.draw(law)).reduce((a, b) => a + b, 0)
  expect(sum / 100_000 / law.mean).toBeCloseTo(1, 1)
})

test('what is planned happens in its order', () => {
  const chance = chanceOf(5)
  const agenda = new Agenda<number>()
  const times = Array.from({ length: 2000 }, () => chance.part())
  for (const [at, time] of times.entries()) agenda.plan(time, at)
  const seen: number[] = []
  for (let next = agenda.next(); next; next = agenda.next()) seen.push(next.at)
  expect(seen).toEqual(times.toSorted((a, b) => a - b))
  expect(agenda.size).toBe(0)
})

const small: Omit<Plan, 'seed'> = {
  ...{ operators: 4, limit: 2, strategy: 'least_loaded', arrivals: 0.01, visitors: 500 },
  ...{ held: { kind: 'fixed', mean: 600 }, patience: { kind: 'fixed', mean: 120 }, probes: 0 },
}

function run(seed: number): Outcome[] {
  const seen: Outcome[] = []
  simulate({ ...small, seed }, { visitor: (one) => seen.push(one), probe: () => {} })
  return seen
}

test('the same seed is the same floor, another is another; everybody has an end', () => {
  expect(run(1)).toEqual(run(1))
  expect(run(1)).not.toEqual(run(2))
  expect(
    run(1)
      .map(({ at }) => at)
      .toSorted((a, b) => a - b),
  ).toEqual(Array.from({ length: 500 }, (_, at) => at))
  const waits = run(1).filter(({ gaveUp }) => gaveUp)
  expect(waits.length).toBeGreaterThan(0)
  for (const { waited } of waits) expect(waited).toBeCloseTo(120)
})

test('nobody is given a chat beside the rules of who is asked', () => {
  let checked = 0
  simulate(
    { ...small, seed: 9 },
    {
      visitor: () => {},
      probe: () => {},
      chosen(operator, among) {
        expect(choose(small.strategy, among).chosen).toBe(operator.userId)
        checked += 1
      },
    },
  )
  expect(checked).toBeGreaterThan(50)
})

describe('QU-15 MS-8: what visitors are told, on floors of which theory says what they do', () => {
  test.each(SCENARIOS)('$name', (scenario) => {
    const validation = validate(scenario, 150_000, 1)
    expect(troublesOf(validation), JSON.stringify(validation)).toEqual([])
  })
})

describe('MS-16: what is counted of a run and what was to be expected', () => {
  const line = {
    ...{ queueId: 'q', operators: 30, limit: 1, arrivalsPerHour: 180, heldSeconds: 595 },
    ...{ patienceSeconds: 300, acceptSeconds: 5, missedPercent: 0 },
  }
  const expected = {
    ...{ line, strategy: 'longest_idle' as const, offerSeconds: 20 },
    ...{ targetSeconds: 60, wrapUpSeconds: 0 },
  }

  test('theory and the model agree, and one operator more waits less', () => {
    const theory = byTheory(expected)
    const [less, same, more] = [29, 30, 31].map((operators) => byModel(expected, operators))
    expect((same?.wait ?? 0) / (theory?.wait ?? 1)).toBeCloseTo(1, 0)
    expect(Math.abs((same?.givingUp ?? 0) - (theory?.givingUp ?? 1))).toBeLessThan(0.02)
    expect(less?.serviceLevel).toBeLessThan(same?.serviceLevel ?? 0)
    expect(more?.serviceLevel).toBeGreaterThan(same?.serviceLevel ?? 1)
    expect(byTheory({ ...expected, line: { ...line, arrivalsPerHour: 0 } })).toBeNull()
    expect(byTheory({ ...expected, line: { ...line, operators: 0 } })?.givingUp).toBeCloseTo(1)
    expect(byModel(expected, 0).givingUp).toBe(1)
  })

  test('who was answered too late, and who gave up after the target, was not served in time', () => {
    const tally = new LineTally(60)
    expect(tally.figures()).toMatchObject({ serviceLevel: null, waits: null, wait: null })
    for (const waited of [10, 60, 61]) tally.answered(waited)
    tally.abandoned(20)
    tally.abandoned(70)
    tally.passed(10, 1, 4)
    tally.passed(10, 3, 4)
    expect(tally.figures()).toMatchObject({
      ...{ answered: 3, abandoned: 2, serviceLevel: 0.5, taken: 0.5 },
      waits: { p50: 60, p90: 61, p95: 61 },
      wait: (10 + 60 + 61 + 20 + 70) / 5,
    })
  })

  test('the chart of a long run has no more points than that of a short one', () => {
    const curve = new Curve()
    for (let at = 1; at <= 1_800; at++) curve.add({ at, waiting: at, inChat: 2, free: 3 })
    expect(curve.points.length).toBeLessThan(90)
    const [first] = curve.points
    expect(first?.inChat).toBe(2)
    expect(curve.points.at(-1)?.at).toBeGreaterThan(1_700)
  })

  test('numbers of last week, and guesses of a queue that nobody came to', () => {
    const past = {
      ...{ id: 'q', name: 'Sales', targetSeconds: 60, members: 4, limit: 2.4, chats: 120 },
      ...{ hours: 10, heldSeconds: 300.4, acceptSeconds: 6.6, waitedSeconds: 1_200, gaveUp: 10 },
      ...{ offers: 130, missed: 10 },
    }
    expect(simulatorQueue(past).line).toEqual({
      ...{ queueId: 'q', operators: 4, limit: 2, arrivalsPerHour: 12, heldSeconds: 300 },
      ...{ patienceSeconds: 120, acceptSeconds: 7, missedPercent: 8 },
    })
    const nothing = {
      ...{ ...past, members: 0, limit: null, chats: 0, hours: 0, heldSeconds: null },
      ...{ acceptSeconds: null, waitedSeconds: 0, gaveUp: 0, offers: 0, missed: 0 },
    }
    expect(simulatorQueue(nothing)).toMatchObject({ chats: 0, line: { operators: 10, limit: 3 } })
  })
})
