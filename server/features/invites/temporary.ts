// A password that is made for somebody and mailed to them. Like a link's token it is derived from
// the key whenever it is needed, and stands in no table; only its hash does.
import { Type } from 'typebox'
import { Parse } from 'typebox/value'
import {
  generatePassword,
  type PasswordContext,
  PasswordPolicy,
  passwordProblems,
} from '#contract/password.ts'
import { TEMPORARY_HOURS } from '#contract/security.ts'
import type { Language } from '#contract/shapes.ts'
import type { Ctx, Tx } from '../../platform/context.ts'
import { deriveToken } from '../../platform/tokens.ts'
import { enqueueMail } from '../mail-outbox/actions.ts'
import type { MailData } from '../mail-outbox/queries.ts'
import * as offers from './offer-queries.ts'
import { expiryFrom, randomIntFrom } from './rules.ts'

/** What the password follows from, together with the server's key. */
export interface Seed {
  userId: string
  nonce: Buffer
  policy: PasswordPolicy
  /** What is known of the person, and so must not be it. */
  context: PasswordContext
}

/** The same for the same seed, as long as the key is the same. */
export function temporaryPassword(
  { secretKey }: Pick<Ctx, 'secretKey'>,
  { userId, nonce, policy, context }: Seed,
): string {
  let count = 0
  const bytes = () => {
    count += 1
    const id = `${userId} ${count}`
    return Buffer.from(deriveToken(secretKey, 'temporary password', id, nonce), 'base64url')
  }
  const randomInt = randomIntFrom(bytes)
  for (;;) {
    const password = generatePassword(policy, randomInt)
    if (passwordProblems(policy, password, context).length === 0) return password
  }
}

interface Newcomer {
  id: string
  email: string
  firstName: string
  lastName: string
  language: Language
  seed: Seed
}

/** The new user's password is a temporary one, and goes out to them. */
export async function mailPassword(
  tx: Tx,
  { accountName, accountColour, timeZone }: offers.Offer,
  { id, email, firstName, lastName, language, seed }: Newcomer,
): Promise<void> {
  const expiresAt = expiryFrom(tx.now(), TEMPORARY_HOURS)
  await offers.makeTemporary(tx.db, id, expiresAt)
  const data = { accountName, accountColour, timeZone, expiresAt, firstName, ...inMail(seed) }
  await enqueueMail(tx, {
    ...{ template: 'assigned_password', toEmail: email, language, data },
    toName: `${firstName} ${lastName}`,
  })
}

/** The seed as it waits in the outbox: no secret, for without the key it leads nowhere. */
function inMail({ userId, nonce, policy, context }: Seed): MailData {
  const rest = JSON.stringify({ policy, context })
  return { userId, nonce: nonce.toString('base64url'), seed: rest }
}

const Kept = Type.Object({
  policy: PasswordPolicy,
  context: Type.Object({
    email: Type.String(),
    names: Type.Array(Type.String()),
    account: Type.String(),
  }),
})

/** The seed of a mail that waited. Throws when it is none. */
export function seedOf(data: MailData): Seed {
  const { policy, context } = Parse(Kept, JSON.parse(data['seed'] ?? 'null'))
  const nonce = Buffer.from(data['nonce'] ?? '', 'base64url')
  return { userId: data['userId'] ?? '', nonce, policy, context }
}
