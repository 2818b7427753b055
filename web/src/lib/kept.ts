// What this browser keeps for a page between visits. One that keeps nothing is no error.

function trying<T>(what: () => T, otherwise: T): T {
  try {
    return what()
  } catch {
    return otherwise
  }
}

export const kept = {
  get: (name: string): string | undefined =>
    trying(() => localStorage.getItem(name) ?? undefined, undefined),

  /** Keeps a text; undefined forgets it. False when it could not be kept. */
  set: (name: string, text: string | undefined): boolean =>
    trying(() => {
      if (text === undefined) localStorage.removeItem(name)
      else localStorage.setItem(name, text)
      return true
    }, false),

  /** Every name that begins so. */
  names: (prefix: string): string[] =>
    trying(() => Object.keys(localStorage).filter((name) => name.startsWith(prefix)), []),
}

/** What a kept text holds as JSON; undefined when it is not of that shape. */
export function keptAs<T>(name: string, isOfShape: (value: unknown) => value is T): T | undefined {
  const text = kept.get(name)
  if (text === undefined) return undefined
  const value = trying<unknown>(() => JSON.parse(text), undefined)
  return isOfShape(value) ? value : undefined
}
