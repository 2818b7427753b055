// The server's page of twenty people beside a bare Fastify with pg that answers the same twenty, in
// turns within one run, so that both meet the same machine.
import Fastify from 'fastify'
import { Pool } from 'pg'

export interface DoorsWanted {
  url: string
  cookie: string
  databaseUrl: string
  organisationId: string
  isShort: boolean
}

export async function measureDoors(wanted: DoorsWanted): Promise<object> {
  const { url, cookie } = wanted
  const ours = () => readAll(`${url}/api/people/page?limit=20`, cookie)
  const bare = await openBare(wanted)
  try {
    const theirs = () => readAll(bare.url, '')
    const [rounds, calls] = wanted.isShort ? [4, 10] : [10, 40]
    const times = { ours: [] as number[], theirs: [] as number[] }
    await many(calls, ours)
    await many(calls, theirs)
    for (let round = 0; round < rounds; round++) {
      times.ours.push(await many(calls, ours))
      times.theirs.push(await many(calls, theirs))
    }
    const [page, same] = [median(times.ours), median(times.theirs)]
    const snapshot = await measureSnapshot(wanted)
    return { pageMs: round(page), bareMs: round(same), pageRatio: round(page / same), ...snapshot }
  } finally {
    await bare.close()
  }
}

/** The snapshots of every account, as a page that opens asks for them. */
async function measureSnapshot({ url, cookie }: DoorsWanted): Promise<object> {
  const accounts = JSON.parse(await readAll(`${url}/api/accounts`, cookie)) as { id: string }[]
  const began = performance.now()
  const texts = await Promise.all(
    accounts.map(({ id }) => readAll(`${url}/api/live/people:${id}`, cookie)),
  )
  const bytes = texts.reduce((sum, text) => sum + text.length, 0)
  return { snapshotMs: round(performance.now() - began), snapshotKb: round(bytes / 1024) }
}

const SAME = `select m.id, u.first_name, u.last_name, u.email, u.login, m.status, m.created_at,
    (select count(*) from memberships where organisation_id = $1 and status <> 'archived') as total
  from memberships m join users u on u.id = m.user_id
 where m.organisation_id = $1 and m.status <> 'archived'
 order by lower(u.first_name || ' ' || u.last_name), m.id limit 20`

async function openBare({ databaseUrl, organisationId }: DoorsWanted) {
  const pool = new Pool({ connectionString: databaseUrl, max: 4 })
  const app = Fastify()
  app.get('/people', async () => (await pool.query(SAME, [organisationId])).rows)
  const address = await app.listen({ port: 0, host: '127.0.0.1' })
  return {
    url: `${address}/people`,
    async close() {
      await app.close()
      await pool.end()
    },
  }
}

async function readAll(url: string, cookie: string): Promise<string> {
  const answer = await fetch(url, { headers: { cookie } })
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`)
  return answer.text()
}

/** The median of so many calls, one after the other, in milliseconds. */
async function many(calls: number, call: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let at = 0; at < calls; at++) {
    const began = performance.now()
    await call()
    times.push(performance.now() - began)
  }
  return median(times)
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

export const round = (value: number): number => Number(value.toFixed(2))
