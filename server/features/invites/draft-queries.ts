// Invitations that were never sent.
import type { Db } from '../../platform/database.ts'
import type { Invitee } from './queries.ts'
import type { Plan } from './rules.ts'

export interface DraftRow extends Invitee {
  accountId: string
  hours: number | null
  plan: Plan
  draft: { emails: string[]; step: number }
}

export async function insert(
  db: Db,
  at: { organisationId: string; id: string; inviterId: string; createdAt: string },
  row: DraftRow,
): Promise<void> {
  await db
    .insertInto('invitations')
    .values({ ...at, ...inJson(row), state: 'draft' })
    .execute()
}

/** False when it is no draft any more, or was changed since the version that was seen. */
export async function update(
  db: Db,
  { organisationId, id, version }: { organisationId: string; id: string; version: number },
  row: DraftRow,
): Promise<boolean> {
  const changed = await db
    .updateTable('invitations')
    .set((eb) => ({ ...inJson(row), version: eb('version', '+', 1) }))
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
    .where('state', '=', 'draft')
    .where('version', '=', version)
    .returning('id')
    .executeTakeFirst()
  return changed !== undefined
}

export async function remove(db: Db, organisationId: string, id: string): Promise<void> {
  await db
    .deleteFrom('invitations')
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
    .where('state', '=', 'draft')
    .execute()
}

function inJson({ plan, draft, ...row }: DraftRow) {
  return { ...row, plan: JSON.stringify(plan), draft: JSON.stringify(draft) }
}
