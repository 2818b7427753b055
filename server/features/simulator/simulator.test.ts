import { describe, expect, test } from 'vitest'
import { choose } from '../routing/decide.ts'
import { Agenda } from './agenda.ts'
import { chanceOf, type Law } from './chance.ts'
import { erlangA, erlangB, erlangC } from './erlang.ts'
import type { Outcome, Plan } from './floor.ts'
import { simulate } from './floor.ts'
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
