// What a site's key and its allowed origins look like.

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789'
const LENGTH = 20
/** The most bytes below which every letter of the alphabet is equally likely. */
const FAIR = 256 - (256 % ALPHABET.length)

/** A key of 20 letters and digits, from random bytes; undefined when they do not suffice. */
export function keyFrom(random: Uint8Array): string | undefined {
  const fair = [...random].filter((byte) => byte < FAIR).slice(0, LENGTH)
  if (fair.length < LENGTH) return undefined
  return fair.map((byte) => ALPHABET[byte % ALPHABET.length]).join('')
}

/**
 * The origins in the one form in which browsers send them, each once; undefined when one of them
 * is no web origin. `https://Example.org/` is `https://example.org`; a path is not an origin.
 */
export function soundOrigins(given: readonly string[]): string[] | undefined {
  const origins = given.map(originOf)
  const sound = origins.filter((origin) => origin !== undefined)
  return sound.length === origins.length ? [...new Set(sound)] : undefined
}

function originOf(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:'
  const isHost = /^(?:[a-z0-9.-]+|\[[0-9a-f:]+\])$/.test(url.hostname)
  return isWeb && isHost && url.href === `${url.origin}/` ? url.origin : undefined
}
