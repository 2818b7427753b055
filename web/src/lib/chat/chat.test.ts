import { expect, test } from 'vitest'
import type { Message } from '#contract/chats.ts'
import { linesOf } from './lines.ts'
import { partsOf } from './links.ts'
import type { Unsent } from './outbox.svelte.ts'
import { compareNeed, standingOf } from './standing.ts'

const at = (minute: number, day = 1) =>
  `2026-01-0${day}T09:${String(minute).padStart(2, '0')}:00.000Z`

function message(
  seq: number,
  author: Message['author'],
  when: string,
  more: Partial<Message> = {},
) {
  const own: Message = {
    id: `c1:${seq}`,
    chatId: 'c1',
    seq,
    clientId: `client-${seq}`,
    author,
    authorId: author === 'operator' ? 'me' : null,
    authorName: author === 'operator' ? 'Bo' : 'Marta',
    body: `message ${seq}`,
    at: when,
  }
  return { ...own, ...more }
}

function unsent(clientId: string, state: Unsent['state']): Unsent {
  return { clientId, chatId: 'c1', body: 'on its way', at: at(9), state, tries: 0 }
}

const told = (messages: Message[], waiting: Unsent[] = [], acceptedAt: string | null = null) =>
  linesOf({
    messages,
    unsent: waiting,
    acceptedAt,
    myId: 'me',
    dayOf: (instant) => instant.slice(0, 10),
  })

test('a conversation is read in the order of its numbers, with its days and when it was accepted', () => {
  const lines = told([message(2, 'operator', at(3, 2)), message(1, 'visitor', at(0))], [], at(2, 2))
  expect(lines.map(({ kind }) => kind)).toEqual(['day', 'said', 'answered', 'day', 'said'])
})

test('a message on its way keeps its place and its key once it is heard back', () => {
  const asked = message(1, 'visitor', at(0))
  const before = told([asked], [unsent('mine', 'sending')])
  const after = told(
    [asked, message(2, 'operator', at(9), { clientId: 'mine' })],
    [unsent('mine', 'sent')],
  )
  expect(after.map(({ key }) => key)).toEqual(before.map(({ key }) => key))
  expect(after.at(-1)).toMatchObject({ isOwn: true, unsent: undefined })
})

test('what one writes in one breath hangs together; a failed message stands alone', () => {
  const lines = told(
    [message(1, 'visitor', at(0)), message(2, 'visitor', at(1)), message(3, 'visitor', at(30))],
    [unsent('a', 'failed'), unsent('b', 'queued')],
  ).filter((line) => line.kind === 'said')
  expect(lines.map(({ isFirst, isLast }) => [isFirst, isLast])).toEqual([
    [true, false],
    [false, true],
    [true, true],
    [true, true],
    [true, true],
  ])
})

test('an operator before me is named, and is not me', () => {
  const [, line] = told([message(1, 'operator', at(0), { authorId: 'other', authorName: 'Ada' })])
  expect(line).toMatchObject({ isOwn: false, isVisitors: false, author: 'Ada' })
})

test('the wait counts from the first question since our answer, and not from before I had the chat', () => {
  const asked = [message(1, 'visitor', at(0)), message(2, 'visitor', at(4))]
  expect(standingOf(asked, null, 0).waitingSince).toBe(at(0))
  expect(standingOf(asked, at(2), 0).waitingSince).toBe(at(2))
  const answered = [...asked, message(3, 'operator', at(5))]
  expect(standingOf(answered, at(2), 0).waitingSince).toBeUndefined()
  const again = [...answered, message(4, 'visitor', at(6)), message(5, 'visitor', at(8))]
  expect(standingOf(again, at(2), 0).waitingSince).toBe(at(6))
})

test('unread are the visitor’s messages above what was seen; ours and the system’s are not', () => {
  const said = [
    message(1, 'visitor', at(0)),
    message(2, 'operator', at(1)),
    message(3, 'visitor', at(2)),
    message(4, 'system', at(3)),
    message(5, 'visitor', at(4)),
  ]
  expect(standingOf(said, at(0), 3)).toMatchObject({ unread: 1, last: { seq: 5 } })
})

test('who waits longest comes first, then the latest spoken', () => {
  const of = (name: string, messages: Message[]) => ({
    name,
    acceptedAt: at(0),
    standing: standingOf(messages, at(0), 0),
  })
  const order = [
    of('answered early', [message(1, 'operator', at(1))]),
    of('waits a little', [message(1, 'visitor', at(8))]),
    of('answered late', [message(1, 'operator', at(9))]),
    of('waits long', [message(1, 'visitor', at(2))]),
  ].toSorted(compareNeed)
  expect(order.map(({ name }) => name)).toEqual([
    'waits long',
    'waits a little',
    'answered late',
    'answered early',
  ])
})

test.each([
  ['see https://example.org/a?b=1.', ['https://example.org/a?b=1']],
  [
    '(http://example.org) and HTTPS://EXAMPLE.ORG/x',
    ['http://example.org/', 'https://example.org/x'],
  ],
  ['javascript:alert(1) data:text/html,x ftp://a.b', []],
  ['https://bank.example@evil.example/', []],
  ['https://exa\u202emple.org/', ['https://exa/']],
])('in %j only these may be followed', (body, wanted) => {
  const parts = partsOf(body)
  expect(parts.flatMap(({ href }) => href ?? [])).toEqual(wanted)
  expect(parts.map(({ text }) => text).join('')).toBe(body)
})
