// Looking at a file: what every row would come to, kept so that it can be looked through and applied.
import { randomUUID } from 'node:crypto'
import {
  IMPORT_KEPT_MINUTES,
  IMPORT_PAGE_MAX,
  type Import,
  type ImportRow,
  type NewImport,
  type RowsQuery,
} from '#contract/imports.ts'
import { UNDO_MINUTES } from '#contract/people.ts'
import type { ActorCtx, Ctx } from '../../platform/context.ts'
import { spend } from '../../platform/quota.ts'
import { found } from '../../platform/refuse.ts'
import { write } from '../../platform/write.ts'
import { mustManageSomeOf } from '../invites/plan-actions.ts'
import { type Judged, judgeAll } from './judge.ts'
import * as kept from './kept-queries.ts'
import { type Asked, readTable, type Table } from './table.ts'
import { loadWorld } from './world.ts'

const PREVIEWS = { most: 120, seconds: 3_600 }
const MINUTE_MS = 60_000

/**
 * What the file would come to; writes nothing but the preview. Refuses with `not_found` or
 * `forbidden` (the account), as `readTable` for the file, and with `too_many`.
 */
export async function previewImport(ctx: ActorCtx, wanted: NewImport): Promise<Import> {
  const { organisationId, actor } = ctx
  mustManageSomeOf(actor, wanted.accountId)
  await spend(ctx.db, `import:preview:${actor.userId}`, PREVIEWS, ctx.now())
  const table = readTable(wanted.csv)
  const judged = await judgeNow(ctx, wanted, table)
  const { accountId, language } = wanted
  const { columns, ignored } = table
  const row = {
    ...{ organisationId, id: randomUUID(), accountId, madeBy: actor.userId, language },
    ...{ madeAt: ctx.now().toISOString(), columns, ignored },
  }
  const asked = new Map(table.rows.map((one): [number, Asked] => [one.line, one]))
  await write(ctx, 'import.preview', (tx) => kept.insert(tx.db, row, judged, asked))
  return findImport(ctx, row.id)
}

/** As one moment of the database. */
async function judgeNow(
  { database, actor, now }: ActorCtx,
  { accountId, language }: NewImport,
  { columns, rows }: Table,
): Promise<Judged[]> {
  const world = await database.db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute((db) => loadWorld({ db, actor, now: now() }, { accountId, language, columns }, rows))
  return judgeAll(world, rows)
}

/** An import that the actor made. Refuses with `not_found`. */
export async function findImport(ctx: ActorCtx, id: string): Promise<Import> {
  const { db, organisationId, actor } = ctx
  const own = found(await kept.findOwn(db, { organisationId, id, userId: actor.userId }))
  const counts = await kept.countRows(db, organisationId, id)
  const { accountId, madeAt, columns, ignored, undone } = own
  const keptUntil = later(madeAt, IMPORT_KEPT_MINUTES)
  return { id, accountId, madeAt, keptUntil, columns, ignored, counts, done: doneOf(own), undone }
}

/** What applying came to, and until when it can be taken back; null while it was not. */
export function doneOf({ done, appliedAt }: Pick<kept.Kept, 'done' | 'appliedAt'>) {
  if (done === null || appliedAt === null) return null
  return { ...done, undoUntil: later(appliedAt, UNDO_MINUTES) }
}

export function later(at: string, minutes: number): string {
  return new Date(Date.parse(at) + minutes * MINUTE_MS).toISOString()
}

/** The rows of a preview. Refuses with `not_found`. */
export async function listRows(
  { db, organisationId, actor }: ActorCtx,
  id: string,
  { kind, offset = '0', limit = String(IMPORT_PAGE_MAX) }: RowsQuery,
): Promise<{ rows: ImportRow[]; total: number }> {
  found(await kept.findOwn(db, { organisationId, id, userId: actor.userId }))
  const counts = await kept.countRows(db, organisationId, id)
  const total =
    kind === undefined ? Object.values(counts).reduce((sum, one) => sum + one, 0) : counts[kind]
  const page = { kind, offset: Number(offset), limit: Number(limit) }
  return { rows: await kept.listShown(db, { organisationId, id }, page), total }
}

/** Forgets previews after an hour, and what was applied when it cannot be taken back any more. */
export function forgetImports({ db }: Pick<Ctx, 'db'>, now: Date): Promise<number> {
  const ago = (minutes: number) => new Date(now.getTime() - minutes * MINUTE_MS).toISOString()
  return kept.forget(db, ago(IMPORT_KEPT_MINUTES), ago(UNDO_MINUTES))
}
