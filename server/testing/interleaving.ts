// Two transitions, of which the first is stopped at a chosen point of its inside while the second
// runs: the way to look at every interleaving, one after the other, instead of hoping for it.
//
// The points are compiled into a test's own copy of the functions: before each statement of every
// PL/pgSQL function of the database. What is shipped knows nothing of them.
import { sql } from 'kysely'
import { type Database, type Db, openDatabase } from '../platform/database.ts'

const PAUSE = `
create function routing_pause() returns boolean language plpgsql volatile as $$
declare
  v_stop int := nullif(current_setting('pause.stop', true), '')::int;
  v_passed int := coalesce(nullif(current_setting('pause.passed', true), ''), '0')::int + 1;
begin
  if v_stop is null then return false; end if;
  perform set_config('pause.passed', v_passed::text, false);
  if v_passed = v_stop then perform pg_advisory_xact_lock(99, 1); end if;
  return false;
end
$$;`

/** What a function's statement begins with, where one may begin. */
const STATEMENT = /^(\s*)(update|insert|delete|perform|select|return tell_outcome|v_\w+ :=|with)\b/
const BEFORE = /(;|^\s*begin|\bloop|^\s*(els)?if\b.*\bthen|^\s*else)\s*$/

/** Puts a point before each statement that begins on a line of its own. An `if` leaves FOUND alone. */
function withPoints(definition: string): string {
  let previous = ''
  let isInside = false
  return definition
    .split('\n')
    .map((line) => {
      const isStatement = isInside && STATEMENT.test(line) && BEFORE.test(previous)
      if (/^\s*begin\s*$/.test(line)) isInside = true
      const code = line.replace(/--.*$/, '')
      if (code.trim() !== '') previous = code
      return isStatement ? `if routing_pause() then null; end if; ${line}` : line
    })
    .join('\n')
}

/** Compiles the points into every function of a test's database. */
export async function putPoints(db: Db): Promise<void> {
  const { rows } = await sql<{ definition: string }>`
    select pg_get_functiondef(p.oid) as definition
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_language l on l.oid = p.prolang
     where n.nspname = 'public' and l.lanname = 'plpgsql' and p.prokind = 'f'
       and p.prorettype <> 'trigger'::regtype
       and p.proname not in ('append_audit', 'must_be_read_committed')`.execute(db)
  await sql.raw(PAUSE).execute(db)
  for (const { definition } of rows) await sql.raw(withPoints(definition)).execute(db)
}

export type Step = (db: Db) => Promise<unknown>

export interface Stage {
  /** Runs the first, stopped at its point number `stop`, and the second meanwhile. */
  both(first: Step, second: Step, stop: number): Promise<void>
  /** How many points the step passes. */
  pointsOf(step: Step): Promise<number>
  close(): Promise<void>
}

/** Three connections: one for each of the two, and one that holds the first back. */
export async function openStage(url: string): Promise<Stage> {
  const hands = ['first', 'second', 'stage'].map((name) => openDatabase(url, { max: 1, name }))
  const [first, second, stage] = hands
  if (!first || !second || !stage) throw new Error('three were opened')
  const pids = await Promise.all([first, second].map(({ db }) => pidOf(db)))
  const [firstPid = 0, secondPid = 0] = pids
  return {
    async both(one, other, stop) {
      await sql`select pg_advisory_lock(99, 1)`.execute(stage.db)
      await setStop(first.db, stop)
      const going = settled(one(first.db))
      await going.orOnce(() => isWaiting(stage, firstPid))
      const meanwhile = settled(other(second.db))
      await meanwhile.orOnce(() => isWaiting(stage, secondPid))
      await sql`select pg_advisory_unlock(99, 1)`.execute(stage.db)
      await Promise.all([going.done, meanwhile.done])
    },
    async pointsOf(step) {
      await setStop(first.db, 0)
      await step(first.db)
      const { rows } = await sql<{ passed: string }>`
        select current_setting('pause.passed') as passed`.execute(first.db)
      return Number(rows[0]?.passed)
    },
    async close() {
      for (const hand of hands) await hand.close()
    },
  }
}

async function pidOf(db: Db): Promise<number> {
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db)
  return rows[0]?.pid ?? 0
}

async function setStop(db: Db, stop: number): Promise<void> {
  await sql`select set_config('pause.stop', ${String(stop)}, false), set_config('pause.passed', '0', false)`.execute(
    db,
  )
}

async function isWaiting({ db }: Database, pid: number): Promise<boolean> {
  const { rows } = await sql<{ isWaiting: boolean }>`
    select cardinality(pg_blocking_pids(${pid})) > 0 as is_waiting`.execute(db)
  return rows[0]?.isWaiting ?? false
}

/** Work that has begun: until it is done or something else is so. */
function settled(done: Promise<unknown>) {
  let isDone = false
  const marked = done.finally(() => {
    isDone = true
  })
  // Whoever waits for it is told; until then nobody minds.
  marked.catch(() => undefined)
  return {
    done: marked,
    async orOnce(look: () => Promise<boolean>): Promise<void> {
      while (!isDone && !(await look())) await new Promise(setImmediate)
    },
  }
}
