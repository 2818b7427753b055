// The pool of connections, and trying again what the database asks us to try again.
import { CamelCasePlugin, Kysely, PostgresDialect, sql, type Transaction } from 'kysely'
import pg from 'pg'
import { Refusal } from './refuse.ts'
import type { DB } from './schema.ts'

export type Db = Kysely<DB> | Transaction<DB>

const { builtins, setTypeParser } = pg.types
// Instants and counts travel as contract says: ISO strings and numbers, never Date or bigint.
setTypeParser(builtins.TIMESTAMPTZ, (text) => new Date(text).toISOString())
setTypeParser(builtins.INT8, Number)

export interface DatabaseOptions {
  /** Most connections of this pool. */
  max?: number
  /** Shown in pg_stat_activity. */
  name?: string
  /** Called when an idle connection breaks; the pool replaces it by itself. */
  broke?: (error: Error) => void
}

export interface Database {
  db: Kysely<DB>
  pool: pg.Pool
  close(): Promise<void>
}

/** Opens a pool. A connection is waited for 2 s at most, a statement may take 5 s. */
export function openDatabase(url: string, options: DatabaseOptions = {}): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 10,
    application_name: options.name ?? 'switchboard',
    connectionTimeoutMillis: 5_000,
    statement_timeout: 5_000,
    lock_timeout: 2_000,
    idle_in_transaction_session_timeout: 5_000,
    keepAlive: true,
  })
  let isClosing = false
  const broke = (error: Error) => {
    if (!isClosing) options.broke?.(error)
  }
  // Without listeners a connection that the server ends would end this process: one that lies idle
  // tells the pool, one that is in use itself.
  pool.on('error', broke)
  pool.on('connect', (client) => {
    client.on('error', broke)
    prepareOften(client)
  })
  const db = new Kysely<DB>({
    dialect: new PostgresDialect({ pool }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  })
  return {
    db,
    pool,
    close() {
      isClosing = true
      return db.destroy()
    },
  }
}

/** Asked so often, a statement is planned once for a connection instead of at every call. */
const OFTEN = 3
/** Names are kept for so many statements: far more than are asked often. */
const MOST_NAMES = 1_000

/** How often each statement was asked; its name once that was often enough. */
const asked = new Map<string, number>()
const names = new Map<string, string>()
let named = 0

function nameOf(text: string): string | undefined {
  const name = names.get(text)
  if (name !== undefined) return name
  const times = (asked.get(text) ?? 0) + 1
  if (times < OFTEN) {
    // Texts that are never asked again (lists of every length) must not be remembered for ever.
    if (asked.size >= MOST_NAMES) asked.clear()
    asked.set(text, times)
    return undefined
  }
  if (names.size >= MOST_NAMES) return undefined
  asked.delete(text)
  names.set(text, `often-${++named}`)
  return names.get(text)
}

/**
 * Statements with values are prepared by themselves. Those without ask about everything there is: they
 * are planned by what there is at the time, and may be several in one.
 */
function prepareOften(client: pg.ClientBase): void {
  const ask = client.query.bind(client) as (...given: unknown[]) => unknown
  const query = (text: unknown, values: unknown, ...rest: unknown[]) => {
    const name = typeof text === 'string' && hasSome(values) ? nameOf(text) : undefined
    if (name === undefined) return ask(text, values, ...rest)
    const asking = ask({ name, text, values }, ...rest)
    if (asking instanceof Promise) asking.catch((error) => forgetOutdated(error, String(text)))
    return asking
  }
  client.query = query as typeof client.query
}

function hasSome(values: unknown): boolean {
  return Array.isArray(values) && values.length > 0
}

/** A migration has changed what a statement answers: it is planned anew, under another name. */
function forgetOutdated(error: unknown, text: string): void {
  if (isOutdatedPlan(error)) names.delete(text)
}

function isOutdatedPlan(error: unknown): boolean {
  return codeOf(error) === '0A000' && /cached plan/.test(String(error))
}

/** What names this life of the database: another one after a restore, when positions mean nothing. */
export async function epochOf(db: Db): Promise<string> {
  const { rows } = await sql<{ epoch: string }>`
    select c.system_identifier || '/' || p.timeline_id as epoch
      from pg_control_system() c, pg_control_checkpoint() p`.execute(db)
  return rows[0]?.epoch ?? ''
}

const AGAIN = new Set(['40001', '40P01', '55P03', '57P01', '57P02', '57P03'])
const GONE = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT'])

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/** Whether the same transaction, run again, may well succeed. */
export function isWorthRetrying(error: unknown): boolean {
  const code = codeOf(error)
  if (AGAIN.has(code) || GONE.has(code) || code.startsWith('08')) return true
  if (isOutdatedPlan(error)) return true
  return (
    error instanceof Error &&
    /Connection terminated|not queryable|timeout exceeded when trying/.test(error.message)
  )
}

/** The name of the constraint that a statement broke, if it broke one. */
export function brokenConstraint(error: unknown): string | undefined {
  return error instanceof Error && 'constraint' in error ? String(error.constraint) : undefined
}

/**
 * Runs work again when the database asks for it, up to four times with growing random pauses; then
 * refuses with `busy`. The work must be idempotent: a connection may break after its commit.
 */
export async function retrying<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!isWorthRetrying(error)) throw error
      if (attempt === 4) throw new Refusal('busy', { retryAfter: 1 })
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 30 * 2 ** attempt))
    }
  }
}
