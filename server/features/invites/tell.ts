// Telling how invitations are now, to everybody who sees them.
import type { Invitation } from '#contract/invitations.ts'
import type { Tx } from '../../platform/context.ts'
import { found } from '../../platform/refuse.ts'
import * as invites from './queries.ts'

/** Tells the invitations as they are now. `before`: through which scopes each was seen until now. */
export async function tellInvitations(
  tx: Tx,
  ids: readonly string[],
  before: ReadonlyMap<string, readonly string[]> = new Map(),
): Promise<Invitation[]> {
  const rows = await invites.listTold(tx.db, tx.organisationId, ids)
  for (const { invitation, scopes } of rows)
    tx.tell('invitation', invitation, scopes, before.get(invitation.id))
  return rows.map(({ invitation }) => invitation)
}

/** The invitation, told and noted in the audit. */
export async function noteAndTell(
  tx: Tx,
  id: string,
  seen?: { scopes: readonly string[]; before: unknown },
): Promise<Invitation> {
  const [row] = await tellInvitations(tx, [id], new Map(seen && [[id, seen.scopes]]))
  const after = found(row)
  tx.note({ subject: 'invitation', subjectId: id, before: seen?.before, after })
  return after
}

/** The invitation, and through which scopes it is seen. */
export async function findTold(tx: Tx, id: string) {
  return found((await invites.listTold(tx.db, tx.organisationId, [id]))[0])
}
