// Secrets that stand for somebody: in a cookie, in a link. Only their SHA-256 is ever stored.
import { createHash, createHmac, randomBytes } from 'node:crypto'

const TOKEN_BYTES = 32
const KEY_BYTES_MIN = 32

/** A new secret of 256 bits: 43 characters of base64url. */
export function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url')
}

/** What is stored of a token: 32 bytes. A fast hash is enough, for a token cannot be guessed. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

/**
 * The token of a row, made again whenever it is needed: 43 characters of base64url. `purpose` keeps
 * an invitation's token from being anything else's; a new `nonce` makes a new token and kills the
 * old one. Throws when the key has fewer than 32 bytes.
 */
export function deriveToken(key: Buffer, purpose: string, id: string, nonce: Buffer): string {
  if (key.length < KEY_BYTES_MIN) throw new Error('the key must have at least 32 bytes')
  // As JSON, so that no two triples can run together into the same text.
  const text = JSON.stringify([purpose, id, nonce.toString('base64')])
  return createHmac('sha256', key).update(text).digest('base64url')
}
