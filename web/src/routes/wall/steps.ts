// Where the arrow keys lead on the Wall, whether or not a tile is drawn there. Pure.
import type { Group } from './groups.ts'

/** An operator's tile in a group: they may stand in several queues. */
export interface Place {
  key: string
  id: string
}

type Groups = readonly Pick<Group, 'key' | 'ids'>[]

/** A group, and which of its tiles. */
interface Spot {
  group: number
  at: number
}

type Step = (groups: Groups, spot: Spot, columns: number) => Spot

const count = (groups: Groups, group: number) => groups[group]?.ids.length ?? 0

const next: Step = (groups, { group, at }) =>
  at + 1 < count(groups, group) ? { group, at: at + 1 } : { group: group + 1, at: 0 }

const previous: Step = (groups, { group, at }) =>
  at > 0 ? { group, at: at - 1 } : { group: group - 1, at: count(groups, group - 1) - 1 }

const below: Step = (groups, { group, at }, columns) => {
  const last = count(groups, group) - 1
  if (Math.floor(at / columns) < Math.floor(last / columns))
    return { group, at: Math.min(at + columns, last) }
  return { group: group + 1, at: Math.min(at % columns, count(groups, group + 1) - 1) }
}

const above: Step = (groups, { group, at }, columns) => {
  if (at >= columns) return { group, at: at - columns }
  const last = count(groups, group - 1) - 1
  const start = Math.floor(last / columns) * columns
  return { group: group - 1, at: Math.min(start + at, last) }
}

const first: Step = () => ({ group: 0, at: 0 })
const last: Step = (groups) => ({
  group: groups.length - 1,
  at: count(groups, groups.length - 1) - 1,
})

const STEPS: Readonly<Record<string, Step>> = {
  ArrowRight: next,
  ArrowLeft: previous,
  ArrowDown: below,
  ArrowUp: above,
  Home: first,
  End: last,
}

/** Where a key leads from a tile; undefined: nowhere. `columns`: in how many the tiles stand. */
export function stepFrom(
  groups: Groups,
  columns: number,
  from: Place,
  key: string,
): Place | undefined {
  const group = groups.findIndex((one) => one.key === from.key)
  const at = groups[group]?.ids.indexOf(from.id) ?? -1
  const step = at === -1 ? undefined : STEPS[key]?.(groups, { group, at }, columns)
  const to = step && groups[step.group]
  const id = to?.ids[step?.at ?? -1]
  return to && id !== undefined ? { key: to.key, id } : undefined
}
