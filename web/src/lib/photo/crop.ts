// Which square of a picture is kept: moved and made smaller, never beyond the picture's edge.

export interface Size {
  width: number
  height: number
}

/** A square of the picture, in the picture's own pixels. */
export interface Crop {
  x: number
  y: number
  side: number
}

/** So many times closer than the whole of the shorter side. */
export const MOST_ZOOM = 4

/** The square that is offered first: the middle, as large as it can be. */
export function middleOf({ width, height }: Size): Crop {
  const side = Math.min(width, height)
  return { x: (width - side) / 2, y: (height - side) / 2, side }
}

/** The square moved by so many of the picture's pixels. */
export function movedBy({ x, y, side }: Crop, by: { x: number; y: number }, size: Size): Crop {
  return {
    x: between(0, x + by.x, size.width - side),
    y: between(0, y + by.y, size.height - side),
    side,
  }
}

/** How close the square is: 1 for the whole of the shorter side. */
export function zoomOf({ side }: Crop, { width, height }: Size): number {
  return Math.min(width, height) / side
}

/** The square at another zoom, 1 to `MOST_ZOOM`, around the same middle where the edge allows. */
export function zoomedTo({ x, y, side }: Crop, zoom: number, size: Size): Crop {
  const now = Math.min(size.width, size.height) / between(1, zoom, MOST_ZOOM)
  const grown = { x: x - (now - side) / 2, y: y - (now - side) / 2, side: now }
  return movedBy(grown, { x: 0, y: 0 }, size)
}

const between = (least: number, value: number, most: number) =>
  Math.max(least, Math.min(most, value))
