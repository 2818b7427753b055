// How help desks commonly do it, written anew from a description of their shape: count what each agent
// has, pick one below the limit, then assign, with nothing that would stop a second one from doing the
// same meanwhile.
import { Pool } from 'pg'

const TABLES = `
  create table agents (id int primary key, last_at timestamptz not null default '-infinity');
  create table talks (
    id int generated always as identity primary key, agent_id int, is_open boolean not null default true
  );
  create index talks_of_agent on talks (agent_id) where is_open;
  create index talks_waiting on talks (id) where is_open and agent_id is null;
  insert into agents select generate_series(1, 20);`

const PICK = `
  select a.id from agents a
   where (select count(*) from talks t where t.agent_id = a.id and t.is_open) < $1
   order by a.last_at, a.id limit 1`
const ASSIGN = `
  with given as (update talks set agent_id = $2 where id = $1 returning 1)
  update agents set last_at = clock_timestamp() where id = $2`

export interface Broken {
  /** How many chats were above somebody's limit at the worst moment that was seen. */
  over: number
  /** The most that one of them had. */
  largest: number
}

/** So many clients bring talks and end others for a while; somebody looks on all the time. */
export async function countThenAssign(
  url: string,
  it: { clients: number; seconds: number; limit: number },
): Promise<Broken> {
  const pool = new Pool({ connectionString: url, max: it.clients + 1 })
  try {
    await pool.query(TABLES)
    const until = performance.now() + it.seconds * 1_000
    const worst: Broken = { over: 0, largest: 0 }
    const look = async () => {
      while (performance.now() < until) await seeWorst(pool, it.limit, worst)
    }
    const work = async () => {
      while (performance.now() < until) await serve(pool, it.limit)
    }
    await Promise.all([look(), ...Array.from({ length: it.clients }, work)])
    return worst
  } finally {
    await pool.end()
  }
}

async function serve(pool: Pool, limit: number): Promise<void> {
  const { rows: come } = await pool.query<{ id: number }>(
    'insert into talks default values returning id',
  )
  await assign(pool, limit, come[0]?.id)
  const { rows: ended } = await pool.query(
    `update talks set is_open = false where id =
       (select id from talks where is_open and agent_id = 1 + floor(random() * 20)::int limit 1) returning 1`,
  )
  if (ended.length === 0) return
  const { rows: waiting } = await pool.query<{ id: number }>(
    'select id from talks where is_open and agent_id is null order by id limit 1',
  )
  await assign(pool, limit, waiting[0]?.id)
}

async function assign(pool: Pool, limit: number, id: number | undefined): Promise<void> {
  if (id === undefined) return
  const { rows } = await pool.query<{ id: number }>(PICK, [limit])
  const [agent] = rows
  if (agent !== undefined) await pool.query(ASSIGN, [id, agent.id])
}

async function seeWorst(pool: Pool, limit: number, worst: Broken): Promise<void> {
  const { rows } = await pool.query<{ over: number; largest: number }>(
    `select coalesce(sum(greatest(held - $1::int, 0)), 0)::int as over, coalesce(max(held), 0)::int as largest
       from (select count(*)::int as held from talks where is_open and agent_id is not null group by agent_id) h`,
    [limit],
  )
  worst.over = Math.max(worst.over, rows[0]?.over ?? 0)
  worst.largest = Math.max(worst.largest, rows[0]?.largest ?? 0)
  await new Promise((resolve) => setTimeout(resolve, 10))
}
