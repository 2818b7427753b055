// How long a visitor may expect to wait: pure arithmetic.

/** How a queue moves, as far as it can be seen now. */
export interface Pace {
  /** Operators who have joined, are available and are connected. */
  online: number
  /** How many chats they may hold together; an operator of two queues counts half in each. */
  slots: number
  /** How many of these are free. */
  free: number
  /** How long an offer stands. */
  offerSeconds: number
  /** Chats that ended lately, and how long they had been held altogether. */
  ended: number
  heldSeconds: number
  /** For how long somebody has been waiting without a break, and how many were taken meanwhile. */
  backlogSeconds: number
  taken: number
  /** Visitors who gave up lately, and how long all of them have waited altogether. */
  abandoned: number
  waitedSeconds: number
}

export interface Wait {
  fromSeconds: number
  toSeconds: number
}

/** So far back is looked, and at so many closed chats at most: more say nothing new. */
export const LATELY = { seconds: 3600, chats: 500 }
/** What is believed before anything was seen, and how many chats it weighs. */
const HELD_SECONDS = { guess: 480, weight: 5 }
const PATIENCE_SECONDS = { guess: 600, weight: 2 }
/**
 * The rate that follows from the slots weighs as much as so many seconds of watching. It is much:
 * what is seen while a line is there is slower than what is to come, for the line is there because
 * things were slow.
 */
const MODEL_SECONDS = 900

/** How long somebody may have to wait, in seconds; how far off that may be, squared. */
export interface Forecast {
  mean: number
  variance: number
}

/**
 * Eight of ten are to be within the range. Were the pace known, the tenth at each end would do (a
 * normal number of 1.2816); it is only estimated, and the simulator says by how much more.
 */
const WITHIN = 1.36

/**
 * The wait of somebody who has `ahead` visitors before them, as a range that eight of ten are within.
 * Null when nobody is there to answer.
 */
export function expectedWait(pace: Pace, ahead: number): Wait | null {
  if (pace.online === 0 || pace.slots <= 0) return null
  if (ahead < pace.free) return rounded(0, pace.offerSeconds)
  return rangeOf(forecastWait(pace, ahead - pace.free))
}

/** What a visitor is told of a forecast. */
export function rangeOf(forecast: Forecast): Wait {
  return rounded(likelyWait(forecast, -WITHIN), likelyWait(forecast, WITHIN))
}

/**
 * The wait of somebody with `ahead` visitors before them while every slot is taken.
 *
 * Each of those ahead leaves the line by being answered, at the queue's rate, or by giving up. So
 * the wait is a sum of exponential steps, the last with the rate alone, each one before it faster
 * by one more visitor who may give up (Erlang-A). Dividing the line's length by the rate, as is
 * common, promises a quarter too much as soon as visitors give up.
 */
export function forecastWait(pace: Pace, ahead: number): Forecast {
  const rate = answeredPerSecond(pace)
  const givingUp = abandonedPerSecond(pace)
  let mean = 0
  let variance = 0
  for (let i = 0; i <= ahead; i++) {
    const step = 1 / (rate + i * givingUp)
    mean += step
    variance += step * step
  }
  return { mean, variance }
}

/** Chats that the queue takes in a second: what was seen while it was busy, and what its slots can do. */
export function answeredPerSecond({
  slots,
  ended,
  heldSeconds,
  backlogSeconds,
  taken,
}: Pace): number {
  const held = HELD_SECONDS.guess * HELD_SECONDS.weight + heldSeconds
  const model = slots / (held / (HELD_SECONDS.weight + ended))
  return (taken + model * MODEL_SECONDS) / (backlogSeconds + MODEL_SECONDS)
}

/** Of those who wait, which part gives up in a second. */
export function abandonedPerSecond({ abandoned, waitedSeconds }: Pace): number {
  const { guess, weight } = PATIENCE_SECONDS
  return (abandoned + weight) / (waitedSeconds + guess * weight)
}

/**
 * What the wait will not exceed, with the certainty of a normal number of `z`: the quantile of a gamma
 * distribution with this mean and variance (Wilson and Hilferty, 1931).
 */
export function likelyWait({ mean, variance }: Forecast, z: number): number {
  const ninth = variance / (9 * mean * mean)
  return mean * Math.max(0, 1 - ninth + z * Math.sqrt(ninth)) ** 3
}

/**
 * Ends of a range that a person would say: the longer, the coarser. Each to the nearest: rounded
 * outwards, the range would be wider than it says.
 */
function rounded(from: number, to: number): Wait {
  const fromSeconds = Math.round(from / stepOf(from)) * stepOf(from)
  const toSeconds = Math.round(to / stepOf(to)) * stepOf(to)
  return { fromSeconds, toSeconds: Math.max(toSeconds, fromSeconds + stepOf(fromSeconds)) }
}

function stepOf(seconds: number): number {
  if (seconds < 60) return 10
  if (seconds < 300) return 30
  return seconds < 1800 ? 60 : 300
}
