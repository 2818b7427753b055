// The one door for change: a transaction; the audit line and the event log written last; the other
// servers woken after commit. What is told is therefore always committed.
import { sql } from 'kysely'
import type { ActingCtx, AuditLine, Tx } from './context.ts'
import { type Db, retrying } from './database.ts'

interface Told {
  kind: string
  id: string
  scopes: readonly string[]
  left: readonly string[]
  row: unknown
}

/**
 * Runs a change as one transaction and returns what the work returns. `action` is the audit's name
 * for it, such as 'invite.create'. The work may run more than once: when the database asks for it.
 */
export async function write<T>(
  ctx: ActingCtx,
  action: string,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  const result = await retrying(() =>
    ctx.database.db.transaction().execute(async (db) => {
      const told: Told[] = []
      const notes: AuditLine[] = []
      const value = await work(transactionOf(ctx, db, told, notes))
      await keepAudit(ctx, db, action, notes)
      if (told.length > 0) await append(ctx, db, told)
      return value
    }),
  )
  ctx.bus.wake(ctx.organisationId)
  return result
}

function transactionOf(ctx: ActingCtx, db: Db, told: Told[], notes: AuditLine[]): Tx {
  return {
    ...ctx,
    db,
    tell: (kind, row, scopes, before = []) =>
      told.push({
        kind,
        id: row.id,
        scopes,
        left: before.filter((one) => !scopes.includes(one)),
        row,
      }),
    untell: (kind, id, scopes) => told.push({ kind, id, scopes: [], left: scopes, row: null }),
    signal: (kind, id) =>
      told.push({ kind: `signal.${kind}`, id, scopes: [], left: [], row: null }),
    note: (line) => notes.push(line),
  }
}

async function append(ctx: ActingCtx, db: Db, told: readonly Told[]): Promise<void> {
  const { organisationId, actorId } = ctx
  await sql`select append_events(${organisationId}, ${actorId}, ${JSON.stringify(told)}::jsonb)`.execute(
    db,
  )
}

async function keepAudit(
  ctx: ActingCtx,
  db: Db,
  action: string,
  notes: readonly AuditLine[],
): Promise<void> {
  for (const note of notes) {
    await sql`select append_audit(
      ${ctx.organisationId}, ${ctx.actorId}, ${action}, ${note.subject}, ${note.subjectId},
      ${json(note.before)}::jsonb, ${json(note.after)}::jsonb, ${ctx.browser.ip}, ${ctx.requestId}
    )`.execute(db)
  }
}

function json(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value)
}
