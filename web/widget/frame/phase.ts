// Which of the widget's faces is shown, worked out from what is known.
import type { Visit } from '#contract/visitors.ts'

export type Phase =
  /** Not enough is known yet to show anything. */
  | 'loading'
  /** The form before a chat. */
  | 'welcome'
  /** In line for the first answer. */
  | 'waiting'
  /** The operator is gone; in line for the next one. */
  | 'between'
  | 'talking'
  | 'ended'
  /** The visitor's own session is over, wherever that was decided. */
  | 'over'

export interface Known {
  ready: boolean
  visit: Visit | undefined
  /** An operator has been in this chat before. */
  wasJoined: boolean
  sessionOver: boolean
}

export function phaseOf({ ready, visit, wasJoined, sessionOver }: Known): Phase {
  if (sessionOver) return 'over'
  if (!ready) return 'loading'
  if (visit === undefined) return 'welcome'
  if (visit.state === 'closed') return 'ended'
  if (visit.state === 'active') return 'talking'
  return wasJoined ? 'between' : 'waiting'
}

/** Whether the visitor may write. */
export const mayWrite = (phase: Phase): boolean =>
  phase === 'waiting' || phase === 'between' || phase === 'talking'

/**
 * The chat to show of all that the visitor has: an open one before a closed one, the one that was on
 * the screen before any other; a closed one only while it was not put away.
 */
export function chatToShow(visits: readonly Visit[], last: string | undefined): Visit | undefined {
  const isOpen = (visit: Visit) => visit.state !== 'closed'
  const same = visits.find((visit) => visit.id === last)
  if (same && isOpen(same)) return same
  return visits.find(isOpen) ?? same
}
