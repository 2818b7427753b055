// Colours that a site chose, made safe to read: which ink goes on them, and how far they must move
// towards black or white before they read on our own surfaces.

type Rgb = readonly [red: number, green: number, blue: number]

const DARK = '#14181c'
const LIGHT = '#ffffff'

function channels(colour: string): Rgb {
  const at = (index: number) => Number.parseInt(colour.slice(index, index + 2), 16) / 255
  return [at(1), at(3), at(5)]
}

function luminance(colour: string): number {
  const [red, green, blue] = channels(colour)
  const linear = (part: number) =>
    part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

/** The contrast of two colours (`#rrggbb`), from 1 to 21, as WCAG counts it. */
export function contrast(one: string, other: string): number {
  const [a, b] = [luminance(one), luminance(other)]
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
}

/** Black or white, whichever reads better on a colour: at least 4.5 for every colour there is. */
export function inkOn(colour: string): string {
  if (contrast(LIGHT, colour) >= 4.5) return LIGHT
  return contrast(DARK, colour) >= 4.5 ? DARK : '#000000'
}

function mixed(colour: string, towards: string, share: number): string {
  const to = channels(towards)
  const parts = channels(colour).map((part, index) => {
    const value = Math.round((part + ((to[index] ?? 0) - part) * share) * 255)
    return value.toString(16).padStart(2, '0')
  })
  return `#${parts.join('')}`
}

/** The colour itself, or the nearest on the way to black or white that has `ratio` on `surface`. */
export function readableOn(colour: string, surface: string, ratio: number): string {
  const towards = luminance(surface) > 0.18 ? '#000000' : '#ffffff'
  for (let step = 0; step < 20; step += 1) {
    const tried = mixed(colour, towards, step / 20)
    if (contrast(tried, surface) >= ratio) return tried
  }
  return towards
}
