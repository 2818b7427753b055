// The runs of the simulator: who asks for one, which server has it, and what is kept and told of it.
import { sql } from 'kysely'
import { scope } from '#contract/scopes.ts'
import type { NewFault, NewSimulation, Simulation, SimulationEnd } from '#contract/simulator.ts'
import type { Database, Db } from '../../platform/database.ts'

/** How long a server's word for a run holds without being renewed. */
const LEASE_SECONDS = 15
/** One that no server has taken yet. */
const UNTAKEN_SECONDS = 60
/** Runs that are kept to compare with, and those that a page shows. */
const KEPT = 10
const SHOWN = 5

/** What is kept of a run; who started it is looked up. */
export type Standing = Omit<Simulation, 'by'>

const SHOWN_RUN = sql<Simulation>`s.standing || jsonb_build_object('by', coalesce(full_name(s.started_by), ''))`

/** The last runs, the newest first. */
export async function listRuns(db: Db, organisationId: string): Promise<Simulation[]> {
  const { rows } = await sql<{ run: Simulation }>`
    select ${SHOWN_RUN} as run from simulations s
     where s.organisation_id = ${organisationId}
     order by s.started_at desc limit ${SHOWN}`.execute(db)
  return rows.map(({ run }) => run)
}

/** How many runs are under way, and how many servers there are to run them. */
export async function countUnderWay(db: Db): Promise<{ runs: number; servers: number }> {
  const { rows } = await sql<{ runs: number; servers: number }>`
    select (select count(*)::int from simulations where state <> 'ended') as runs,
           (select count(*)::int from nodes
             where lease_until > clock_timestamp() and name not like 'sandbox %') as servers`.execute(
    db,
  )
  return rows[0] ?? { runs: 0, servers: 0 }
}

export interface NewRun {
  organisationId: string
  id: string
  sandboxId: string
  settings: NewSimulation
  standing: Standing
  startedBy: string
}

/** Breaks `simulations_one_at_a_time` while another is under way. */
export async function insertRun(db: Db, it: NewRun): Promise<void> {
  await sql`
    insert into simulations (organisation_id, id, sandbox_id, settings, standing, started_by, ends_at, lease_until)
    values (${it.organisationId}, ${it.id}, ${it.sandboxId}, ${JSON.stringify(it.settings)}::jsonb,
            ${JSON.stringify(it.standing)}::jsonb, ${it.startedBy}, ${it.standing.endsAt}::timestamptz,
            clock_timestamp() + ${UNTAKEN_SECONDS} * interval '1 second')`.execute(db)
  await sql`
    delete from simulations s
     where s.organisation_id = ${it.organisationId} and s.state = 'ended' and s.sandbox_id is null
       and s.id not in (select id from simulations where organisation_id = ${it.organisationId}
                         order by started_at desc limit ${KEPT})`.execute(db)
}

/** The run's server looks at this once a second. False: it is over, or there is none. */
export async function askToStop(db: Db, organisationId: string, id: string): Promise<boolean> {
  const { rows } = await sql`
    update simulations set is_to_stop = true
     where organisation_id = ${organisationId} and id = ${id} and state <> 'ended' returning id`.execute(
    db,
  )
  return rows.length > 0
}

/** False: the run is over, or has been asked for more than it can do. */
export async function askForFault(
  db: Db,
  organisationId: string,
  id: string,
  fault: NewFault,
): Promise<boolean> {
  const { rows } = await sql`
    update simulations set faults = faults || ${JSON.stringify([fault])}::jsonb
     where organisation_id = ${organisationId} and id = ${id} and state <> 'ended'
       and not is_to_stop and jsonb_array_length(faults) < 20 returning id`.execute(db)
  return rows.length > 0
}

export async function exists(db: Db, organisationId: string, id: string): Promise<boolean> {
  const { rows } = await sql`
    select from simulations where organisation_id = ${organisationId} and id = ${id}`.execute(db)
  return rows.length > 0
}

/** A run that a server has taken. */
export interface Claim {
  organisationId: string
  id: string
  sandboxId: string
  settings: NewSimulation
  standing: Standing
}

