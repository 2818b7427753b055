// The statuses of the catalogue that I may choose: asked for when they are about to be shown.
import { type Status, statuses } from '#contract/statuses.ts'
import { call } from '#lib/api.ts'

class Choosable {
  all = $state.raw<readonly Status[]>([])

  /** What was known before stays where this does not get through. */
  async load(): Promise<void> {
    this.all = await call(statuses.mine, {}).catch(() => this.all)
  }
}

export const choosable = new Choosable()
