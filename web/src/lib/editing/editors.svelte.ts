// Who is in which field now, told to each other by passing signs: a notice, never a lock.
import type { SignSeen } from '#contract/frames.ts'
import { scope } from '#contract/scopes.ts'
import { live } from '#lib/live/live.svelte.ts'
import { session } from '#lib/session.svelte.ts'

export type Editor = SignSeen['by']

export interface Field {
  /** Everybody who watches one of these scopes hears of it. */
  scopes: readonly string[]
  /** Whose field it is: a user's id, a queue's. */
  subject: string
  /** Which one, such as `limit.live`. */
  field: string
}

/** A sign holds for 12 seconds on the other screens; one that is lost on the way is made good. */
const RENEW_MS = 5_000

/** Everybody else who is in the field now; reactive. */
export function editorsOf(subject: string, field: string): Editor[] {
  const found = new Map<string, Editor>()
  for (const { kind, by, ...of } of live.signs.values()) {
    const isHere = kind === 'editing' && of.subject === subject && of.field === field
    if (isHere && by.id !== session.me?.id) found.set(by.id, by)
  }
  return [...found.values()]
}

/** Says that I am in the field until the function that comes back is called. */
export function signEditing({ scopes, subject, field }: Field): () => void {
  const say = (kind: 'editing' | 'ended') => {
    for (const one of scopes) live.sign({ scope: one, kind, subject, field })
  }
  say('editing')
  const renewing = setInterval(() => say('editing'), RENEW_MS)
  return () => {
    clearInterval(renewing)
    say('ended')
  }
}

/** Where those look who see somebody of these accounts: the Wall and the list of people. */
export function scopesAround(accountIds: readonly string[]): string[] {
  return accountIds
    .flatMap((id) => [scope.floor(id), scope.people(id)])
    .filter((one) => live.scopes.includes(one))
}
