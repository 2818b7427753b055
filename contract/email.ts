// E-mail addresses: one address, of a kind that every mail server takes, with an internet domain.
import { EMAIL_MAX } from './shapes.ts'

export type EmailProblem = 'empty' | 'too_long' | 'no_at' | 'local' | 'domain'

const LOCAL_MAX = 64
const LOCAL = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/
const ASCII_LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/
const INTERNATIONAL_LABEL = /^[\p{L}\p{N}\p{M}-]+$/u
const TOP_LABEL = /^(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/

/** Why the text is not one e-mail address; null when it is. Nothing is trimmed or repaired. */
export function emailProblem(text: string): EmailProblem | null {
  if (text === '') return 'empty'
  if (text.length > EMAIL_MAX) return 'too_long'
  const at = text.lastIndexOf('@')
  if (at < 0) return 'no_at'
  const local = text.slice(0, at)
  if (local.length > LOCAL_MAX || !LOCAL.test(local)) return 'local'
  const domain = asciiDomain(text.slice(at + 1))
  if (domain === undefined) return 'domain'
  return at + 1 + domain.length > EMAIL_MAX ? 'too_long' : null
}

/**
 * The address as it is stored: the part before the @ as given, the domain in lower case and as an
 * A-label (münchen.de is xn--mnchen-3ya.de). Undefined when it is not an address.
 */
export function canonicalEmail(text: string): string | undefined {
  if (emailProblem(text) !== null) return undefined
  const at = text.lastIndexOf('@')
  return `${text.slice(0, at)}@${asciiDomain(text.slice(at + 1))}`
}

/** What two spellings of the same address share; the database's lower(email) says the same. */
export function emailKey(text: string): string | undefined {
  return canonicalEmail(text)?.toLowerCase()
}

function asciiDomain(text: string): string | undefined {
  const labels = text.split('.')
  if (labels.length < 2 || !labels.every(isLabel)) return undefined
  const url = `http://${text}`
  if (!URL.canParse(url)) return undefined
  const domain = new URL(url).hostname
  const mapped = domain.split('.')
  return labels.length === mapped.length &&
    mapped.every((to, i) => isMapped(labels[i] ?? '', to)) &&
    TOP_LABEL.test(mapped.at(-1) ?? '')
    ? domain
    : undefined
}

function isLabel(label: string): boolean {
  return ASCII_LABEL.test(label) || (!isAscii(label) && INTERNATIONAL_LABEL.test(label))
}

// A label in other letters must stay apart from every ASCII one: full-width Ｂ.co is not b.co.
function isMapped(from: string, to: string): boolean {
  if (to.length > 63) return false
  return isAscii(from) ? to === from.toLowerCase() : to.startsWith('xn--')
}

function isAscii(text: string): boolean {
  return /^[ -~]*$/.test(text)
}
