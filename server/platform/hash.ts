// Passwords as argon2id hashes. Every try costs one hash, whether the user exists or not, and only
// a few run at once: a flood of tries must not take the machine from the chats.
import { randomBytes } from 'node:crypto'
import { argon2id, hash, needsRehash, verify } from 'argon2'
import { type GateLimits, makeGate } from './gate.ts'

/** OWASP's smaller memory: 19 MiB, two passes, one lane. Never the library's defaults. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const VERSION = 0x13
const PHC_START = '$argon2id$v=19$m=19456,p=1,t=2$'
const SALT_BYTES = 16
const HASH_BYTES = 32

export interface Hasher {
  /** The PHC string to store. Refuses with `busy` when too many are waiting. */
  hash(password: string): Promise<string>
  /** Whether the password belongs to the hash. No hash (no such user) takes as long and is false. */
  verify(phc: string | undefined, password: string): Promise<boolean>
  /** Whether the hash was made with other parameters than today's. */
  needsRehash(phc: string): boolean
}

/** Makes the one hasher of the process. */
export function makeHasher(limits: GateLimits): Hasher {
  const gate = makeGate(limits)
  const nobody = hashOfNobody()
  return {
    hash: (password) =>
      gate(() =>
        hash(spelledOneWay(password), {
          ...PARAMETERS,
          type: argon2id,
          hashLength: HASH_BYTES,
          salt: randomBytes(SALT_BYTES),
        }),
      ),
    verify: async (phc, password) => {
      const isRight = await gate(() => verify(phc ?? nobody, spelledOneWay(password)))
      return isRight && phc !== undefined
    },
    needsRehash: (phc) =>
      !phc.startsWith('$argon2id$') || needsRehash(phc, { ...PARAMETERS, version: VERSION }),
  }
}

/** A well-formed hash that no password has: 256 random bits, with today's parameters. */
function hashOfNobody(): string {
  const text = (bytes: number) => randomBytes(bytes).toString('base64').replace(/=+$/, '')
  return `${PHC_START}${text(SALT_BYTES)}$${text(HASH_BYTES)}`
}

// One keyboard writes é as one character, another as two; it is the same password.
function spelledOneWay(password: string): string {
  return password.normalize('NFC')
}
