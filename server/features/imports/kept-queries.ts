// Previews as they are kept, and what became of them.
import { sql } from 'kysely'
import type { ImportColumn } from '#contract/import-columns.ts'
import type { Import, ImportRow, ImportUndone, RowKind } from '#contract/imports.ts'
import type { Language } from '#contract/shapes.ts'
import type { Db } from '../../platform/database.ts'
import type { Judged, Work } from './judge.ts'
import type { Asked } from './table.ts'

export interface Kept {
  id: string
  accountId: string
  madeAt: string
  language: Language
  columns: ImportColumn[]
  ignored: string[]
  appliedAt: string | null
  done: { added: number; changed: number } | null
  undone: ImportUndone | null
}

const KEPT = [
  'id',
  'accountId',
  'madeAt',
  sql<Language>`language`.as('language'),
  sql<ImportColumn[]>`columns`.as('columns'),
  'ignored',
  'appliedAt',
  sql<Kept['done']>`done`.as('done'),
  sql<Kept['undone']>`undone`.as('undone'),
] as const

/** An import that the user made; `isLocked`: nobody else applies it or takes it back meanwhile. */
export function findOwn(
  db: Db,
  { organisationId, id, userId }: { organisationId: string; id: string; userId: string },
  isLocked = false,
): Promise<Kept | undefined> {
  return db
    .selectFrom('imports')
    .select(KEPT)
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
    .where('madeBy', '=', userId)
    .$if(isLocked, (query) => query.forUpdate())
    .executeTakeFirst()
}

export interface NewKept {
  organisationId: string
  id: string
  accountId: string
  madeBy: string
  madeAt: string
  language: Language
  columns: readonly ImportColumn[]
  ignored: readonly string[]
}

/** Takes the place of what the same user looked at before and did not apply. */
export async function insert(
  db: Db,
  kept: NewKept,
  judged: readonly Judged[],
  asked: ReadonlyMap<number, Asked>,
): Promise<void> {
  const { organisationId, madeBy, columns, ignored } = kept
  await db
    .deleteFrom('imports')
    .where('organisationId', '=', organisationId)
    .where('madeBy', '=', madeBy)
    .where('appliedAt', 'is', null)
    .execute()
  await db
    .insertInto('imports')
    .values({ ...kept, columns: [...columns], ignored: [...ignored] })
    .execute()
  const rows = judged.map(({ row, work }) => ({
    ...{ line: row.line, kind: row.kind, shown: row, work },
    asked: work === null ? {} : (asked.get(row.line) ?? {}),
  }))
  await sql`
    insert into import_rows (organisation_id, import_id, line, kind, shown, asked, work)
    select ${organisationId}, ${kept.id}, w.line, w.kind, w.shown, w.asked, nullif(w.work, 'null')
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
             as w (line int, kind text, shown jsonb, asked jsonb, work jsonb)`.execute(db)
}

/** What the rows have come to now. */
export async function putRows(
  db: Db,
  at: { organisationId: string; id: string },
  judged: readonly Judged[],
): Promise<void> {
  const rows = judged.map(({ row }) => ({ line: row.line, kind: row.kind, shown: row }))
  await sql`
    update import_rows r set kind = w.kind, shown = w.shown, work = null
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as w (line int, kind text, shown jsonb)
     where r.organisation_id = ${at.organisationId} and r.import_id = ${at.id} and r.line = w.line`.execute(
    db,
  )
}

export async function countRows(
  db: Db,
  organisationId: string,
  importId: string,
): Promise<Import['counts']> {
  const rows = await db
    .selectFrom('importRows')
    .select((eb) => [sql<RowKind>`kind`.as('kind'), eb.fn.countAll<number>().as('rows')])
    .where('organisationId', '=', organisationId)
    .where('importId', '=', importId)
    .groupBy('kind')
    .execute()
  const counts = { add: 0, change: 0, same: 0, conflict: 0, error: 0 }
  for (const { kind, rows: count } of rows) counts[kind] = count
  return counts
}

export async function listShown(
  db: Db,
  at: { organisationId: string; id: string },
  { kind, offset, limit }: { kind: RowKind | undefined; offset: number; limit: number },
): Promise<ImportRow[]> {
  const rows = await db
    .selectFrom('importRows')
    .select(sql<ImportRow>`shown`.as('shown'))
    .where('organisationId', '=', at.organisationId)
    .where('importId', '=', at.id)
    .$if(kind !== undefined, (query) => query.where('kind', '=', kind ?? ''))
    .orderBy('line')
    .offset(offset)
    .limit(limit)
    .execute()
  return rows.map(({ shown }) => shown)
}

export interface ToDo {
  asked: Asked
  work: Work
}

/** The rows that applying does something for. */
export async function listToDo(db: Db, organisationId: string, importId: string): Promise<ToDo[]> {
  return db
    .selectFrom('importRows')
    .select([sql<Asked>`asked`.as('asked'), sql<Work>`work`.as('work')])
    .where('organisationId', '=', organisationId)
    .where('importId', '=', importId)
    .where('kind', 'in', ['add', 'change'])
    .orderBy('line')
    .execute()
}

export async function markDone(
  db: Db,
  at: { organisationId: string; id: string },
  appliedAt: string,
  done: { added: number; changed: number },
): Promise<void> {
  await db
    .updateTable('imports')
    .set({ appliedAt, done: JSON.stringify(done) })
    .where('organisationId', '=', at.organisationId)
    .where('id', '=', at.id)
    .execute()
}

export async function markUndone(
  db: Db,
  at: { organisationId: string; id: string },
  undone: ImportUndone,
): Promise<void> {
  await db
    .updateTable('imports')
    .set({ undone: JSON.stringify(undone) })
    .where('organisationId', '=', at.organisationId)
    .where('id', '=', at.id)
    .execute()
}

/** Forgets what can be neither applied nor taken back; answers how many. */
export async function forget(db: Db, madeBefore: string, appliedBefore: string): Promise<number> {
  const rows = await db
    .deleteFrom('imports')
    .where((eb) =>
      eb.or([
        eb.and([eb('appliedAt', 'is', null), eb('madeAt', '<', madeBefore)]),
        eb('appliedAt', '<', appliedBefore),
      ]),
    )
    .returning('id')
    .execute()
  return rows.length
}

/** Ten thousand rows take longer than any other change may. */
export async function takeTime(db: Db): Promise<void> {
  await sql`set local statement_timeout = '60s'`.execute(db)
  await sql`set local idle_in_transaction_session_timeout = '30s'`.execute(db)
}

export interface AuditOfOne {
  subject: string
  subjectId: string
  /** Of the account that the subject is of. */
  accountId: string
  before?: unknown
  after?: unknown
}

interface AuditOf {
  organisationId: string
  actorId: string | null
  action: string
  ip: string
  requestId: string
}

/** Several lines of the audit. Takes the log's lock: nothing but telling comes after it. */
export async function appendAudits(
  db: Db,
  { organisationId, actorId, action, ip, requestId }: AuditOf,
  lines: readonly AuditOfOne[],
): Promise<void> {
  if (lines.length === 0) return
  await sql`
    select append_audits(${organisationId}, ${actorId}, ${action}, ${JSON.stringify(lines)}::jsonb,
                         ${ip}, ${requestId})`.execute(db)
}
