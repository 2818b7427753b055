// A conversation as it is read: days, messages, what is on its way and when it was answered, in order.
import type { Message } from '#contract/chats.ts'
import type { Unsent } from './outbox.svelte.ts'

export interface Said {
  kind: 'said'
  /** The same before and after the server has it, so that the bubble stays where it is. */
  key: string
  isOwn: boolean
  /** Written by the visitor, not by one of us. */
  isVisitors: boolean
  /** Who wrote it; empty for a visitor without a name. */
  author: string
  body: string
  /** ISO 8601. */
  at: string
  /** The place in the chat; 0 while unsent. */
  seq: number
  /** While it is unsent. */
  unsent: Unsent | undefined
  /** The first and the last of what one writes in one breath. */
  isFirst: boolean
  isLast: boolean
}

export type Line =
  | Said
  | { kind: 'day'; key: string; at: string }
  | { kind: 'answered'; key: string; at: string }
  | { kind: 'system'; key: string; body: string }
  | Aside

/** What the team alone reads, between what is said. */
export interface Aside {
  kind: 'aside'
  key: string
  at: string
  text: string
  note: string | null
}

interface Told {
  messages: readonly Message[]
  unsent: readonly Unsent[]
  asides?: readonly Aside[]
  /** When I took the chat. */
  acceptedAt: string | null
  /** My user id. */
  myId: string
  /** The day of an instant, in the reader's zone. */
  dayOf: (at: string) => string
}

/** Messages so close together belong to one breath. */
const BREATH_MS = 5 * 60_000

/** All lines, oldest first. */
export function linesOf(told: Told): Line[] {
  const { messages, unsent, asides = [], acceptedAt, myId, dayOf } = told
  const heard = new Set(messages.map(({ clientId }) => clientId))
  const said = [
    ...messages.toSorted((a, b) => a.seq - b.seq).map((message) => lineOf(message, myId)),
    ...unsent.filter(({ clientId }) => !heard.has(clientId)).map(unsentLine),
  ]
  for (const aside of asides) {
    const next = said.findIndex(({ at }) => at > aside.at)
    said.splice(next === -1 ? said.length : next, 0, { line: aside, at: aside.at })
  }
  const lines: Line[] = []
  let day = ''
  let isAnswered = acceptedAt === null
  const answer = () => {
    if (acceptedAt !== null) lines.push({ kind: 'answered', key: 'answered', at: acceptedAt })
    isAnswered = true
  }
  for (const { line, at } of said) {
    if (!isAnswered && acceptedAt !== null && at > acceptedAt) answer()
    if (dayOf(at) !== day) {
      day = dayOf(at)
      lines.push({ kind: 'day', key: `day ${day}`, at })
    }
    lines.push(line)
  }
  if (!isAnswered) answer()
  return inBreaths(lines)
}

interface Placed {
  line: Line
  at: string
}

function lineOf(message: Message, myId: string): Placed {
  const { author, authorId, authorName, body, at, seq } = message
  if (author === 'system') return { at, line: { kind: 'system', key: message.id, body } }
  const isOwn = author === 'operator' && authorId === myId
  const line: Said = {
    kind: 'said',
    key: isOwn ? message.clientId : message.id,
    isOwn,
    isVisitors: author === 'visitor',
    author: authorName ?? '',
    body,
    at,
    seq,
    unsent: undefined,
    isFirst: true,
    isLast: true,
  }
  return { at, line }
}

function unsentLine(unsent: Unsent): Placed {
  const line: Said = {
    kind: 'said',
    key: unsent.clientId,
    isOwn: true,
    isVisitors: false,
    author: '',
    body: unsent.body,
    at: unsent.at,
    seq: 0,
    unsent,
    isFirst: true,
    isLast: true,
  }
  return { at: unsent.at, line }
}

function inBreaths(lines: Line[]): Line[] {
  lines.forEach((line, index) => {
    const before = lines[index - 1]
    if (line.kind !== 'said' || before?.kind !== 'said' || !isOneBreath(before, line)) return
    before.isLast = false
    line.isFirst = false
  })
  return lines
}

function isOneBreath(a: Said, b: Said): boolean {
  const isSame = a.isOwn === b.isOwn && a.isVisitors === b.isVisitors
  if (!isSame || (!b.isOwn && a.author !== b.author)) return false
  // Whatever went wrong with one must be said under that one.
  if (a.unsent?.state === 'failed') return false
  return Date.parse(b.at) - Date.parse(a.at) < BREATH_MS
}
