// A whole number from 0 below `max`, from the browser's own source of chance: every number is as
// likely as the others (what would favour the small ones is drawn again).

const SPAN = 2 ** 32

export function randomInt(max: number): number {
  const fair = SPAN - (SPAN % max)
  const box = new Uint32Array(1)
  do crypto.getRandomValues(box)
  while ((box[0] ?? SPAN) >= fair)
  return (box[0] ?? 0) % max
}
