// The proof that the limits are kept: what an independent checker, which looks at the tables about
// once a second, has found so far.
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { Id, Instant, orNull } from './shapes.ts'

/** What must never be otherwise; server/features/proof/live-laws.sql says each in one question. */
export const LAWS = [
  'overLimit',
  'raisedOverLimit',
  'doubled',
  'lost',
  'stalePresence',
  'unfinished',
  'unmatched',
  'drifted',
  'gaps',
] as const
export const Law = Type.Union([
  Type.Literal('overLimit'),
  Type.Literal('raisedOverLimit'),
  Type.Literal('doubled'),
  Type.Literal('lost'),
  Type.Literal('stalePresence'),
  Type.Literal('unfinished'),
  Type.Literal('unmatched'),
  Type.Literal('drifted'),
  Type.Literal('gaps'),
])
export type Law = Static<typeof Law>

export const LawStanding = Type.Object({
  law: Law,
  /** How often it is broken now. */
  broken: Type.Integer({ minimum: 0 }),
  /** When it was last seen broken; null: never. */
  lastBrokenAt: orNull(Instant),
})
export type LawStanding = Static<typeof LawStanding>

/** Without a check for longer than this nobody knows: what was true then is not said to be true now. */
export const PROOF_LATE_SECONDS = 10

export const Proof = Type.Object({
  state: Type.Union([Type.Literal('ok'), Type.Literal('broken'), Type.Literal('not_checked')]),
  /** How many checks of this organisation there have been, and in how many a law was broken. */
  checks: Type.Integer({ minimum: 0 }),
  brokenChecks: Type.Integer({ minimum: 0 }),
  /** When the first check was; null: there has been none. */
  since: orNull(Instant),
  /** When the last check was. */
  checkedAt: orNull(Instant),
  /** How far apart checks are now: further on a floor where one takes long. */
  everySeconds: Type.Number({ minimum: 0 }),
  /** Every law, in the order of LAWS. */
  laws: Type.Array(LawStanding),
})
export type Proof = Static<typeof Proof>

/** Told whenever laws of the organisation begin or end to be broken; there is none before the first time. */
export const ProofTurn = Type.Object({
  /** The organisation's. */
  id: Id,
  /** The laws that are broken now. */
  broken: Type.Array(Law),
  at: Instant,
})
export type ProofTurn = Static<typeof ProofTurn>

export const proof = {
  look: endpoint('GET', '/api/proof', 'wall.view', 'Whether the limits are kept, by every check', {
    reply: Proof,
  }),
}
