// The storm's long form: chats come all the time, operators answer and end them, and one thing after
// another goes wrong. At the end everything that was asked has ended, and no law was ever broken.
import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import { brokenLaws } from '../../server/features/routing/laws.ts'
import { type Database, type Db, retrying } from '../../server/platform/database.ts'
import { trouble } from './faults.ts'
import type { StormFloor } from './floor.ts'
import type { StormOptions } from './options.ts'
import { type Asked, ask, goOnWriting, leave } from './people.ts'
import type { Scene } from './scene.ts'
import type { Tally } from './tally.ts'

/** Everything that was asked must have ended so long after the last of it. */
const DRAIN_MS = 90_000

export async function rageOn(
  options: StormOptions,
  { db }: Database,
  floor: StormFloor,
  scene: Omit<Scene, 'ended'>,
  tally: Tally,
  ended: AbortSignal,
): Promise<boolean> {
  const started = performance.now()
  const over = AbortSignal.any([ended, enough(db, options, scene.say)])
  const faults = trouble({ ...scene, ended: over }, options.faults, options.gapSeconds * 1_000)
  const asked = await keepAsking(options, scene, floor, over, ended)
  const done = await faults
  scene.say(`${asked.length} chats were asked`)
  const stuck = await drain(db)
  return judge(db, floor, {
    asked: asked.map(({ chatId }) => chatId),
    faults: done,
    did: tally,
    stuck,
    seconds: Math.round((performance.now() - started) / 1_000),
  })
}

const TOLD_EVERY_MS = 15_000
/** It ends after so many times the minutes asked for, however few transitions there were. */
const LONGEST = 4

/** When the minutes are over and there were transitions enough. Says on the way how far it is. */
function enough(db: Db, { minutes, transitions }: StormOptions, say: Scene['say']): AbortSignal {
  const done = new AbortController()
  const began = performance.now()
  void (async () => {
    for (;;) {
      await pause(Math.min(TOLD_EVERY_MS, minutes * 60_000))
      const gone = (performance.now() - began) / 60_000
      const seen = await transitionsSoFar(db).catch(() => 0)
      say(`after ${Math.round(gone * 60)} s: ${seen} transitions`)
      if (gone >= minutes * LONGEST || (gone >= minutes && seen >= transitions)) break
    }
    done.abort()
  })()
  return done.signal
}

/** Every change of a chat's state is one event. */
const transitionsSoFar = (db: Db) =>
  retrying(async () => {
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from event_log where kind = 'chat'`.execute(db)
    return rows[0]?.count ?? 0
  })

/** So many chats come at the same moment, at most. */
const MOST_AT_ONCE = 8
/** So many visitors do not stay. */
const LEAVES = 0.05
/** So many need not be answered at once, and write again. */
const DEFERRED = 0.2

/** Now one chat and now several at once, by the rate; those under way are waited for. */
async function keepAsking(
  { rate }: StormOptions,
  { servers }: Pick<Scene, 'servers'>,
  floor: StormFloor,
  over: AbortSignal,
  ended: AbortSignal,
): Promise<Asked[]> {
  const asked: Asked[] = []
  const underWay = new Set<Promise<void>>()
  const begin = (at: number) => {
    const isDeferred = Math.random() < DEFERRED
    const one = ask(servers, floor, at, ended, isDeferred)
      .then(async (chat) => {
        asked.push(chat)
        if (Math.random() < LEAVES) await leave(servers, at, chat)
        else if (isDeferred) await goOnWriting(servers, at, chat)
      })
      .catch(() => undefined)
      .finally(() => underWay.delete(one))
    underWay.add(one)
  }
  for (let at = 0; !over.aborted; ) {
    const count = 1 + Math.floor(Math.random() * MOST_AT_ONCE)
    for (let n = 0; n < count; n++) begin(at++)
    await pause((1_000 / rate) * count)
  }
  await Promise.all(underWay)
  return asked
}

/** How many chats have not ended when there was time enough for all of them. */
async function drain(db: Db): Promise<number> {
  const until = performance.now() + DRAIN_MS
  for (;;) {
    const open = await retrying(async () => {
      const { rows } = await sql<{ open: number }>`
        select count(*)::int as open from routed_chats where state <> 'closed'`.execute(db)
      return rows[0]?.open ?? 0
    })
    if (open === 0 || performance.now() > until) return open
    await pause(300)
  }
}

interface Run {
  asked: readonly string[]
  faults: Record<string, number>
  did: Tally
  stuck: number
  seconds: number
}

async function judge(
  db: Database['db'],
  floor: StormFloor,
  { asked, faults, did, stuck, seconds }: Run,
): Promise<boolean> {
  const laws = await brokenLaws(db)
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
    transitions: await transitionsSoFar(db),
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
