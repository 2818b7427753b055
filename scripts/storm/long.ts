// The storm's long form: chats come all the time, operators answer and end them, and one thing after
// another goes wrong. At the end everything that was asked has ended, and no law was ever broken.
import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import { brokenLaws } from '../../server/features/routing/laws.ts'
import type { Database, Db } from '../../server/platform/database.ts'
import { keepAsking } from './asking.ts'
import { trouble } from './faults.ts'
import type { StormFloor } from './floor.ts'
import type { StormOptions } from './options.ts'
import type { Scene } from './scene.ts'
import { openChats, patiently, tellOpen, transitionsOf } from './tables.ts'
import type { Tally } from './tally.ts'

/** Everything that was asked must have ended so long after the last of it. */
const DRAIN_MS = 90_000
const LOOK_MS = 300
const TOLD_EVERY_MS = 15_000
const DRAIN_TOLD_EVERY_MS = 5_000
/** It ends after so many times the minutes asked for, however few transitions there were. */
const LONGEST = 4
/** So many of the chats that are stuck are told of. */
const TOLD_MOST = 20

export async function rageOn(
  options: StormOptions,
  { db }: Database,
  floor: StormFloor,
  scene: Omit<Scene, 'ended'>,
  tally: Tally,
  ended: AbortSignal,
): Promise<boolean> {
  const started = performance.now()
  const transitions = transitionsOf(db, floor.organisationId)
  const over = AbortSignal.any([ended, enough(db, transitions, options, scene.say)])
  const faults = trouble({ ...scene, ended: over }, options.faults, options.gapSeconds * 1_000)
  const place = { db, floor, options, tally, servers: scene.servers, ended }
  const visitors = await keepAsking(place, over)
  const done = await faults
  scene.say(`${visitors.asked.length} chats were asked`)
  const stuck = await drain(db, scene.say)
  await visitors.sendAway()
  return judge(db, floor, {
    transitions: await transitions(),
    asked: visitors.asked.map(({ chatId }) => chatId),
    faults: done,
    did: tally,
    stuck,
    seconds: Math.round((performance.now() - started) / 1_000),
  })
}

/** When the minutes are over and there were transitions enough. Says on the way how far it is. */
function enough(
  db: Db,
  transitions: () => Promise<number>,
  wanted: StormOptions,
  say: Scene['say'],
): AbortSignal {
  const done = new AbortController()
  const began = performance.now()
  void (async () => {
    for (;;) {
      await pause(Math.min(TOLD_EVERY_MS, wanted.minutes * 60_000))
      const gone = (performance.now() - began) / 60_000
      const seen = await transitions()
      const open = await openChats(db)
      say(`after ${Math.round(gone * 60)} s: ${seen} transitions, ${open} chats are open`)
      if (gone >= wanted.minutes * LONGEST) break
      if (gone >= wanted.minutes && seen >= wanted.transitions) break
    }
  })()
    .catch((error: unknown) => say(`the database does not answer: ${String(error)}`))
    .finally(() => done.abort())
  return done.signal
}

/** How many chats have not ended when there was time enough for all of them; says which. */
async function drain(db: Db, say: Scene['say']): Promise<number> {
  const began = performance.now()
  const tell = (open: number) =>
    say(`${Math.round((performance.now() - began) / 1_000)} s later: ${open} chats are open`)
  let next = began + DRAIN_TOLD_EVERY_MS
  let open = await openChats(db)
  while (open > 0 && performance.now() < began + DRAIN_MS) {
    await pause(LOOK_MS)
    open = await openChats(db)
    if (performance.now() < next) continue
    tell(open)
    next += DRAIN_TOLD_EVERY_MS
  }
  tell(open)
  for (const line of await tellOpen(db, TOLD_MOST)) say(line)
  return open
}

interface Run {
  transitions: number
  asked: readonly string[]
  faults: Record<string, number>
  did: Tally
  stuck: number
  seconds: number
}

async function judge(
  db: Database['db'],
  floor: StormFloor,
  { transitions, asked, faults, did, stuck, seconds }: Run,
): Promise<boolean> {
  const began = performance.now()
  const laws = await patiently(() => brokenLaws(db))
  process.stdout.write(`the laws were read in ${Math.round(performance.now() - began)} ms\n`)
  const { rows } = await sql<{
    known: number
    checks: number
    broken: number
  }>`
    select (select count(*)::int from chats where id = any(${asked})) as known,
           coalesce(max(checks), 0)::int as checks, coalesce(max(broken_checks), 0)::int as broken
      from proof`.execute(db)
  const [found] = rows
  const result = {
    transitions,
    asked: asked.length,
    overLimit: laws.overLimit + laws.raisedOverLimit,
    doubled: laws.doubled,
    lost: laws.lost + asked.length - (found?.known ?? 0),
    stuck,
    gaps: laws.gaps,
    drifted: laws.drifted,
    unmatched: laws.unmatched,
    untold: laws.untold,
    misjudged: laws.misjudged,
    checks: found?.checks ?? 0,
    brokenChecks: found?.broken ?? 0,
    brokenOnce: await brokenEver(db, floor.organisationId),
    faults,
    did,
    failed: did.failures,
    seconds,
  }
  const broken =
    result.overLimit +
    result.doubled +
    result.lost +
    result.stuck +
    result.gaps +
    result.drifted +
    result.failed
  const isRight = broken + result.unmatched + result.untold + result.misjudged === 0
  const isProven = result.checks > 0 && result.brokenChecks === 0
  process.stdout.write(isRight && isProven ? 'every law holds\n' : 'a law is BROKEN\n')
  process.stdout.write(`${JSON.stringify(result)}\n`)
  return isRight && isProven
}

/** The laws that the checker saw broken at some time. */
async function brokenEver(db: Db, organisationId: string): Promise<string[]> {
  const { rows } = await sql<{ law: string }>`
    select law from proof_laws where organisation_id = ${organisationId} order by law`.execute(db)
  return rows.map(({ law }) => law)
}
