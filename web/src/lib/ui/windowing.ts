// Which rows of a long list are drawn: those in sight and some around them, never more than a screen
// can need. All rows are of one height; those that are not drawn are room above and below.

export interface Sight {
  /** How far the list is scrolled, and how much of it is seen, in pixels. */
  top: number
  height: number
  rowHeight: number
  count: number
}

export interface Drawn {
  /** The first row that is drawn, and the first after it that is not. */
  from: number
  to: number
}

/** Rows around those in sight, so that scrolling finds them drawn already. */
export const AROUND = 12
/** The window moves by so many rows at once: most of the time scrolling changes nothing at all. */
const STEP = 2
export const MOST_ROWS = 58

/** The rows to draw: those in sight, and at most so many before and after them. */
export function drawnOf({ top, height, rowHeight, count }: Sight, most = AROUND): Drawn {
  const seen = Math.ceil(height / rowHeight) + 1
  const around = Math.max(0, Math.min(most, Math.floor((MOST_ROWS - STEP - seen) / 2)))
  // Always as many, so that each row that leaves is used again for one that comes.
  const size = Math.min(count, MOST_ROWS, seen + 2 * around + STEP)
  const first = Math.floor(Math.max(0, top) / rowHeight) - around
  const from = Math.max(0, Math.min(Math.floor(first / STEP) * STEP, count - size))
  return { from, to: from + size }
}

/** The rows to draw, in order; the one with the focus stays although it is out of sight. */
export function placesOf({ from, to }: Drawn, kept: number | undefined, count: number): number[] {
  const places = Array.from({ length: Math.max(0, to - from) }, (_, at) => from + at)
  if (kept === undefined || kept < 0 || kept >= count || (kept >= from && kept < to)) return places
  return kept < from ? [kept, ...places] : [...places, kept]
}

/**
 * The key of a drawn row: rows are used again for others as the window moves, for changing a few words
 * is far quicker than making a row. The one with the focus keeps its own although it is out of sight.
 */
export function slotOf(at: number, kept: number | undefined, { from, to }: Drawn): number {
  const size = to - from
  const slot = at % size
  return kept !== undefined && kept !== at && kept % size === slot ? size : slot
}

/** How far to scroll so that a row is whole in sight; undefined where it is already. */
export function topFor(
  at: number,
  { top, height, rowHeight }: Sight,
  covered = 0,
): number | undefined {
  const start = at * rowHeight
  if (start < top) return start
  const end = start + rowHeight
  return end > top + height - covered ? end - height + covered : undefined
}
