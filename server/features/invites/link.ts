// The link of an invitation: its token is derived from the key whenever it is needed, and kept nowhere.
import { randomBytes } from 'node:crypto'
import type { Ctx } from '../../platform/context.ts'
import { deriveToken, hashToken } from '../../platform/tokens.ts'
import type { Link } from './queries.ts'
import { expiryFrom } from './rules.ts'

export function newLink(ctx: Ctx, id: string, hours: number): Link {
  const tokenNonce = randomBytes(16)
  const token = deriveToken(ctx.secretKey, 'invitation', id, tokenNonce)
  return { tokenNonce, tokenHash: hashToken(token), expiresAt: expiryFrom(ctx.now(), hours) }
}

/** The token is behind a #, so that it reaches no server's log and no other site. */
export function linkOf(
  { secretKey, publicOrigin }: Ctx,
  { id, tokenNonce }: { id: string; tokenNonce: Buffer },
): string {
  return `${publicOrigin}/invitation#t=${deriveToken(secretKey, 'invitation', id, tokenNonce)}`
}
