import { describe, expect, test } from 'vitest'
import type { Visit } from '#contract/visitors.ts'
import { delayBefore } from './backoff.ts'
import { linesOf, partsOf } from './lines.ts'
import { notesOf } from './notes.ts'
import { chatToShow, phaseOf } from './phase.ts'

const femke = { name: 'Femke', description: null, photo: null }
const visitOf = (id: string, change: Partial<Visit> = {}): Visit => ({
  id,
  state: 'waiting',
  place: 1,
  wait: null,
  anybodyOnline: true,
  operator: null,
  early: null,
  isKept: false,
  isHandedOn: false,
  closedBecause: null,
  ...change,
})
const known = { ready: true, visit: undefined, wasJoined: false, sessionOver: false }

test.each([
  ['loading', { ready: false }],
  ['welcome', {}],
  ['waiting', { visit: visitOf('a') }],
  ['between', { visit: visitOf('a'), wasJoined: true }],
  ['talking', { visit: visitOf('a', { state: 'active' }), wasJoined: true }],
  ['ended', { visit: visitOf('a', { state: 'closed' }), wasJoined: true }],
  ['over', { visit: visitOf('a', { state: 'active' }), sessionOver: true }],
] as const)('the widget shows %s for %o', (phase, change) => {
  expect(phaseOf({ ...known, ...change })).toBe(phase)
})

describe('the chat that is shown', () => {
  const open = visitOf('open')
  const closed = visitOf('closed', { state: 'closed' })
  test('is the one that was on the screen, while it is open', () => {
    expect(chatToShow([visitOf('newer'), open], 'open')).toBe(open)
  })
  test('is an open one before one that has ended', () => {
    expect(chatToShow([closed, open], 'closed')).toBe(open)
  })
  test('is an ended one only until it is put away', () => {
    expect(chatToShow([closed], 'closed')).toBe(closed)
    expect(chatToShow([closed], undefined)).toBeUndefined()
  })
})

test('QU-12 who comes, goes and takes over is told once, and not when the chat ends', () => {
  const talking = visitOf('a', { state: 'active', operator: femke })
  const pieter = { ...femke, name: 'Pieter' }
  expect(notesOf(visitOf('a'), talking, 1).map(({ key }) => key)).toEqual(['joined'])
  expect(notesOf(talking, talking, 2)).toEqual([])
  expect(notesOf(talking, visitOf('a'), 3).map(({ key }) => key)).toEqual(['left'])
  expect(
    notesOf(talking, visitOf('a', { state: 'active', operator: pieter }), 3).map(
      ({ key, operator }) => `${operator.name} ${key}`,
    ),
  ).toEqual(['Pieter taken'])
  expect(notesOf(talking, visitOf('a', { state: 'closed' }), 3)).toEqual([])
})

test('what one writes in one breath is drawn together, and notes stand where they happened', () => {
  const at = (seq: number, author: 'visitor' | 'operator', minute: number) => ({
    id: `a:${seq}`,
    chatId: 'a',
    seq,
    clientId: `c${seq}`,
    author,
    authorId: null,
    authorName: author === 'operator' ? 'Femke' : null,
    body: `${seq}`,
    at: `2026-01-01T09:${String(minute).padStart(2, '0')}:00.000Z`,
  })
  const lines = linesOf(
    [at(1, 'visitor', 0), at(2, 'operator', 1), at(3, 'operator', 2), at(4, 'operator', 20)],
    [{ clientId: 'u', body: '5', at: '2026-01-01T09:21:00.000Z', state: 'queued', tries: 0 }],
    [{ after: 1, key: 'joined', operator: femke }],
  )
  const drawn = lines.map((line) =>
    line.kind === 'said'
      ? `${line.body}${line.isFirst ? ' first' : ''}${line.isLast ? ' last' : ''}`
      : line.kind,
  )
  expect(drawn).toEqual([
    '1 first last',
    'note',
    '2 first',
    '3 last',
    '4 first last',
    '5 first last',
  ])
})

test.each([
  ['see https://noordzee.example/a?b=1.', ['https://noordzee.example/a?b=1']],
  ['(https://x.example/y)', ['https://x.example/y']],
  ['javascript:alert(1) and data:text/html,x', []],
  ['<a href="https://x.example">', ['https://x.example/']],
  ['no address', []],
])('of "%s" only web addresses can be followed', (body, hrefs) => {
  const parts = partsOf(body)
  expect(parts.flatMap(({ href }) => href ?? [])).toEqual(hrefs)
  expect(parts.map(({ text }) => text).join('')).toBe(body)
})

test('reconnecting waits at random over a span that grows to half a minute', () => {
  expect(delayBefore(0, 0.999)).toBeLessThan(2000)
  expect(delayBefore(3, 0.5)).toBe(4000)
  expect(delayBefore(30, 0.999)).toBeLessThan(30_000)
  expect(delayBefore(30, 0)).toBe(0)
})
