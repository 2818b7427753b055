// What queueing theory says of a floor with one line: the measure that the simulator is held to.

/** A line that operators answer, all of them alike. */
export interface Line {
  /** Chats that come in a second. */
  arrivals: number
  /** How long a chat is held, seconds on average. */
  held: number
  /** Chats that can be held at the same time. */
  slots: number
}

/** What whoever comes may expect. */
export interface Outlook {
  /** The part of all who come that must wait. */
  waiting: number
  /** Seconds, on average, of all who come: those who do not wait and those who give up among them. */
  wait: number
  /** The part that gives up. */
  givingUp: number
}

/**
 * The part that is lost where nobody waits (Erlang B), by the recursion over the slots that needs no
 * factorials: B(0) = 1, B(n) = aB(n-1) / (n + aB(n-1)), a = arrivals times held.
 * Source: A. K. Erlang, "Solution of some problems in the theory of probabilities of significance in
 * automatic telephone exchanges", 1917.
 */
export function erlangB({ arrivals, held, slots }: Line): number {
  const load = arrivals * held
  let lost = 1
  for (let n = 1; n <= slots; n++) lost = (load * lost) / (n + load * lost)
  return lost
}

/**
 * Everybody waits for as long as it takes (Erlang C, M/M/s): C = sB / (s - a(1 - B)).
 * Throws a RangeError where more comes than can be answered: the line then never ends.
 */
export function erlangC(line: Line): Outlook {
  const { arrivals, held, slots } = line
  const load = arrivals * held
  if (load >= slots) throw new RangeError('more comes than the slots can hold')
  const lost = erlangB(line)
  const waiting = (slots * lost) / (slots - load * (1 - lost))
  return { waiting, wait: (waiting * held) / (slots - load), givingUp: 0 }
}

/** Terms smaller than this part of the largest change no digit that is looked at. */
const NEGLIGIBLE = 1e-18

/**
 * Whoever waits gives up after `patience` seconds on average (Erlang A, M/M/s+M), from the steady state
 * of the birth and death of the line. Source: A. Mandelbaum and S. Zeltyn, "Service engineering in
 * action: the Palm/Erlang-A queue", 2007.
 */
export function erlangA({ arrivals, held, slots }: Line, patience: number): Outlook {
  // Weights of so many chats on the floor, in parts of that of exactly as many as there are slots.
  let below = 0
  for (let n = slots, weight = 1; n > 0 && weight > NEGLIGIBLE; n--) {
    weight *= n / held / arrivals
    below += weight
  }
  let above = 0
  let line = 0
  for (let queued = 0, weight = 1; weight > NEGLIGIBLE || queued < slots; queued++) {
    above += weight
    line += queued * weight
    weight *= arrivals / (slots / held + (queued + 1) / patience)
  }
  const all = below + above
  const length = line / all
  return {
    waiting: above / all,
    wait: length / arrivals,
    givingUp: length / patience / arrivals,
  }
}
