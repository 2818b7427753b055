// Walking over the tiles: one stop for Tab, arrow keys from tile to tile, whatever the columns and
// whatever of them is drawn.
import { tick } from 'svelte'
import type { Attachment } from 'svelte/attachments'
import type { Sight } from './sight.svelte.ts'
import { type Place, stepFrom } from './steps.ts'
import type { Wall } from './wall.svelte.ts'

/** A tile as its surroundings see it. */
export interface TileHandle extends Place {
  name: string
  face: HTMLElement | undefined
  /** Opens the field of the limit. */
  edit: () => void
}

/** Names a tile on the page. */
export function nameOfPlace({ key, id }: Place): string {
  return `${key}/${id}`
}

export class Tiles {
  readonly #wall: Pick<Wall, 'groups' | 'isIn'>
  readonly #sight: Pick<Sight, 'columns'>
  #last: TileHandle | undefined
  #at = $state.raw<Place>()
  /** Where Tab leads to: this tile is drawn although it is out of sight. */
  readonly stop = $derived.by((): Place | undefined => {
    const at = this.#at
    if (at && this.#wall.isIn(at.key, at.id)) return at
    const [group] = this.#wall.groups
    const id = group?.ids[0]
    return group && id !== undefined ? { key: group.key, id } : undefined
  })

  constructor(wall: Pick<Wall, 'groups' | 'isIn'>, sight: Pick<Sight, 'columns'>) {
    this.#wall = wall
    this.#sight = sight
  }

  visit(tile: TileHandle): void {
    this.#last = tile
    this.#at = tile
  }

  /** The tile that has the focus now. */
  focused(): TileHandle | undefined {
    const last = this.#last
    return last?.face && last.face === document.activeElement ? last : undefined
  }

  readonly walker: Attachment<HTMLElement> = (floor) => {
    const walk = (event: KeyboardEvent) => {
      const here = this.focused()
      const next =
        here && stepFrom(this.#wall.groups, this.#sight.columns, here, inReadingOrder(event.key))
      if (!next) return
      event.preventDefault()
      void this.#go(floor, next)
    }
    floor.addEventListener('keydown', walk)
    return () => floor.removeEventListener('keydown', walk)
  }

  async #go(floor: HTMLElement, place: Place): Promise<void> {
    this.#at = place
    await tick()
    const name = CSS.escape(nameOfPlace(place))
    floor.querySelector<HTMLElement>(`[data-tile="${name}"]`)?.focus()
  }
}

function inReadingOrder(key: string): string {
  if (document.documentElement.dir !== 'rtl') return key
  if (key === 'ArrowRight') return 'ArrowLeft'
  return key === 'ArrowLeft' ? 'ArrowRight' : key
}
