// Portraits for the demo's people: drawn, so that nobody's face is used. Plain shapes on a ground
// whose colours follow from the name.
import sharp from 'sharp'

const SIZE = 256

type Colour = readonly [red: number, green: number, blue: number]

const GROUNDS: readonly Colour[] = [
  [205, 226, 235],
  [233, 219, 201],
  [216, 230, 209],
  [232, 212, 219],
  [221, 217, 238],
  [238, 230, 198],
  [203, 229, 221],
]
const SKINS: readonly Colour[] = [
  [246, 214, 190],
  [226, 179, 145],
  [188, 134, 98],
  [141, 92, 62],
  [250, 224, 206],
]
const HAIR: readonly Colour[] = [
  [46, 36, 32],
  [92, 60, 38],
  [176, 128, 66],
  [148, 62, 38],
  [196, 196, 198],
  [28, 30, 40],
]
const CLOTHES: readonly Colour[] = [
  [11, 114, 133],
  [72, 84, 112],
  [140, 72, 88],
  [60, 120, 84],
  [176, 124, 48],
  [94, 76, 140],
]

/** A number that is the same for the same name, and different for most others. */
export function seedOf(name: string): number {
  let seed = 2_166_136_261
  for (const sign of name) seed = Math.imul(seed ^ (sign.codePointAt(0) ?? 0), 16_777_619)
  return seed >>> 0
}

function pick<T>(list: readonly T[], seed: number): T {
  const one = list[seed % list.length]
  if (one === undefined) throw new Error('nothing to pick from')
  return one
}

/** How much of a pixel lies inside an ellipse, from its distance to the edge: soft edges. */
function cover(x: number, y: number, cx: number, cy: number, rx: number, ry: number): number {
  const distance = (Math.hypot((x - cx) / rx, (y - cy) / ry) - 1) * Math.min(rx, ry)
  return Math.min(1, Math.max(0, 0.5 - distance))
}

function mix(under: Colour, over: Colour, share: number): Colour {
  const blend = (a: number, b: number) => a + (b - a) * share
  return [blend(under[0], over[0]), blend(under[1], over[1]), blend(under[2], over[2])]
}

function pixel(x: number, y: number, seed: number): Colour {
  const skin = pick(SKINS, seed >>> 3)
  const hair = pick(HAIR, seed >>> 7)
  const isLong = (seed >>> 11) % 2 === 0
  const parted = 112 + ((seed >>> 13) % 3) * 16
  let colour = pick(GROUNDS, seed)
  if (isLong) colour = mix(colour, hair, cover(x, y, 128, 132, 70, 86))
  colour = mix(colour, pick(CLOTHES, seed >>> 17), cover(x, y, 128, 276, 104, 88))
  colour = mix(colour, mix(skin, [90, 50, 30], 0.16), cover(x, y, 128, 186, 25, 34))
  colour = mix(colour, skin, cover(x, y, 128, 124, 52, 64))
  const fringe = cover(x, y, parted, 78, 66, 40) * cover(x, y, 128, 112, 58, 68)
  colour = mix(colour, hair, fringe)
  for (const eye of [108, 148]) colour = mix(colour, [40, 32, 32], cover(x, y, eye, 126, 5, 5.5))
  const smile = cover(x, y, 128, 146, 17, 13) * (1 - cover(x, y, 128, 140, 20, 14))
  return mix(colour, [168, 72, 72], smile)
}

/** A square WebP portrait for the name, in each of the sizes (pixels). */
export async function portrait(
  name: string,
  sizes: readonly number[],
): Promise<Map<number, Buffer>> {
  const seed = seedOf(name)
  const raw = Buffer.alloc(SIZE * SIZE * 3)
  for (let y = 0; y < SIZE; y++)
    for (let x = 0; x < SIZE; x++) raw.set(pixel(x, y, seed).map(Math.round), (y * SIZE + x) * 3)
  const drawn = await Promise.all(
    sizes.map(async (size) => {
      const image = sharp(raw, { raw: { width: SIZE, height: SIZE, channels: 3 } })
      return [size, await image.resize(size, size).webp({ quality: 82 }).toBuffer()] as const
    }),
  )
  return new Map(drawn)
}
