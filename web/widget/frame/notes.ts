// What is told between the messages about who came and went.

import type { Message } from '#contract/chats.ts'
import type { OperatorCard, Visit } from '#contract/visitors.ts'

export interface Note {
  /** The seq of the message before it. */
  after: number
  key: 'joined' | 'left' | 'taken'
  operator: OperatorCard
}

/** What the step from one state of the chat to the next has to tell; `after`: the newest seq. */
export function notesOf(before: Visit | undefined, now: Visit | undefined, after: number): Note[] {
  if (!before || !now || now.state === 'closed') return []
  const [gone, come] = [before.operator, now.operator]
  if (gone?.name === come?.name) return []
  // From one to the next without a gap: nobody has left, somebody has taken over.
  const isHandedOn = before.state === 'active' && now.state === 'active'
  if (isHandedOn && gone && come) return [{ after, key: 'taken', operator: come }]
  const notes: Note[] = []
  if (gone) notes.push({ after, key: 'left', operator: gone })
  if (come) notes.push({ after, key: 'joined', operator: come })
  return notes
}

/** Who wrote the last answer, as far as the messages tell; after a reload nothing else does. */
export function lastAnswerer(messages: readonly Message[]): OperatorCard | undefined {
  const last = messages.findLast(({ author }) => author === 'operator')
  return last && { name: last.authorName ?? '', description: null, photo: null }
}