/** Takes the run that has waited longest, if one waits. */
export async function claim(db: Db, nodeId: string): Promise<Claim | undefined> {
  const { rows } = await sql<Claim>`
    update simulations s
       set node_id = ${nodeId}, lease_until = clock_timestamp() + ${LEASE_SECONDS} * interval '1 second'
     where (s.organisation_id, s.id) in (
       select organisation_id, id from simulations
        where state = 'starting' and node_id is null and lease_until > clock_timestamp()
        order by started_at limit 1 for update skip locked)
    returning s.organisation_id, s.id, s.sandbox_id, s.settings, s.standing`.execute(db)
  return rows[0]
}

/** What has been asked of a run since its server looked last. */
export interface Asked {
  isToStop: boolean
  faults: NewFault[]
}

/** Keeps what a run's server has seen, tells it, and answers what was asked; undefined when the run
 * is another's or over. */
export function keep(
  { db }: Database,
  node: string,
  { organisationId, id }: Claim,
  standing: Standing,
): Promise<Asked | undefined> {
  return db.transaction().execute(async (tx) => {
    const { rows } = await sql<Asked & { run: Simulation }>`
      update simulations s
         set standing = ${JSON.stringify(standing)}::jsonb, state = ${standing.state}, ended = ${standing.ended},
             ended_at = ${standing.endedAt}::timestamptz, faults = '[]',
             lease_until = clock_timestamp() + ${LEASE_SECONDS} * interval '1 second'
       where organisation_id = ${organisationId} and id = ${id} and state <> 'ended' and node_id = ${node}
      returning old.faults as faults, s.is_to_stop, ${SHOWN_RUN} as run`.execute(tx)
    const [kept] = rows
    if (kept === undefined) return undefined
    await tell(tx, organisationId, kept.run)
    return kept
  })
}

async function tell(tx: Db, organisationId: string, row: Simulation): Promise<void> {
  const event = { kind: 'simulation', id: row.id, scopes: [scope.simulator(organisationId)], row }
  await sql`select append_events(${organisationId}, null, ${JSON.stringify([event])}::jsonb)`.execute(
    tx,
  )
}

/** A sandbox that is gone is nobody's any more. */
export async function forgetSandbox(db: Db, sandboxId: string): Promise<void> {
  await sql`
    update simulations set sandbox_id = null
     where sandbox_id = ${sandboxId} and not exists (select from accounts where organisation_id = ${sandboxId})`.execute(
    db,
  )
}

/** Ends the runs whose server has gone away, and tells it; answers whose they were. */
export function endCutOff({ db }: Database, ended: SimulationEnd = 'cut_off'): Promise<string[]> {
  return db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ organisationId: string; run: Simulation }>`
      update simulations s
         set state = 'ended', ended = ${ended}, ended_at = clock_timestamp(),
             standing = s.standing || jsonb_build_object('state', 'ended', 'ended', ${ended}::text,
               'endedAt', instant(clock_timestamp()))
       where (s.organisation_id, s.id) in (
         select organisation_id, id from simulations
          where state <> 'ended' and lease_until <= clock_timestamp() limit 1 for update skip locked)
      returning s.organisation_id, ${SHOWN_RUN} as run`.execute(tx)
    for (const { organisationId, run } of rows) await tell(tx, organisationId, run)
    return rows.map(({ organisationId }) => organisationId)
  })
}

/** Sandboxes that nobody needs: of runs that are over and whose server is not at it, and whatever is a
 * day old. */
export async function listLeftOver(db: Db): Promise<string[]> {
  const { rows } = await sql<{ sandboxId: string }>`
    select a.organisation_id as sandbox_id from accounts a
      left join simulations s on s.sandbox_id = a.organisation_id
     where a.is_sandbox
       and (s.id is null or s.lease_until <= clock_timestamp() or a.created_at < clock_timestamp() - interval '1 day')
    union
    select s.sandbox_id from simulations s
     where s.sandbox_id is not null and s.state = 'ended' and s.lease_until <= clock_timestamp()
       and not exists (select from accounts a where a.organisation_id = s.sandbox_id)`.execute(db)
  return rows.map(({ sandboxId }) => sandboxId)
}
