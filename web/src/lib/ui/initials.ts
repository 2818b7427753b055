// What stands for a person without a photo: two letters and a hue, the same on every screen.

/** One or two letters: of the first and the last word, or the first two of a single one. */
export function initialsOf(name: string): string {
  const words = name.split(/[\s._-]+/u).filter((word) => /[\p{L}\p{N}]/u.test(word))
  const first = [...(words[0] ?? '')]
  const last = words.length > 1 ? [...(words.at(-1) ?? '')] : first.slice(1)
  return `${first[0] ?? '?'}${last[0] ?? ''}`.toLocaleUpperCase()
}

/** A hue in degrees, one of twelve well apart, worked out from the name (FNV-1a). */
export function hueOf(name: string): number {
  let hash = 0x811c9dc5
  for (const letter of name) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193)
  return ((hash >>> 8) % 12) * 30
}
