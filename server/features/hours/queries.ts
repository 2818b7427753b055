// Opening hours of an organisation, the queues and sites that have them, and their turns.
import { sql } from 'kysely'
import type { Use } from '#contract/changes.ts'
import type { Hours, HoursChanges, NewHours, Opening } from '#contract/hours.ts'
import { scope } from '#contract/scopes.ts'
import type { Db } from '../../platform/database.ts'
import { countOf, useOf } from '../../platform/in-use.ts'
import { type Outcome, transition } from '../presence/queries.ts'

/** Opening hours, and who sees them: their account and all below it. */
export interface SeenHours {
  hours: Hours
  scopes: string[]
}

/** The opening hours that the accounts given may have: their own, and those of accounts above; by name. */
export async function list(
  db: Db,
  organisationId: string,
  accountIds: readonly string[],
): Promise<Hours[]> {
  if (accountIds.length === 0) return []
  const { rows } = await sql<{ row: Hours }>`
    select row from hours_rows
     where organisation_id = ${organisationId} and scopes && ${accountIds.map(scope.setup)}::text[]
     order by row ->> 'name', id`.execute(db)
  return rows.map(({ row }) => row)
}

/** All of the organisation, and who sees each. */
export async function listSeen(db: Db, organisationId: string): Promise<SeenHours[]> {
  const { rows } = await sql<SeenHours>`
    select row as hours, scopes from hours_rows
     where organisation_id = ${organisationId} order by id`.execute(db)
  return rows
}

/** Those made at the account itself. */
export async function listOwn(
  db: Db,
  organisationId: string,
  accountId: string,
): Promise<{ id: string; name: string }[]> {
  return db
    .selectFrom('hours')
    .select(['id', 'name'])
    .where('organisationId', '=', organisationId)
    .where('accountId', '=', accountId)
    .execute()
}

/** An operator's shift; undefined for whoever has none. */
export async function findShift(
  db: Db,
  organisationId: string,
  userId: string,
): Promise<Hours | undefined> {
  const { rows } = await sql<{ row: Hours }>`
    select h.row from operators o
      join hours_rows h on h.organisation_id = o.organisation_id and h.id = o.shift_id
     where o.organisation_id = ${organisationId} and o.user_id = ${userId}`.execute(db)
  return rows[0]?.row
}

export async function find(
  db: Db,
  organisationId: string,
  id: string,
): Promise<SeenHours | undefined> {
  const { rows } = await sql<{ hours: Hours; scopes: string[] }>`
    select row as hours, scopes from hours_rows
     where organisation_id = ${organisationId} and id = ${id}`.execute(db)
  return rows[0]
}

/** The same, and nobody else changes it until the transaction ends. */
export async function lock(
  db: Db,
  organisationId: string,
  id: string,
): Promise<SeenHours | undefined> {
  await db
    .selectFrom('hours')
    .select('id')
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
    .forNoKeyUpdate()
    .execute()
  return find(db, organisationId, id)
}

/** Its id. */
export async function insert(db: Db, organisationId: string, wanted: NewHours): Promise<string> {
  const { accountId, name, timeZone, week, exceptions } = wanted
  const { rows } = await sql<{ id: string }>`
    insert into hours (organisation_id, account_id, name, time_zone, week, exceptions)
    values (${organisationId}, ${accountId}, ${name}, ${timeZone},
            ${JSON.stringify(week)}::jsonb, ${JSON.stringify(exceptions)}::jsonb)
    returning id`.execute(db)
  return rows[0]?.id ?? ''
}

export async function update(
  db: Db,
  organisationId: string,
  id: string,
  { name, timeZone, week, exceptions }: HoursChanges['set'],
): Promise<void> {
  await sql`
    update hours
       set name = coalesce(${name ?? null}, name),
           time_zone = coalesce(${timeZone ?? null}, time_zone),
           week = coalesce(${week ? JSON.stringify(week) : null}::jsonb, week),
           exceptions = coalesce(${exceptions ? JSON.stringify(exceptions) : null}::jsonb, exceptions),
           version = version + 1
     where organisation_id = ${organisationId} and id = ${id}`.execute(db)
}

