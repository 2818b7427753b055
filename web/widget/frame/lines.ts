// The conversation as it is read: messages, what is on its way, and what happened, in one order.
import type { Message } from '#contract/chats.ts'
import type { Note } from './notes.ts'
import type { Unsent } from './outbox.ts'

export type Line =
  | { kind: 'note'; key: string; note: Note }
  | { kind: 'system'; key: string; body: string }
  | {
      kind: 'said'
      key: string
      isOwn: boolean
      author: string
      body: string
      at: string
      /** Undefined once it is heard back. */
      state: Unsent['state'] | undefined
      /** The first and the last of what one writes in one breath. */
      isFirst: boolean
      isLast: boolean
    }

type Said = Extract<Line, { kind: 'said' }>

/** Messages so close together belong to one breath. */
const BREATH_MS = 5 * 60_000

function ofMessage(message: Message): Line {
  const { author, body, at, clientId } = message
  if (author === 'system') return { kind: 'system', key: message.id, body }
  const isOwn = author === 'visitor'
  const said = { author: message.authorName ?? '', body, at, state: undefined }
  return {
    kind: 'said',
    key: isOwn ? clientId : message.id,
    isOwn,
    ...said,
    isFirst: true,
    isLast: true,
  }
}

function ofUnsent({ clientId, body, at, state }: Unsent): Line {
  return {
    kind: 'said',
    key: clientId,
    isOwn: true,
    author: '',
    body,
    at,
    state,
    isFirst: true,
    isLast: true,
  }
}

function isOneBreath(a: Line | undefined, b: Said): a is Said {
  return (
    a?.kind === 'said' &&
    a.isOwn === b.isOwn &&
    (b.isOwn || a.author === b.author) &&
    Date.parse(b.at) - Date.parse(a.at) < BREATH_MS
  )
}

/** All lines, oldest first. */
export function linesOf(
  messages: readonly Message[],
  unsent: readonly Unsent[],
  notes: readonly Note[],
): Line[] {
  const lines: Line[] = []
  const tell = (after: number): void => {
    for (const [index, note] of notes.entries())
      if (note.after === after) lines.push({ kind: 'note', key: `note ${index}`, note })
  }
  tell(0)
  for (const message of messages) {
    lines.push(ofMessage(message))
    tell(message.seq)
  }
  lines.push(...unsent.map(ofUnsent))
  lines.forEach((line, index) => {
    const before = lines[index - 1]
    if (line.kind !== 'said' || !isOneBreath(before, line)) return
    before.isLast = false
    line.isFirst = false
  })
  return lines
}

/** A text cut into plain parts and addresses that may be followed. */
export function partsOf(body: string): { text: string; href?: string }[] {
  return body
    .split(/(https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]])/)
    .map((text, index) =>
      index % 2 === 1 && URL.canParse(text) ? { text, href: new URL(text).href } : { text },
    )
}
