// Who may write in a chat.
import type { RefusalCode } from '#contract/refusals.ts'

/** The most messages of one chat; more is not a conversation. */
export const MOST_MESSAGES = 5_000

/** How an operator stands to a chat. */
export interface Standing {
  /** The operator holds the chat now. */
  isHeld: boolean
  /** The operator has held the chat at some time. */
  wasHeld: boolean
  isClosed: boolean
}

/** Why the operator may not write; null when they may. Whoever never held the chat knows nothing of it. */
export function whyNotWrite({ isHeld, wasHeld, isClosed }: Standing): RefusalCode | null {
  if (isClosed && wasHeld) return 'chat_closed'
  return isHeld ? null : 'not_found'
}
