// Telling what a person has become, wherever they are seen.
import { scope } from '#contract/scopes.ts'
import { type ActingCtx, actingIn, type Tx } from '../../platform/context.ts'
import { write } from '../../platform/write.ts'
import * as users from '../users/queries.ts'
import * as people from './queries.ts'

/** Through which scopes each of the user's memberships is seen, by its id. */
export type Seen = ReadonlyMap<string, readonly string[]>

/** Asked before a change that may move a person out of a department or a group. */
export async function whereSeen(
  tx: Pick<Tx, 'db' | 'organisationId'>,
  userId: string,
): Promise<Seen> {
  const rows = await users.personRowsOf(tx.db, tx.organisationId, userId)
  return new Map(rows.map(({ person, scopes }) => [person.id, scopes]))
}

/**
 * Tells how a user looks now in each of their accounts: their line, their open record, and as an
 * operator. `before`: where they were seen until now; what they have left no longer sees them.
 */
export async function tellPerson(tx: Tx, userId: string, before: Seen = new Map()): Promise<void> {
  const { db, organisationId } = tx
  for (const { person, scopes } of await users.personRowsOf(db, organisationId, userId))
    tx.tell('person', person, scopes, before.get(person.id))
  for (const record of await people.listRecordsOf(db, organisationId, userId))
    tx.tell('record', record, [scope.record(record.id)])
  const found = await users.findOperator(db, organisationId, userId)
  if (found) tx.tell('operator', found.operator, found.scopes)
}

/** A user is one in every organisation; each has a log of its own and is told in it. */
export async function tellElsewhere(ctx: ActingCtx, userId: string): Promise<void> {
  for (const id of await users.organisationIdsOf(ctx.db, userId)) {
    if (id === ctx.organisationId) continue
    await write(actingIn(ctx, id, userId), 'user.tell', (tx) => tellPerson(tx, userId))
  }
}
