// What the checker asks and keeps. It has one connection of its own, so that a floor whose
// connections are all busy is looked at all the same, and so that it takes none from the floor.
import { readFile } from 'node:fs/promises'
import { sql, type Transaction } from 'kysely'
import type { Law } from '#contract/proof.ts'
import { type Database, type Db, openDatabase } from '../../platform/database.ts'
import type { DB } from '../../platform/schema.ts'
import type { Broken, Found, Kept, ToldLoad } from './rules.ts'
import { brokenOf } from './rules.ts'

/** Lines of one log that are read at one look; what is more comes at the next. */
const MOST_LINES = 5_000

export function openEye(
  databaseUrl: string,
  nodeName: string,
  broke: (error: Error) => void,
): Database {
  return openDatabase(databaseUrl, { max: 1, name: `${nodeName} proof`, broke })
}

/** Takes or keeps the lease; undefined while another server holds it. */
export async function takeLease(
  db: Db,
  node: string,
  leaseMs: number,
): Promise<{ everyMs: number } | undefined> {
  const until = sql`clock_timestamp() + ${leaseMs} * interval '1 millisecond'`
  const { rows } = await sql<{ everyMs: number }>`
    with taken as (
      update proof set checker = ${node}, lease_until = ${until}
       where checker = ${node} or lease_until <= clock_timestamp()
      returning every_ms),
    made as (
      insert into proof (checker, lease_until)
      select ${node}, ${until} where not exists (select from proof)
      on conflict do nothing returning every_ms)
    select every_ms from taken union all select every_ms from made`.execute(db)
  return rows[0]
}

/** Another server may check from now on. */
export async function giveLeaseBack(db: Db, node: string): Promise<void> {
  await sql`update proof set lease_until = '-infinity' where checker = ${node}`.execute(db)
}

/** An organisation's place in the proof, and how far its log has grown. */
export interface Stretch {
  organisationId: string
  /** Seen for the first time: its log counts from here. */
  isNew: boolean
  /** Its log has been looked at up to and with this line. */
  to: number
  /** Lines that are not there. */
  missing: number
  /** The laws that were told to be broken last. */
  told: Law[]
}

export interface Look {
  found: Found[]
  stretches: Stretch[]
  loads: ToldLoad[]
}

let laws: string | undefined

/** Looks at everything once, read only. Gives up after `patienceMs`. */
export async function look({ db }: Database, patienceMs: number): Promise<Look> {
  laws ??= await readFile(new URL('live-laws.sql', import.meta.url), 'utf8')
  const question = laws
  return db
    .transaction()
    .setAccessMode('read only')
    .execute(async (at) => {
      await sql`select set_config('statement_timeout', ${String(patienceMs)}, true),
        set_config('jit', 'off', true)`.execute(at)
      const { rows: found } = await sql.raw<Found>(question).execute(at)
      return { found, stretches: await stretchesOf(at), loads: await loadsTold(at) }
    })
}

/** As far as the log is read at this look, from where it was read to. */
const READ = sql`
  from proof_places p
 cross join lateral (
   select e.* from event_log e
    where e.organisation_id = p.organisation_id and e.seq > p.seq and e.seq <= p.seq + ${sql.lit(MOST_LINES)}) e`

async function stretchesOf(at: Transaction<DB>): Promise<Stretch[]> {
  // What was cleared away from the beginning of a log is no gap.
  const { rows } = await sql<Stretch>`
    select p.organisation_id, false as is_new, coalesce(r.last, p.seq) as to,
           coalesce(array(select jsonb_array_elements_text(p.turn -> 'broken')), '{}') as told,
           case when r.last is null then 0
                when p.seq = 0 or exists (
                  select from event_log where organisation_id = p.organisation_id and seq <= p.seq)
                then r.last - p.seq - r.lines
                else r.last - r.first + 1 - r.lines end::int as missing
      from proof_places p
      left join (select p.organisation_id, min(e.seq) as first, max(e.seq) as last, count(*) as lines
                   ${READ} group by 1) r using (organisation_id)
    union all
    select a.id, true, coalesce((select max(seq) from event_log where organisation_id = a.id), 0), '{}', 0
      from accounts a
     where a.kind = 'organisation'
       and not exists (select from proof_places where organisation_id = a.id)`.execute(at)
  return rows
}

async function loadsTold(at: Transaction<DB>): Promise<ToldLoad[]> {
  const { rows } = await sql<ToldLoad>`
    select e.organisation_id, e.entity_id as user_id, k.kind,
           -- Units count from when they are limited: before, there is nothing to be raised.
           case when e.row -> k.kind ->> 'limit' is not null then (e.row -> k.kind ->> 'used')::int end as used, (e.row -> k.kind ->> 'limit')::int as limit,
           e.because ->> 'rule' is not distinct from 'forced' as is_forced,
           case when e.because ->> 'rule' = 'handed_above' and k.kind <> 'units'
                then (e.because ->> 'allowance')::int else 0 end as allowance
      ${READ} cross join (values ('live'), ('deferred'), ('units')) k (kind)
     where e.kind = 'operator'
     order by e.organisation_id, e.seq`.execute(at)
  return rows
}

export interface Finding {
  node: string
  everyMs: number
  broken: Broken
  stretches: readonly Stretch[]
}

