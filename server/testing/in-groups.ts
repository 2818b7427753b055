// Many asks at once, and never so many that the server sends them away for haste.

/** Does the work for each of them, so many at a time; `before` each group. */
export async function inGroups<T>(
  all: readonly T[],
  size: number,
  work: (one: T) => Promise<unknown>,
  before: () => Promise<unknown> = async () => undefined,
): Promise<void> {
  for (let at = 0; at < all.length; at += size) {
    await before()
    await Promise.all(all.slice(at, at + size).map(work))
  }
}
