import { hash as argon2 } from 'argon2'
import { describe, expect, test } from 'vitest'
import { makeHasher } from './hash.ts'
import { Refusal } from './refuse.ts'

const hasher = makeHasher({ running: 2, queued: 16, waitMs: 5000 })
const password = 'fietsen langs de Rotte'

const median = (times: number[]) =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0

async function millisecondsOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

test('a hash is argon2id with 19 MiB, two passes, one lane, 16 bytes of salt and 32 of hash', async () => {
  const phc = await hasher.hash(password)
  const [, type, version, parameters = '', salt = '', digest = ''] = phc.split('$')
  expect([type, version]).toEqual(['argon2id', 'v=19'])
  expect(parameters.split(',').toSorted()).toEqual(['m=19456', 'p=1', 't=2'])
  expect(Buffer.from(salt, 'base64')).toHaveLength(16)
  expect(Buffer.from(digest, 'base64')).toHaveLength(32)
  expect(await hasher.hash(password)).not.toBe(phc)
})

test('only the exact password is right', async () => {
  const phc = await hasher.hash(password)
  expect(await hasher.verify(phc, password)).toBe(true)
  for (const other of [`${password} `, password.toUpperCase(), password.slice(1), '', phc]) {
    expect(await hasher.verify(phc, other)).toBe(false)
  }
})

test('the last of 128 characters counts', async () => {
  const phc = await hasher.hash(`${'x'.repeat(127)}a`)
  expect(await hasher.verify(phc, `${'x'.repeat(127)}a`)).toBe(true)
  expect(await hasher.verify(phc, `${'x'.repeat(127)}b`)).toBe(false)
})

test('a password in the form of a hash is text, and brings no parameters', async () => {
  const huge = '$argon2id$v=19$m=4194304,t=100,p=1$c2FsdHNhbHRzYWx0$aGFzaA'
  const phc = await hasher.hash(huge)
  expect(await hasher.verify(phc, huge)).toBe(true)
  expect(hasher.needsRehash(phc)).toBe(false)
})

test('an é is an é, however the keyboard writes it', async () => {
  const phc = await hasher.hash('caf\u00e9-caf\u00e9-caf\u00e9')
  expect(await hasher.verify(phc, 'cafe\u0301-cafe\u0301-cafe\u0301')).toBe(true)
})

describe('somebody unknown', () => {
  test('has no password that is right', async () => {
    for (const guess of ['', password, 'undefined']) {
      expect(await hasher.verify(undefined, guess)).toBe(false)
    }
  })

  test('costs a hash like anybody else', async () => {
    const phc = await hasher.hash(password)
    const known: number[] = []
    const unknown: number[] = []
    for (let i = 0; i < 15; i += 1) {
      known.push(await millisecondsOf(() => hasher.verify(phc, 'wrong')))
      unknown.push(await millisecondsOf(() => hasher.verify(undefined, 'wrong')))
    }
    const ratio = median(unknown) / median(known)
    expect(ratio).toBeGreaterThan(0.5)
    expect(ratio).toBeLessThan(2)
  })
})

test('a hash with other parameters is to be made anew', async () => {
  const current = { type: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const
  expect(hasher.needsRehash(await hasher.hash(password))).toBe(false)
  for (const change of [
    { memoryCost: 8192 },
    { timeCost: 3 },
    { parallelism: 2 },
    { type: 1 as const },
  ]) {
    expect(hasher.needsRehash(await argon2(password, { ...current, ...change }))).toBe(true)
  }
})

test('a flood is refused with busy, and who is let in gets a right answer', async () => {
  const narrow = makeHasher({ running: 2, queued: 16, waitMs: 2000 })
  const phc = await narrow.hash(password)
  const tries = Array.from({ length: 100 }, (_, i) =>
    narrow.verify(phc, i % 2 ? 'wrong' : password),
  )
  const answers = await Promise.allSettled(tries)
  const refused = answers.filter((one) => one.status === 'rejected')
  expect(refused.length).toBeGreaterThanOrEqual(82)
  for (const { reason } of refused) {
    expect(reason).toBeInstanceOf(Refusal)
    expect(reason).toMatchObject({ code: 'busy', status: 503, details: { retryAfter: 2 } })
  }
  for (const [i, one] of answers.entries()) {
    if (one.status === 'fulfilled') expect(one.value).toBe(i % 2 === 0)
  }
})
