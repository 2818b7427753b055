// The least that can be called a chat's life: a row that is inserted, given and ended by three
// transactions of one statement each, with no limit, order, reason or log. Nothing that commits the same
// three times over the same driver can be quicker, so it says which ratios this machine can give at all.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { openDatabase } from '../../server/platform/database.ts'
import { type OthersSlice, rateOf } from './others.ts'
import { type Rate, WARM_SECONDS } from './ours.ts'

export async function runThreeRows(slice: Omit<OthersSlice, 'waiting'>): Promise<Rate> {
  const { db, close } = openDatabase(slice.url, { max: slice.clients, name: 'bench-three' })
  try {
    await sql`create table lives (id uuid primary key, state text not null, operator_id uuid)
      with (fillfactor = 50)`.execute(db)
    let ended = 0
    const until = performance.now() + (WARM_SECONDS + slice.seconds) * 1_000
    const loop = async () => {
      for (; performance.now() < until; ended++) {
        const [id, operatorId] = [randomUUID(), randomUUID()]
        await sql`insert into lives values (${id}, 'waiting', null)`.execute(db)
        await sql`update lives set state = 'active', operator_id = ${operatorId}
          where id = ${id} and state = 'waiting'`.execute(db)
        await sql`update lives set state = 'closed', operator_id = null
          where id = ${id} and state = 'active'`.execute(db)
      }
    }
    const loops = Array.from({ length: slice.clients }, loop)
    const rate = await rateOf(slice.seconds, () => ended)
    await Promise.all(loops)
    return rate
  } finally {
    await close()
  }
}
