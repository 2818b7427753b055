// The visitor's token: who this browser is to the site, and nothing more.
import { type Answer, call } from './call.ts'
import type { Kept } from './kept.ts'
import type { Language } from './words.ts'

/** The kept token, unless it has run out. */
export function keptToken(kept: Kept): string | undefined {
  const [token, until] = (kept.get('token') ?? '').split(' ')
  return token && until && Date.parse(until) > Date.now() ? token : undefined
}

/** The kept token, or a new visitor's. */
export async function getToken(
  kept: Kept,
  siteKey: string,
  language: Language,
): Promise<Answer<string>> {
  const known = keptToken(kept)
  if (known) return { ok: true, value: known }
  const answer = await call('begin', { body: { siteKey, language } })
  if (!answer.ok) return answer
  kept.set('token', `${answer.value.token} ${answer.value.expiresAt}`)
  return { ok: true, value: answer.value.token }
}

export const forgetToken = (kept: Kept): void => kept.set('token', undefined)
