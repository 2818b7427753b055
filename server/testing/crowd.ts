// Thousands of people in one organisation, made by SQL alone: for measuring, and for comparing what
// is listed in one go with what is told one by one.
import { readFile } from 'node:fs/promises'
import { Client } from 'pg'

const CROWD = new URL('./crowd.sql', import.meta.url)
const PLACES = ['Benelux', 'Nordics', 'Iberia']
const TOWNS = ['North', 'South', 'East']
const DEPARTMENTS = ['Sales', 'Service', 'Billing', 'Technical', 'Returns', 'Care', 'Web']
const QUEUES = ['Sales', 'Service', 'Billing', 'Technical', 'Returns', 'Care', 'Web', 'Night']
const SKILLS = ['English', 'Dutch', 'Spanish', 'Swedish', 'Warranty', 'Invoices']

/** Gives an organisation a tree, departments, queues, skills, and so many people in all of them. */
export async function seatCrowd(
  databaseUrl: string,
  organisationId: string,
  people: number,
): Promise<void> {
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await furnish(client, organisationId)
    await client.query(await readFile(CROWD, 'utf8'), [organisationId, people])
    await client.query('analyze')
  } finally {
    await client.end()
  }
}

async function furnish(client: Client, organisationId: string): Promise<void> {
  await client.query(
    `with places as (
       insert into accounts (organisation_id, parent_id, kind, name)
       select $1::uuid, $1::uuid, 'group', unnest($2::text[]) returning id)
     insert into accounts (organisation_id, parent_id, kind, name)
     select $1::uuid, id, 'location', town from places, unnest($3::text[]) as town`,
    [organisationId, PLACES, TOWNS],
  )
  for (const [table, names] of [
    ['departments', DEPARTMENTS],
    ['queues', QUEUES],
    ['skills', SKILLS],
  ] as const)
    await client.query(
      `insert into ${table} (organisation_id, account_id, name)
       select a.organisation_id, a.id, wanted || ' ' || a.name from accounts a, unnest($2::text[]) as wanted
        where a.organisation_id = $1 and a.kind <> 'location'`,
      [organisationId, names],
    )
}
