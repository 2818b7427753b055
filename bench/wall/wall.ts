// The Wall with thousands of operators whose statuses change all the time, in a real Chromium.
import { availableParallelism, loadavg } from 'node:os'
import { sql } from 'kysely'
import { presence } from '#contract/presence.ts'
import { caller } from '../../server/client/http.ts'
import type { Db } from '../../server/platform/database.ts'
import { seatCrowd } from '../../server/testing/crowd.ts'
import { inOwnHouse } from '../house.ts'
import { measureScreen, type ScreenWanted } from './screen.ts'

const OPERATORS = 10_000
const CHANGES_A_SECOND = 20
const say = (line: string) => void process.stdout.write(`${line}\n`)

export function run(isShort: boolean, flags: readonly string[]): Promise<object> {
  const at = flags.indexOf('--operators')
  const operators = at === -1 ? OPERATORS : Number(flags[at + 1])
  return inOwnHouse(async ({ url, cookie, db, databaseUrl, organisationId }) => {
    await seatCrowd(databaseUrl, organisationId, operators)
    await beginShift(db, organisationId)
    say(`${operators} operators are there`)
    const changes = keepChanging(db, organisationId)
    try {
      const supervisor = caller(() => url, { cookie })
      const change: ScreenWanted['change'] = (id, availability) =>
        supervisor.call(presence.setOf, { params: { id }, body: { availability } })
      const screen = await measureScreen({ url, cookie, isShort, change })
      const [load] = loadavg()
      return { operators, cores: availableParallelism(), load, ...screen }
    } finally {
      say(`${await changes.stop()} changes were told`)
    }
  })
}

/** Three of four are there, in all kinds of statuses; half of the queues' members have joined. */
async function beginShift(db: Db, organisationId: string): Promise<void> {
  await sql`with counted as (
      select user_id, row_number() over (order by user_id) as n from operators
       where organisation_id = ${organisationId} and suspended_at is null)
    update operators o
       set is_present = n % 4 <> 0, availability = case n % 4
             when 0 then 'offline' when 1 then 'available' when 2 then 'busy' else 'away'
           end::availability
      from counted c
     where o.organisation_id = ${organisationId} and o.user_id = c.user_id`.execute(db)
  await sql`update queue_members set opted_in = true, joined_at = now()
     where organisation_id = ${organisationId} and not is_suspended and ('x' || left(user_id::text, 1))::bit(4)::int % 2 = 0
    `.execute(db)
  await sql`vacuum analyze`.execute(db)
}

/** Somebody's status changes so many times a second until `stop`, which says how often it did. */
function keepChanging(db: Db, organisationId: string): { stop(): Promise<number> } {
  let count = 0
  let isOver = false
  const work = async () => {
    const { rows } = await sql<{ userId: string }>`select user_id from operators
       where organisation_id = ${organisationId} and is_present order by random()`.execute(db)
    while (!isOver) {
      const userId = rows[count % rows.length]?.userId ?? ''
      const wanted = count % 2 === 0 ? 'available' : 'busy'
      await sql`select set_availability(${organisationId}, ${userId}, ${wanted}, null, null)`.execute(
        db,
      )
      count += 1
      await new Promise((resolve) => setTimeout(resolve, 1000 / CHANGES_A_SECOND))
    }
  }
  const done = work()
  return {
    async stop() {
      isOver = true
      await done
      return count
    },
  }
}
