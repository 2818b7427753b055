import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../testing/template.ts'
import { type Database, isWorthRetrying, openDatabase, retrying } from './database.ts'

let own: TestDatabase
let database: Database
let other: Database
const broken: Error[] = []

beforeAll(async () => {
  own = await createTestDatabase()
  database = openDatabase(own.url, { max: 4, name: 'victim', broke: (error) => broken.push(error) })
  other = openDatabase(own.url, { max: 1, name: 'killer' })
})
afterAll(async () => {
  await database.close()
  await other.close()
  await own.drop()
})

const KILL = sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'victim'`

test('FM8: a connection that is killed in the middle of a transaction breaks that and nothing else', async () => {
  const broke = database.db.transaction().execute(async (db) => {
    await sql`select 1`.execute(db)
    await KILL.execute(other.db)
    await new Promise((resolve) => setTimeout(resolve, 100))
    return sql`select 2`.execute(db)
  })
  const error = await broke.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(isWorthRetrying(error)).toBe(true)
  expect(broken.length).toBeGreaterThan(0)
  const again = await retrying(() => sql<{ n: number }>`select 3 as n`.execute(database.db))
  expect(again.rows).toEqual([{ n: 3 }])
})

test('a transaction that does nothing is ended by the database, and the process goes on', async () => {
  const broke = database.db.transaction().execute(async (db) => {
    await sql`set local idle_in_transaction_session_timeout = 100`.execute(db)
    await new Promise((resolve) => setTimeout(resolve, 400))
    return sql`select 1`.execute(db)
  })
  await expect(broke).rejects.toThrow()
  await sql`select 1`.execute(database.db)
})

test('what is asked often is planned once, and anew when a migration has changed what it answers', async () => {
  await sql`create table shelf (id int)`.execute(other.db)
  await sql`insert into shelf values (1)`.execute(other.db)
  const ask = () => sql<object>`select * from shelf where id = ${1}`.execute(other.db)
  for (let n = 0; n < 4; n++) expect((await ask()).rows).toEqual([{ id: 1 }])
  const planned = sql<{ statement: string }>`select statement from pg_prepared_statements`
  const { rows } = await planned.execute(other.db)
  expect(rows.filter(({ statement }) => statement.includes('from shelf'))).toHaveLength(1)

  await sql`alter table shelf add column place text`.execute(other.db)
  expect((await retrying(ask)).rows).toEqual([{ id: 1, place: null }])
})
