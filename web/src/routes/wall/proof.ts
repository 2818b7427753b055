// What follows from the proof that the server gives, and from how old it has become on this screen.
import type { Law, LawStanding, Proof } from '#contract/proof.ts'
import type { Tone } from '#lib/ui/tone.ts'

type State = Proof['state']

export const PROOF_TONES: Readonly<Record<State, Tone>> = {
  ok: 'ok',
  broken: 'bad',
  not_checked: 'off',
}

/** An answer this old says nothing of now: the server could not be asked since. */
const STALE_MS = 15_000

export function stateOf({ state }: Proof, ageMs: number): State {
  return ageMs > STALE_MS ? 'not_checked' : state
}

export function brokenLaws(laws: readonly LawStanding[]): LawStanding[] {
  return laws.filter(({ broken }) => broken > 0)
}

/** The law that was broken last, and when; undefined: none ever was. */
export function lastBroken(laws: readonly LawStanding[]): { law: Law; at: string } | undefined {
  let last: { law: Law; at: string } | undefined
  for (const { law, lastBrokenAt: at } of laws)
    if (at !== null && (last === undefined || Date.parse(at) > Date.parse(last.at)))
      last = { law, at }
  return last
}
