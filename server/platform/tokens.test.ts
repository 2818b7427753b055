import { createHash, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { deriveToken, hashToken, newToken } from './tokens.ts'

const key = randomBytes(32)
const nonce = randomBytes(16)
const id = '0199d2a0-0000-7000-8000-000000000001'

test('a new token is 256 bits, and never the same twice', () => {
  const tokens = Array.from({ length: 1000 }, newToken)
  for (const token of tokens) expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/)
  expect(new Set(tokens).size).toBe(1000)
  expect(Buffer.from(newToken(), 'base64url')).toHaveLength(32)
})

test('what is stored of a token is its SHA-256', () => {
  const token = newToken()
  expect(hashToken(token)).toEqual(createHash('sha256').update(token, 'utf8').digest())
  expect(hashToken(token)).toHaveLength(32)
  expect(hashToken('abc').toString('hex')).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  )
})

test('a derived token is made again from the same row, key and nonce', () => {
  const token = deriveToken(key, 'invitation', id, nonce)
  expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/)
  expect(deriveToken(Buffer.from(key), 'invitation', id, Buffer.from(nonce))).toBe(token)
})

test('another key, purpose, row or nonce makes another token', () => {
  const bytes = fc.uint8Array({ minLength: 0, maxLength: 20 }).map((one) => Buffer.from(one))
  const parts = fc.tuple(fc.string(), fc.string(), bytes)
  fc.assert(
    fc.property(parts, parts, ([purpose, one, n], [otherPurpose, other, otherN]) => {
      const isSame = purpose === otherPurpose && one === other && n.equals(otherN)
      const tokens = [
        deriveToken(key, purpose, one, n),
        deriveToken(key, otherPurpose, other, otherN),
      ]
      expect(tokens[0] === tokens[1]).toBe(isSame)
    }),
  )
  const token = deriveToken(key, 'invitation', id, nonce)
  expect(deriveToken(randomBytes(32), 'invitation', id, nonce)).not.toBe(token)
  expect(deriveToken(key, 'invitation', id, randomBytes(16))).not.toBe(token)
  expect(deriveToken(key, 'a', 'bc', nonce)).not.toBe(deriveToken(key, 'ab', 'c', nonce))
})

test('a short key is refused', () => {
  expect(() => deriveToken(randomBytes(31), 'invitation', id, nonce)).toThrow(/32 bytes/)
})
