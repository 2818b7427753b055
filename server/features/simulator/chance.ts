// Chance that can be repeated: the same seed gives the same floor.

/** How long something takes, in seconds. */
export type Law =
  | { kind: 'exponential'; mean: number }
  | { kind: 'fixed'; mean: number }
  /** `sigma`: the spread of its logarithm. */
  | { kind: 'lognormal'; mean: number; sigma: number }

export interface Chance {
  /** From 0 to 1, without either. */
  part(): number
  draw(law: Law): number
}

const SPAN = 2 ** 32

/**
 * Numbers of sfc32 (C. Doty-Humphrey, PractRand, "Small Fast Counting"), warmed up as its author does.
 */
export function chanceOf(seed: number): Chance {
  let [a, b, c, counter] = [0, seed | 0, (seed / SPAN) | 0, 1]
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return sum >>> 0
  }
  for (let n = 0; n < 15; n++) next()
  const part = () => (next() + 0.5) / SPAN
  return { part, draw: (law) => drawBy(law, part) }
}

function drawBy(law: Law, part: () => number): number {
  if (law.kind === 'fixed') return law.mean
  if (law.kind === 'exponential') return -law.mean * Math.log(part())
  // The mean of a lognormal is exp(mu + sigma^2 / 2).
  const mu = Math.log(law.mean) - law.sigma ** 2 / 2
  return Math.exp(mu + law.sigma * normal(part))
}

/** A normal number (G. E. P. Box and M. E. Muller, 1958). */
function normal(part: () => number): number {
  return Math.sqrt(-2 * Math.log(part())) * Math.cos(2 * Math.PI * part())
}
