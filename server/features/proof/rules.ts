// What follows from what the checker has seen: which laws are broken, what has lasted too long, how
// soon to look again, and how it all reads. Data in, answer out.
import { LAWS, type Law, PROOF_LATE_SECONDS, type Proof } from '#contract/proof.ts'

/** One line of live-laws.sql. */
export interface Found {
  law: Law
  organisationId: string
  /** What it is about, where it may be so for a moment. */
  thing: string | null
  times: number
}

/** How often each law is broken in each organisation. */
export type Broken = Map<string, Map<Law, number>>

/** Since when each thing has been seen, in milliseconds of a clock that never jumps. */
export type Seen = ReadonlyMap<string, number>

/** Whatever takes this long to be put right is broken: every server looks at it once a second. */
export const LASTS_MS = 2_500

/** Adds to what is broken. */
export function add(broken: Broken, organisationId: string, law: Law, times: number): void {
  const laws = broken.get(organisationId) ?? new Map<Law, number>()
  broken.set(organisationId, laws.set(law, (laws.get(law) ?? 0) + times))
}

/**
 * What is broken of what was found, and what is to be remembered for the next look. A thing counts
 * once it has been there in every look for LASTS_MS.
 */
export function judge(found: readonly Found[], before: Seen, now: number) {
  const broken: Broken = new Map()
  const seen = new Map<string, number>()
  for (const { law, organisationId, thing, times } of found) {
    const key = `${law} ${organisationId} ${thing}`
    const since = before.get(key) ?? now
    if (thing !== null) seen.set(key, since)
    if (thing === null || now - since >= LASTS_MS) add(broken, organisationId, law, times)
  }
  return { broken, seen }
}

/** What the log told of an operator: how many chats of a kind they have, and how many they may. */
export interface ToldLoad {
  organisationId: string
  userId: string
  kind: string
  /** Null: an operator no more. */
  used: number | null
  limit: number | null
  /** Somebody above gave a chat outright, which the log says: no limit was broken by it. */
  isForced: boolean
  /** So many above their limit they could be handed chats by name, which is what the line tells of. */
  allowance: number
}

/**
 * How often somebody was given a chat above their limit, by the lines of the log, which come in its
 * order. `loads` is how many each one had last; it is brought up to date.
 */
export function raisedIn(told: readonly ToldLoad[], loads: Map<string, number>): string[] {
  const raised: string[] = []
  for (const { organisationId, userId, kind, used, limit, isForced, allowance } of told) {
    const key = `${organisationId} ${userId} ${kind}`
    const before = loads.get(key)
    if (used === null) loads.delete(key)
    else loads.set(key, used)
    if (before === undefined || used === null || limit === null || isForced) continue
    if (used > before && used > limit + allowance) raised.push(organisationId)
  }
  return raised
}

const LEAST_MS = 1_000
const MOST_MS = 30_000

/** How long after a look the next one begins: looking takes a fifth of the time at most. */
export function paceAfter(tookMs: number): number {
  return Math.min(MOST_MS, Math.max(LEAST_MS, Math.round(tookMs * 5)))
}

/** How long after a look that failed: twice as long each time. */
export function paceAfterFailure(everyMs: number): number {
  return Math.min(MOST_MS, everyMs * 2)
}

/** What the tables hold of an organisation, or of all. */
export interface Kept {
  checks: number
  brokenChecks: number
  since: string | null
  checkedAt: string | null
  everyMs: number
  /** Milliseconds since the last check, by the database's clock. */
  ageMs: number | null
  laws: readonly { law: string; broken: number; lastBrokenAt: string }[]
}

/** The proof as it is told. Nothing is said to hold that was not looked at just now. */
export function proofOf(kept: Kept): Proof {
  const { checks, brokenChecks, since, checkedAt, everyMs, ageMs } = kept
  const found = new Map(kept.laws.map((one) => [one.law, one]))
  const laws = LAWS.map((law) => ({
    law,
    broken: found.get(law)?.broken ?? 0,
    lastBrokenAt: found.get(law)?.lastBrokenAt ?? null,
  }))
  const isLate =
    ageMs === null || checks === 0 || ageMs > Math.max(PROOF_LATE_SECONDS * 1_000, everyMs * 3)
  const isBroken = laws.some(({ broken }) => broken > 0)
  const everySeconds = Math.round(everyMs / 100) / 10
  const state = isLate ? 'not_checked' : isBroken ? 'broken' : 'ok'
  return { state, checks, brokenChecks, since, checkedAt, everySeconds, laws }
}

/** The laws that are broken, in their order. */
export function brokenOf(laws: ReadonlyMap<Law, number> | undefined): Law[] {
  return LAWS.filter((law) => (laws?.get(law) ?? 0) > 0)
}

/** For Prometheus, in its text format. A law that nobody looked at has no value, least of all 0. */
export function measured(proof: Proof): string {
  const isChecked = proof.state !== 'not_checked'
  const seconds = (at: string | null) => (at === null ? 0 : Date.parse(at) / 1_000)
  return [
    ...measure('law_checks_total', 'counter', 'Looks at every law.', [['', proof.checks]]),
    ...measure('law_broken_checks_total', 'counter', 'Looks in which a law was broken.', [
      ['', proof.brokenChecks],
    ]),
    ...measure('law_checked', 'gauge', 'Whether the laws are looked at now.', [
      ['', isChecked ? 1 : 0],
    ]),
    ...measure('law_last_check_timestamp_seconds', 'gauge', 'The last look; 0: none.', [
      ['', seconds(proof.checkedAt)],
    ]),
    ...measure(
      'law_broken',
      'gauge',
      'How often a law is broken now.',
      isChecked ? proof.laws.map(({ law, broken }) => [labelOf(law), broken]) : [],
    ),
    ...measure(
      'law_last_broken_timestamp_seconds',
      'gauge',
      'When a law was last seen broken; 0: never.',
      proof.laws.map(({ law, lastBrokenAt }) => [labelOf(law), seconds(lastBrokenAt)]),
    ),
    '',
  ].join('\n')
}

function measure(name: string, type: string, help: string, values: readonly [string, number][]) {
  const full = `switchboard_${name}`
  return [
    `# HELP ${full} ${help}`,
    `# TYPE ${full} ${type}`,
    ...values.map(([label, value]) => `${full}${label} ${value}`),
  ]
}

/** overLimit is over_limit there. */
function labelOf(law: Law): string {
  return `{law="${law.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}"}`
}
