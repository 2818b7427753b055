// My own status as an operator: what it is, and choosing another. Drawn from the row that the
// server tells; a choice is under way until the server has answered it.
import {
  type Availability,
  type FinishAs,
  type Operator,
  type OperatorStatus,
  presence,
  statusOf,
} from '#contract/presence.ts'
import { call } from '#lib/api.ts'
import { clock } from '#lib/clock.svelte.ts'
import { live } from '#lib/live/live.svelte.ts'
import { session } from '#lib/session.svelte.ts'

export class Mine {
  #choosing = $state<Availability>()

  /** My own row; undefined until it has come, and for whoever answers no chats. */
  get operator(): Operator | undefined {
    return session.me ? live.get('operator', session.me.id) : undefined
  }

  get status(): OperatorStatus | undefined {
    return this.operator && statusOf(this.operator)
  }

  /** Until when I cannot undo what somebody else has set; undefined: I can. Ticks. */
  get heldUntil(): string | undefined {
    const until = this.operator?.heldUntil
    return until && clock.until(until) > 0 ? until : undefined
  }

  /** What is being chosen, while the server has not answered. */
  get choosing(): Availability | undefined {
    return this.#choosing
  }

  /** Without a connection nobody can go available: the chats would not reach them. */
  get mayChoose(): boolean {
    return live.connection === 'live' && this.operator !== undefined
  }

  /** Throws Refused or Unreachable. */
  async choose(
    availability: Availability,
    more: { reason?: string; finishAs?: FinishAs; statusId?: string } = {},
  ): Promise<void> {
    this.#choosing = availability
    try {
      await call(presence.choose, { body: { availability, ...more } })
    } finally {
      this.#choosing = undefined
    }
  }

  /** Says that I am here again, with the status that I have. Throws as `choose`. */
  async back(): Promise<void> {
    this.#choosing = 'available'
    try {
      await call(presence.back, {})
    } finally {
      this.#choosing = undefined
    }
  }
}

export const mine = new Mine()
