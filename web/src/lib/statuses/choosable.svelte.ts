// The statuses of the catalogue that somebody may choose: asked for when they are about to be shown.
import type { Availability } from '#contract/presence.ts'
import { type Status, statuses } from '#contract/statuses.ts'
import { call } from '#lib/api.ts'
import { statusWord } from '#lib/operator/status.ts'
import type { MenuChoice } from '#lib/ui/menu-entries.ts'
import { acceptsText, STATUS_ICON } from './look.ts'

class Choosable {
  all = $state.raw<readonly Status[]>([])

  /** What was known before stays where this does not get through. */
  async load(): Promise<void> {
    this.all = await call(statuses.mine, {}).catch(() => this.all)
  }
}

export const choosable = new Choosable()

/** Those of somebody else; none where they cannot be asked for. */
export async function choosableOf(id: string): Promise<readonly Status[]> {
  return call(statuses.choosable, { params: { id } }).catch(() => [])
}

type Options = MenuChoice['options']

/** The plain ones, and after the one that it is a kind of, each of the catalogue. */
export function optionsOf(plain: readonly Availability[], all: readonly Status[]): Options {
  return plain.flatMap((availability) => [
    { value: availability, label: statusWord(availability) },
    ...all.filter((one) => one.availability === availability).map(optionOf),
  ])
}

function optionOf({ id, name, icon, accepts }: Status): Options[number] {
  const note = acceptsText(accepts)
  return { value: `status:${id}`, label: name, icon: STATUS_ICON[icon], ...(note && { note }) }
}

/** What an option stands for; undefined where there is none of that value. */
export function chosenIn(
  value: string,
  plain: readonly Availability[],
  all: readonly Status[],
): { availability: Availability; status?: Status } | undefined {
  const availability = plain.find((one) => one === value)
  if (availability !== undefined) return { availability }
  const status = all.find(({ id }) => value === `status:${id}`)
  return status && { availability: status.availability, status }
}