/** Keeps what a look has found; false when the lease had gone meanwhile, and nothing was kept. */
export function keep(db: Database['db'], it: Finding): Promise<boolean> {
  const times = [...it.broken].flatMap(([id, laws]) =>
    [...laws].map(([law, broken]) => ({ organisation_id: id, law, broken })),
  )
  const places = it.stretches.map(({ organisationId, to, isNew }) => ({
    organisation_id: organisationId,
    seq: to,
    is_new: isNew,
  }))
  return db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ checks: number }>`
      update proof set checks = checks + 1, since = coalesce(since, now()),
             broken_checks = broken_checks + ${it.broken.size > 0 ? 1 : 0},
             checked_at = now(), every_ms = ${it.everyMs}
       where checker = ${it.node} and lease_until > clock_timestamp()
      returning checks`.execute(tx)
    const checks = rows[0]?.checks
    if (checks === undefined) return false
    await keepPlaces(tx, JSON.stringify(places), JSON.stringify(times), checks)
    await keepLaws(tx, JSON.stringify(times))
    return true
  })
}

async function keepPlaces(tx: Db, places: string, times: string, checks: number): Promise<void> {
  await sql`
    insert into proof_places (organisation_id, checks_before, since, seq)
    select n.organisation_id, ${checks - 1}, now(), n.seq
      from jsonb_to_recordset(${places}::jsonb) n (organisation_id uuid, seq bigint, is_new boolean)
      join accounts a on a.organisation_id = n.organisation_id and a.id = n.organisation_id
     where n.is_new
       -- One that is being removed at this moment is not waited for.
       for key share of a skip locked
    on conflict do nothing`.execute(tx)
  await sql`
    update proof_places p
       set seq = n.seq, broken_checks = p.broken_checks + case when b.organisation_id is null then 0 else 1 end
      from jsonb_to_recordset(${places}::jsonb) n (organisation_id uuid, seq bigint, is_new boolean)
      left join (
        select distinct organisation_id from jsonb_to_recordset(${times}::jsonb) t (organisation_id uuid)
      ) b using (organisation_id)
     where p.organisation_id = n.organisation_id and (p.seq <> n.seq or b.organisation_id is not null)`.execute(
    tx,
  )
}

async function keepLaws(tx: Db, times: string): Promise<void> {
  await sql`
    insert into proof_laws as l (organisation_id, law, broken, last_broken_at)
    select t.organisation_id, t.law, t.broken, now()
      from jsonb_to_recordset(${times}::jsonb) t (organisation_id uuid, law text, broken int)
      join proof_places p using (organisation_id)
    on conflict (organisation_id, law)
    do update set broken = excluded.broken, last_broken_at = excluded.last_broken_at`.execute(tx)
  await sql`
    update proof_laws l set broken = 0
     where l.broken > 0 and not exists (
       select from jsonb_to_recordset(${times}::jsonb) t (organisation_id uuid, law text)
        where t.organisation_id = l.organisation_id and t.law = l.law)`.execute(tx)
}

/** Tells everybody who may see the organisation's floor which laws are broken now. */
export function tellTurn(
  db: Database['db'],
  organisationId: string,
  laws: ReadonlyMap<Law, number> | undefined,
): Promise<void> {
  return db.transaction().execute(async (tx) => {
    const row = { id: organisationId, broken: brokenOf(laws), at: new Date().toISOString() }
    const { rows } = await sql<{ scopes: string[] }>`
      update proof_places set turn = ${JSON.stringify(row)}::jsonb
       where organisation_id = ${organisationId}
      returning array(
        select 'floor:' || id from (
          select id from accounts where organisation_id = ${organisationId}
          union all select id from departments where organisation_id = ${organisationId}
          union all select id from supervisor_groups where organisation_id = ${organisationId}) at
      ) as scopes`.execute(tx)
    const scopes = rows[0]?.scopes
    if (scopes === undefined) return
    const event = { kind: 'proof', id: organisationId, scopes, row }
    await sql`select append_events(${organisationId}, null, ${JSON.stringify([event])}::jsonb)`.execute(
      tx,
    )
  })
}

/** What was told last, for a page that begins; none before a law was first broken. */
export async function listTurns(db: Db, organisationId: string) {
  const { rows } = await sql<{ turn: { id: string } }>`
    select turn from proof_places
     where organisation_id = ${organisationId} and turn is not null`.execute(db)
  return rows.map(({ turn }) => turn)
}

const AGE = sql`extract(epoch from clock_timestamp() - s.checked_at) * 1000`

/** What is kept of an organisation, and before its first check that there is nothing. */
export async function findKept(db: Db, organisationId: string): Promise<Kept> {
  const { rows } = await sql<Kept>`
    select greatest(s.checks - p.checks_before, 0) as checks, p.broken_checks, p.since, s.checked_at,
           s.every_ms, ${AGE}::float8 as age_ms,
           (select coalesce(jsonb_agg(jsonb_build_object('law', law, 'broken', broken,
                     'lastBrokenAt', instant(last_broken_at))), '[]')
              from proof_laws where organisation_id = p.organisation_id) as laws
      from proof s join proof_places p on p.organisation_id = ${organisationId}`.execute(db)
  return rows[0] ?? NOTHING
}

/** What is kept of all organisations together. */
export async function findAllKept(db: Db): Promise<Kept> {
  const { rows } = await sql<Kept>`
    select s.checks, s.broken_checks, s.since, s.checked_at, s.every_ms, ${AGE}::float8 as age_ms,
           (select coalesce(jsonb_agg(jsonb_build_object('law', law, 'broken', broken,
                     'lastBrokenAt', instant(last_broken_at))), '[]')
              from (select law, sum(broken)::int as broken, max(last_broken_at) as last_broken_at
                      from proof_laws group by law) l) as laws
      from proof s`.execute(db)
  return rows[0] ?? NOTHING
}

const NOTHING: Kept = {
  checks: 0,
  brokenChecks: 0,
  since: null,
  checkedAt: null,
  everyMs: 1_000,
  ageMs: null,
  laws: [],
}
