// Who else looks at the same thing, told to each other by passing signs.
import type { SignSeen } from '#contract/frames.ts'
import { session } from '#lib/session.svelte.ts'
import { live } from './live.svelte.ts'

/** Before a sign ends by itself. */
const RENEW_MS = 8000

/** Says in every scope that the person looks at the subject; hands back what takes that back. */
export function beSeen(scopes: readonly string[], subject: string): () => void {
  const sign = (kind: 'viewing' | 'ended') => {
    for (const scope of scopes) live.sign({ scope, kind, subject })
  }
  const renew = () => document.hidden || live.connection !== 'live' || sign('viewing')
  renew()
  const timer = setInterval(renew, RENEW_MS)
  return () => {
    clearInterval(timer)
    sign('ended')
  }
}

/** Everybody else who looks at the subject or edits it, each once. */
export function othersAt(subject: string): SignSeen['by'][] {
  const found = [...live.signs.values()].filter(
    (sign) => sign.subject === subject && sign.kind !== 'ended' && sign.by.id !== session.me?.id,
  )
  return [...new Map(found.map(({ by }) => [by.id, by])).values()]
}