export async function remove(db: Db, organisationId: string, id: string): Promise<void> {
  await db
    .deleteFrom('hours')
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
    .execute()
}

/** What has these opening hours, and whose shift they are. */
export async function listUses(db: Db, organisationId: string, id: string): Promise<Use[]> {
  const { rows } = await sql<{ people: number; queues: string[]; sites: string[] }>`
    select (select count(*)::int from operators
             where organisation_id = ${organisationId} and shift_id = ${id}) as people,
           array(select name from queues
                  where organisation_id = ${organisationId} and hours_id = ${id} order by name) as queues,
           array(select name from sites
                  where organisation_id = ${organisationId} and hours_id = ${id} order by name) as sites`.execute(
    db,
  )
  const { people = 0, queues = [], sites = [] } = rows[0] ?? {}
  return [useOf('queues', queues), useOf('sites', sites), countOf('people', people)]
}

/** Whether the account may have the opening hours: they are its own, or of an account above. */
export async function mayHave(
  db: Db,
  organisationId: string,
  accountId: string,
  id: string,
): Promise<boolean> {
  const { rows } = await sql`
    select from hours
     where organisation_id = ${organisationId} and id = ${id}
       and account_id = any (account_path(${organisationId}, ${accountId}))`.execute(db)
  return rows.length > 0
}

/** Whether a queue is open, and who sees that. */
export interface SeenOpening {
  opening: Opening
  scopes: string[]
}

/** Of the queues that have the opening hours. */
export async function listOpeningsBy(
  db: Db,
  organisationId: string,
  hoursId: string,
): Promise<SeenOpening[]> {
  const { rows } = await sql<SeenOpening>`
    select row as opening, scopes from opening_rows
     where organisation_id = ${organisationId} and hours_id = ${hoursId} order by queue_id`.execute(
    db,
  )
  return rows
}

/** Undefined for a queue without opening hours. */
export async function findOpening(
  db: Db,
  organisationId: string,
  queueId: string,
): Promise<SeenOpening | undefined> {
  const { rows } = await sql<SeenOpening>`
    select row as opening, scopes from opening_rows
     where organisation_id = ${organisationId} and queue_id = ${queueId}`.execute(db)
  return rows[0]
}

/** Of the queues of the accounts given that have opening hours. */
export async function listOpenings(
  db: Db,
  organisationId: string,
  accountIds: readonly string[],
): Promise<Opening[]> {
  const { rows } = await sql<{ row: Opening }>`
    select row from opening_rows
     where organisation_id = ${organisationId} and account_id = any (${[...accountIds]}::uuid[])
     order by queue_id`.execute(db)
  return rows.map(({ row }) => row)
}

/** How a site's door looks to whoever comes to it now. */
export interface Door {
  isOpen: boolean
  opensAt: string | null
  /** Null while it is open. */
  offers: 'message' | 'wait' | null
  /** When to look again. */
  changesAt: string | null
}

export async function findDoor(db: Db, organisationId: string, siteId: string): Promise<Door> {
  const { rows } = await sql<Door>`
    select o_is_open as is_open, instant(o_opens_at) as opens_at, o_offers as offers,
           instant(o_changes_at) as changes_at
      from site_door(${organisationId}, ${siteId}, routing_now())`.execute(db)
  return rows[0] ?? { isOpen: true, opensAt: null, offers: null, changesAt: null }
}

/** Calendars that open or close; one organisation a call, until it answers `nothing`. */
export function turnHours(db: Db): Promise<Outcome<'turned' | 'nothing'>> {
  return transition(db, sql<Outcome<'turned' | 'nothing'>>`select * from turn_hours()`)
}

/** Chats at doors that have opened or closed; one organisation a call, until it answers `nothing`. */
export function tendDoors(db: Db): Promise<Outcome<'tended' | 'nothing'>> {
  return transition(db, sql<Outcome<'tended' | 'nothing'>>`select * from tend_doors()`)
}
