// Links to a new e-mail, and back to the one before: made, opened, used.
import { randomBytes, randomUUID } from 'node:crypto'
import { CONFIRM_HOURS, REVERT_HOURS } from '#contract/contact.ts'
import type { Ctx, Tx } from '../../platform/context.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import { deriveToken, hashToken } from '../../platform/tokens.ts'
import * as emails from './email-queries.ts'

const HOURS = { confirm: CONFIRM_HOURS, revert: REVERT_HOURS }

/** Makes a link; answers its id. Its token is made when the mail goes out, and kept nowhere. */
export async function makeLink(
  tx: Tx,
  { userId, purpose, email }: Pick<emails.NewLink, 'userId' | 'purpose' | 'email'>,
): Promise<string> {
  const id = randomUUID()
  const tokenNonce = randomBytes(16)
  const now = tx.now()
  await emails.insertLink(tx.db, {
    ...{ id, organisationId: tx.organisationId, userId, purpose, email, tokenNonce },
    tokenHash: hashToken(tokenOf(tx, { id, purpose, tokenNonce })),
    requestedBy: tx.actorId,
    createdAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + HOURS[purpose] * 3_600_000).toISOString(),
  })
  return id
}

/** The secret of a link. */
export function tokenOf(
  { secretKey }: Ctx,
  { id, purpose, tokenNonce }: Pick<emails.Link, 'id' | 'purpose' | 'tokenNonce'>,
): string {
  return deriveToken(secretKey, `email_${purpose}`, id, tokenNonce)
}

/** Whether the link still does what it says. */
export function isOpen({ usedAt, expiresAt }: emails.Link, now: Date): boolean {
  return usedAt === null && Date.parse(expiresAt) > now.getTime()
}

/** The link of a token. Refuses with `not_found`, `link_used` or `link_expired`. */
export async function openLink(
  ctx: Ctx,
  token: string,
  purpose?: emails.Link['purpose'],
): Promise<emails.Link> {
  const link = found(await emails.findByToken(ctx.db, hashToken(token)))
  if (purpose !== undefined && link.purpose !== purpose) throw new Refusal('not_found')
  if (link.usedAt !== null) throw new Refusal('link_used')
  if (!isOpen(link, ctx.now())) throw new Refusal('link_expired')
  return link
}
