// The tests' databases, gone again.

import { Client, escapeIdentifier } from 'pg'

/** Also when somebody is still connected to it. */
export async function dropDatabase(adminUrl: string, name: string): Promise<void> {
  await run(adminUrl, `drop database if exists ${escapeIdentifier(name)} with (force)`)
}

/** The template, and the copies of it that no test dropped. */
export async function dropAll(adminUrl: string, template: string): Promise<void> {
  const named = 'select datname from pg_database where starts_with(datname, $1)'
  for (const { datname } of await run(adminUrl, named, [template])) {
    await dropDatabase(adminUrl, datname)
  }
}

/** One statement on a connection of its own. */
export async function run(
  url: string,
  sql: string,
  values: string[] = [],
): Promise<{ datname: string }[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<{ datname: string }>(sql, values)).rows
  } finally {
    await client.end()
  }
}
