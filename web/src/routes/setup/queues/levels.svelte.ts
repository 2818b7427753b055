// Who serves a queue on which level, as the server has it, and moving somebody to another.
import { type QueuePerson, queues, TIER_MAX } from '#contract/queues.ts'
import { call } from '#lib/api.ts'
import { type Trouble, troubleOf } from '#lib/trouble.ts'

/** A level, and who is on it. */
export interface Level {
  tier: number
  people: readonly QueuePerson[]
}

/** The levels up to the last that somebody is on, and one more for whom is to be asked after all. */
export function levelsOf(people: readonly QueuePerson[]): Level[] {
  const last = Math.max(0, ...people.map(({ tier }) => tier))
  const shown = Math.min(last + 1, TIER_MAX)
  return Array.from({ length: shown }, (_, at) => ({
    tier: at + 1,
    people: people.filter(({ tier }) => tier === at + 1),
  }))
}

export class Levels {
  people = $state.raw<readonly QueuePerson[]>()
  trouble = $state.raw<Trouble>()
  /** Who is being moved. */
  moving = $state<string>()
  readonly #queueId: string

  constructor(queueId: string) {
    this.#queueId = queueId
  }

  async load(): Promise<void> {
    try {
      this.people = await call(queues.members, { params: { id: this.#queueId } })
      this.trouble = undefined
    } catch (error) {
      this.trouble = troubleOf(error)
    }
  }

  /** Moves somebody; whether it was done. If they stand elsewhere by now, that is shown instead. */
  async move(person: QueuePerson, tier: number): Promise<boolean> {
    if (tier < 1 || tier > TIER_MAX || tier === person.tier) return false
    this.moving = person.userId
    try {
      const params = { id: this.#queueId, userId: person.userId }
      await call(queues.setTier, { params, body: { tier, was: person.tier } })
      await this.load()
      return true
    } catch (error) {
      await this.load()
      this.trouble = troubleOf(error)
      return false
    } finally {
      this.moving = undefined
    }
  }
}
