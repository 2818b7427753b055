// Pictures for tests: four coloured quarters that show which way up they are, and hand-made PNGs.
import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'

const SIDE = 320
export type Colour = [number, number, number]
export const RED: Colour = [220, 30, 30]
export const GREEN: Colour = [30, 180, 60]
export const BLUE: Colour = [40, 60, 220]
export const WHITE: Colour = [250, 250, 250]

/** Raw pixels of a picture whose four quarters have these colours: top left, top right, bottom left, bottom right. */
export function quarters(colours: Colour[], side = SIDE): Buffer {
  const data = Buffer.alloc(side * side * 3)
  for (let i = 0; i < side * side; i += 1) {
    const [x, y] = [i % side, Math.floor(i / side)]
    const colour = colours[(y < side / 2 ? 0 : 2) + (x < side / 2 ? 0 : 1)] ?? WHITE
    data.set(colour, i * 3)
  }
  return data
}

export const raw = (side = SIDE) => ({ raw: { width: side, height: side, channels: 3 as const } })
export const picture = (colours: Colour[] = [RED, GREEN, BLUE, WHITE]) =>
  sharp(quarters(colours), raw())

/** A chunk of a PNG, its checksum right. */
export function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const check = Buffer.alloc(4)
  check.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, check])
}

export const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/** A black PNG, or one that only claims its size: no more than 20000 lines are in it. `scanline` in bytes. */
export function png(
  width: number,
  height: number,
  bits: number,
  type: number,
  scanline: number,
  ...more: Buffer[]
) {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width)
  head.writeUInt32BE(height, 4)
  head.set([bits, type, 0, 0, 0], 8)
  const data = deflateSync(Buffer.alloc((scanline + 1) * Math.min(height, 20_000)))
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', head),
    ...more,
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ])
}
