// What the simulator's page knows: the queues, the numbers that are chosen, the runs as they are told,
// and what theory says of the numbers.
import { scope } from '#contract/scopes.ts'
import {
  simulator as api,
  type Foretold,
  type NewFault,
  SIMULATION,
  type SimulatedLine,
  type Simulation,
  type SimulatorQueue,
} from '#contract/simulator.ts'
import { call } from '#lib/api.ts'
import { epochMs } from '#lib/clock.svelte.ts'
import { live } from '#lib/live/live.svelte.ts'
import { session } from '#lib/session.svelte.ts'
import { type Trouble, troubleOf } from '#lib/trouble.ts'
import { isTooFast } from './figures.ts'

const FIRST = { speed: 10, minutes: 10 }
/** What is typed settles before it is reckoned with. */
const SETTLES_MS = 400

export class SimulatorPage {
  queues = $state.raw<readonly SimulatorQueue[]>()
  /** What kept the queues from being read. */
  failed = $state.raw<Trouble>()
  /** What kept the last thing asked for from being done. */
  refused = $state.raw<Trouble>()
  isBusy = $state(false)
  speed = $state(FIRST.speed)
  minutes = $state(FIRST.minutes)
  foretold = $state.raw<readonly Foretold[]>([])
  isReckoning = $state(false)
  #lines = $state.raw<ReadonlyMap<string, SimulatedLine>>(new Map())
  #chosen = $state.raw<ReadonlySet<string>>(new Set())

  readonly organisationId = $derived(session.me?.organisationId ?? '')
  readonly maySee = $derived(
    this.organisationId !== '' && session.mayAt('setup.manage', this.organisationId),
  )
  readonly scope = $derived(scope.simulator(this.organisationId))
  /** The newest first. */
  readonly runs = $derived(
    live.all('simulation').toSorted((a, b) => epochMs(b.startedAt) - epochMs(a.startedAt)),
  )
  readonly run = $derived<Simulation | undefined>(this.runs[0])
  readonly isUnderWay = $derived(this.run !== undefined && this.run.state !== 'ended')

  /** The numbers of every queue that is chosen, in their order. */
  readonly wanted = $derived(
    (this.queues ?? []).flatMap(({ id }) => {
      const line = this.#lines.get(id)
      return line && this.#chosen.has(id) ? [line] : []
    }),
  )
  readonly isTooFast = $derived(isTooFast(this.wanted, this.speed))
  readonly isTooMany = $derived(
    this.wanted.reduce((all, { operators }) => all + operators, 0) > SIMULATION.operators,
  )
  readonly isSound = $derived(this.wanted.length > 0 && !this.isTooFast && !this.isTooMany)

  lineOf(id: string): SimulatedLine | undefined {
    return this.#lines.get(id)
  }

  isChosen(id: string): boolean {
    return this.#chosen.has(id)
  }

  choose(id: string, isChosen: boolean): void {
    const chosen = new Set(this.#chosen)
    if (isChosen) chosen.add(id)
    else chosen.delete(id)
    this.#chosen = chosen
  }

  set(id: string, change: Partial<SimulatedLine>): void {
    const line = this.#lines.get(id)
    if (line) this.#lines = new Map(this.#lines).set(id, { ...line, ...change })
  }

  /** Reads the queues; a run that is under way brings its own numbers. */
  async load(): Promise<void> {
    this.failed = undefined
    try {
      const { queues, runs } = await call(api.look, {})
      const [last] = runs
      const settings = last?.settings
      const used = new Map(settings?.lines.map((line) => [line.queueId, line]))
      this.#lines = new Map(queues.map(({ id, line }) => [id, used.get(id) ?? line]))
      const known = queues.filter(({ id }) => used.has(id))
      const first = known.length > 0 ? known : queues.slice(0, 3)
      this.#chosen = new Set(first.map(({ id }) => id))
      this.speed = settings?.speed ?? FIRST.speed
      this.minutes = settings?.minutes ?? FIRST.minutes
      this.queues = queues
    } catch (error) {
      this.failed = troubleOf(error)
    }
  }

  /** Asks what theory says of the numbers, once they have settled; hands back how to give it up. */
  reckon(lines: readonly SimulatedLine[]): () => void {
    if (lines.length === 0 || this.isTooMany) {
      this.foretold = []
      return () => undefined
    }
    let isGivenUp = false
    this.isReckoning = true
    const timer = setTimeout(async () => {
      try {
        const foretold = await call(api.foretell, { body: { lines: [...lines] } })
        if (!isGivenUp) this.foretold = foretold
      } catch (error) {
        troubleOf(error)
        if (!isGivenUp) this.foretold = []
      } finally {
        if (!isGivenUp) this.isReckoning = false
      }
    }, SETTLES_MS)
    return () => {
      isGivenUp = true
      clearTimeout(timer)
    }
  }

  start(): Promise<void> {
    const body = { lines: this.wanted, speed: this.speed, minutes: this.minutes }
    return this.#ask(() => call(api.start, { body }))
  }

  stop(): Promise<void> {
    const { run } = this
    return run ? this.#ask(() => call(api.stop, { params: { id: run.id } })) : Promise.resolve()
  }

  disturb(body: NewFault): Promise<void> {
    const { run } = this
    return run
      ? this.#ask(() => call(api.disturb, { params: { id: run.id }, body }))
      : Promise.resolve()
  }

  async #ask(work: () => Promise<unknown>): Promise<void> {
    if (this.isBusy) return
    this.isBusy = true
    this.refused = undefined
    try {
      await work()
    } catch (error) {
      this.refused = troubleOf(error)
    } finally {
      this.isBusy = false
    }
  }
}
