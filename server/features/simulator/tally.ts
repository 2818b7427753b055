// What has been seen of a simulated queue so far, and the chart of a run. No clock of its own: whoever
// counts says when, in simulated seconds.
import type { LineFigures, SimulationPoint } from '#contract/simulator.ts'

/** Waits that percentiles are taken of: the latest. */
const MOST_WAITS = 5_000
/** Points of the chart: when there are so many, each stands for twice the time. */
const MOST_POINTS = 90

type Counted = Omit<LineFigures, 'queueId' | 'waiting' | 'inChat' | 'free'>

export class LineTally {
  readonly #targetSeconds: number
  readonly #waits: number[] = []
  #arrived = 0
  #answered = 0
  #abandoned = 0
  #turnedAway = 0
  #inTime = 0
  #late = 0
  #waited = 0
  #takenSeconds = 0
  #placeSeconds = 0

  constructor(targetSeconds: number) {
    this.#targetSeconds = targetSeconds
  }

  arrived(): void {
    this.#arrived += 1
  }

  turnedAway(): void {
    this.#turnedAway += 1
  }

  answered(waited: number): void {
    this.#waits[this.#answered % MOST_WAITS] = waited
    this.#answered += 1
    this.#waited += waited
    if (waited <= this.#targetSeconds) this.#inTime += 1
    else this.#late += 1
  }

  abandoned(waited: number): void {
    this.#abandoned += 1
    this.#waited += waited
    if (waited > this.#targetSeconds) this.#late += 1
  }

  /** For so long so many places were taken, of so many. */
  passed(seconds: number, taken: number, places: number): void {
    this.#takenSeconds += taken * seconds
    this.#placeSeconds += places * seconds
  }

  figures(): Counted {
    const gone = this.#answered + this.#abandoned
    const judged = this.#inTime + this.#late
    return {
      arrived: this.#arrived,
      answered: this.#answered,
      abandoned: this.#abandoned,
      turnedAway: this.#turnedAway,
      serviceLevel: judged === 0 ? null : this.#inTime / judged,
      waits: this.#percentiles(),
      wait: gone === 0 ? null : this.#waited / gone,
      taken: this.#placeSeconds === 0 ? null : Math.min(1, this.#takenSeconds / this.#placeSeconds),
    }
  }

  #percentiles(): LineFigures['waits'] {
    if (this.#waits.length === 0) return null
    const sorted = this.#waits.toSorted((a, b) => a - b)
    const at = (part: number) =>
      Math.round((sorted[Math.ceil(part * sorted.length) - 1] ?? 0) * 10) / 10
    return { p50: at(0.5), p90: at(0.9), p95: at(0.95) }
  }
}

/** The chart: as many points as can be seen, whatever the length of the run. */
export class Curve {
  #points: SimulationPoint[] = []
  #gathered: SimulationPoint[] = []
  #each = 1

  get points(): readonly SimulationPoint[] {
    return this.#points
  }

  add(point: SimulationPoint): void {
    this.#gathered.push(point)
    if (this.#gathered.length < this.#each) return
    this.#points.push(meanOf(this.#gathered))
    this.#gathered = []
    if (this.#points.length < MOST_POINTS) return
    const halved: SimulationPoint[] = []
    for (let at = 0; at < this.#points.length; at += 2)
      halved.push(meanOf(this.#points.slice(at, at + 2)))
    this.#points = halved
    this.#each *= 2
  }
}

function meanOf(points: readonly SimulationPoint[]): SimulationPoint {
  const mean = (of: (point: SimulationPoint) => number) =>
    Math.round((points.reduce((sum, one) => sum + of(one), 0) / points.length) * 10) / 10
  return {
    at: Math.round(points.at(-1)?.at ?? 0),
    waiting: mean((one) => one.waiting),
    inChat: mean((one) => one.inChat),
    free: mean((one) => one.free),
  }
}
