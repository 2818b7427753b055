// What visitors may do, and how often.

import { canonicalEmail } from '#contract/email.ts'
import { cleanName, nameProblem } from '#contract/text.ts'

/** Most chats of one visitor that are open at once. */
export const MOST_OPEN_CHATS = 3
/** How long a closed chat can still be read by its visitor. */
export const READABLE_HOURS = 24
/** How long a visitor is known without coming back. */
export const VISITOR_DAYS = 30

/** At most so many in so many seconds. */
export interface Allowance {
  most: number
  seconds: number
}
export const NEW_VISITORS_PER_ADDRESS: Allowance = { most: 60, seconds: 3_600 }
export const NEW_CHATS_PER_ADDRESS: Allowance = { most: 10, seconds: 3_600 }
export const NEW_CHATS_PER_SITE: Allowance = { most: 30, seconds: 60 }
/** Messages of one chat's visitor: a short burst, and a steady pace. */
export const MESSAGES: readonly Allowance[] = [
  { most: 6, seconds: 3 },
  { most: 30, seconds: 60 },
]

/** Whole seconds until one more fits; 0 when it fits now. `sentAt`: the moments so far. */
export function secondsUntilNext(
  sentAt: readonly string[],
  now: string,
  allowances: readonly Allowance[],
): number {
  const ages = sentAt.map((at) => (Date.parse(now) - Date.parse(at)) / 1000).sort((a, b) => a - b)
  const waits = allowances.map(({ most, seconds }) => {
    const oldest = ages[most - 1]
    return oldest === undefined ? 0 : Math.max(0, Math.ceil(seconds - oldest))
  })
  return Math.max(0, ...waits)
}

/** What a visitor says of themselves, as it is stored, or the field that cannot be. */
export function soundContact(given: {
  name?: string | undefined
  email?: string | undefined
  pageUrl?: string | undefined
}):
  | { name: string | null; email: string | null; pageUrl: string | null }
  | { wrong: 'name' | 'email' | 'pageUrl' } {
  const { name, email, pageUrl } = given
  if (name !== undefined && nameProblem(name) !== null) return { wrong: 'name' }
  const address = email === undefined ? null : canonicalEmail(email)
  if (address === undefined) return { wrong: 'email' }
  if (pageUrl !== undefined && !isSoundUrl(pageUrl)) return { wrong: 'pageUrl' }
  return {
    name: name === undefined ? null : cleanName(name),
    email: address,
    pageUrl: pageUrl ?? null,
  }
}

// Kept as text and shown as text: it need not be a link, only fit the row and hold nothing unprintable.
function isSoundUrl(text: string): boolean {
  const isPlain = text.isWellFormed() && !/\p{Cc}/u.test(text)
  return isPlain && new TextEncoder().encode(text).length <= 2048
}
