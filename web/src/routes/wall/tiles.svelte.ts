// Walking over the tiles: one stop for Tab, arrow keys from tile to tile, whatever the columns.
import type { Attachment } from 'svelte/attachments'
import type { Group } from './groups.ts'

/** A tile as its surroundings see it. */
export interface TileHandle {
  place: string
  /** The operator's. */
  id: string
  name: string
  face: HTMLElement | undefined
  /** Opens the field of the limit. */
  edit: () => void
}

/** Names a tile: an operator may stand in several queues. */
export function placeOf(group: Group, id: string): string {
  return `${group.key}/${id}`
}

export class Tiles {
  #last = $state.raw<TileHandle>()
  readonly #groups: () => readonly Group[]
  readonly #stop = $derived.by(() => {
    const places = this.#groups().flatMap((group) => group.ids.map((id) => placeOf(group, id)))
    const last = this.#last?.place
    return last !== undefined && places.includes(last) ? last : places[0]
  })

  constructor(groups: () => readonly Group[]) {
    this.#groups = groups
  }

  isStop(place: string): boolean {
    return this.#stop === place
  }

  visit(tile: TileHandle): void {
    this.#last = tile
  }

  /** The tile that has the focus now. */
  focused(): TileHandle | undefined {
    const last = this.#last
    return last?.face && last.face === document.activeElement ? last : undefined
  }

  readonly walker: Attachment<HTMLElement> = (floor) => {
    const walk = (event: KeyboardEvent) => {
      const faces = [...floor.querySelectorAll<HTMLElement>('[data-tile]')]
      const at = faces.findIndex((face) =>
        face.isSameNode(event.target instanceof Node ? event.target : null),
      )
      const next = at === -1 ? undefined : nextFace(faces, at, event.key)
      if (!next) return
      event.preventDefault()
      next.focus()
    }
    floor.addEventListener('keydown', walk)
    return () => floor.removeEventListener('keydown', walk)
  }
}

function nextFace(faces: HTMLElement[], at: number, key: string): HTMLElement | undefined {
  const isFromRight = document.documentElement.dir === 'rtl'
  if (key === 'ArrowRight') return faces[at + (isFromRight ? -1 : 1)]
  if (key === 'ArrowLeft') return faces[at + (isFromRight ? 1 : -1)]
  if (key === 'ArrowDown') return inNextRow(faces.slice(at), 1)
  if (key === 'ArrowUp') return inNextRow(faces.slice(0, at + 1).toReversed(), -1)
  if (key === 'Home') return faces[0]
  return key === 'End' ? faces.at(-1) : undefined
}

/** The face nearest to the first one's column in the first row beyond it. */
function inNextRow([from, ...rest]: HTMLElement[], way: 1 | -1): HTMLElement | undefined {
  if (!from) return undefined
  const own = from.getBoundingClientRect()
  const beyond = rest
    .map((face) => ({ face, at: face.getBoundingClientRect() }))
    .filter(({ at }) => way * (at.top - own.top) > own.height)
  const row = beyond[0]?.at.top
  return beyond
    .filter(({ at }) => at.top === row)
    .toSorted((a, b) => Math.abs(a.at.left - own.left) - Math.abs(b.at.left - own.left))[0]?.face
}
