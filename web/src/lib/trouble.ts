// What went wrong with a call, in words for whoever made it.
import type { RefusalCode } from '#contract/refusals.ts'
import { Refused, Unreachable } from './api.ts'
import { refusalText } from './words.ts'

export interface Trouble {
  code: RefusalCode | 'internal' | 'unreachable'
  text: string
  /** The field of the body that was refused. */
  field?: string | undefined
  /** Seconds after which it is worth trying again. */
  retryAfter?: number | undefined
  /** The id to quote, when it was the server's fault. */
  reference?: string | undefined
  /** Which rules a password does not meet. */
  problems?: readonly string[] | undefined
}

/** Throws on what is neither a refusal nor a lost connection: that is our own mistake. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof Unreachable) return { code: 'unreachable', text: refusalText('unreachable') }
  if (!(error instanceof Refused)) throw error
  const { code, field, retryAfter, requestId, details } = error
  return {
    code,
    text: refusalText(code),
    field,
    retryAfter,
    reference: code === 'internal' ? requestId : undefined,
    problems: details.problems,
  }
}
