// Whether this process lives (no question asked of anything) and whether it may be given work.
import type { FastifyInstance } from 'fastify'
import { sql } from 'kysely'
import type { Db } from './database.ts'

/** The database's answer is kept so long, so that a probe storm costs nothing. */
const KEPT_MS = 1_000
const PATIENCE_MS = 500

export function serveHealth(app: FastifyInstance, db: Db, isDraining: () => boolean): void {
  let asked: { at: number; answer: Promise<boolean> } | undefined
  const isReachable = () => {
    if (asked === undefined || performance.now() - asked.at > KEPT_MS)
      asked = { at: performance.now(), answer: ask(db) }
    return asked.answer
  }
  app.get('/livez', async () => ({ status: 'alive' }))
  app.get('/readyz', async (_request, reply) => {
    const database = await isReachable()
    const isReady = database && !isDraining()
    return reply
      .code(isReady ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status: isReady ? 'ready' : 'not ready', database, draining: isDraining() })
  })
}

async function ask(db: Db): Promise<boolean> {
  const late = new Promise<boolean>((resolve) => setTimeout(resolve, PATIENCE_MS, false).unref())
  const answered = sql`select 1`.execute(db).then(
    () => true,
    () => false,
  )
  return Promise.race([answered, late])
}
