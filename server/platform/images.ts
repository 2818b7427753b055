// Photos: what somebody uploads becomes three small squares, drawn anew pixel by pixel, so that
// nothing else that was in the file survives: no place, no script, no second file behind the first.
import sharp from 'sharp'
import { makeGate } from './gate.ts'
import { Refusal } from './refuse.ts'

// The decoders know dozens of formats; three are wanted. Blocked for the whole process: libvips
// would otherwise render an SVG that calls itself a.png.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer', 'VipsForeignLoadWebpBuffer'],
})
sharp.cache(false)
sharp.concurrency(1)

/** Pixels on a side. */
export const PHOTO_SIZES = [48, 96, 256] as const
export type PhotoSize = (typeof PHOTO_SIZES)[number]
const [, , LARGEST] = PHOTO_SIZES

const PIXELS_MAX = 25_000_000
const SIDE_MAX = 8000
const SIDE_MIN = 16
const SECONDS_MAX = 5
/** At this quality even pure noise of 256 pixels takes less than 60 KB. */
const QUALITY = 82

// One of the process: a picture at work takes a core and up to 150 MB.
const gate = makeGate({ running: 1, queued: 8, waitMs: 15_000 })

/**
 * The photo as upright square WebP files of 48, 96 and 256 pixels, each at most 64 KB, without
 * metadata. Takes JPEG, PNG and WebP, of an animation the first picture. Refuses with
 * `unsupported_media` (another format), `unreadable_photo` (broken, or smaller than 16 pixels),
 * `photo_too_large` (in pixels) or `busy`.
 */
export async function squarePhoto(bytes: Uint8Array): Promise<Record<PhotoSize, Buffer>> {
  if (!hasKnownStart(bytes)) throw new Refusal('unsupported_media')
  return gate(async () => {
    await checkSize(bytes)
    const pixels = await readable(() => decode(bytes))
    return {
      48: await encode(pixels, 48),
      96: await encode(pixels, 96),
      256: await encode(pixels, 256),
    }
  })
}

function hasKnownStart(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.subarray(0, 12)).toString('latin1')
  return (
    start.startsWith('\xff\xd8\xff') ||
    start.startsWith('\x89PNG\r\n\x1a\n') ||
    (start.startsWith('RIFF') && start.slice(8) === 'WEBP')
  )
}

const OPTIONS = { failOn: 'error', pages: 1, animated: false } as const

/** Reads the head of the file alone: a bomb is refused before a pixel of it is unpacked. */
async function checkSize(bytes: Uint8Array): Promise<void> {
  const head = await readable(() =>
    sharp(bytes, { ...OPTIONS, limitInputPixels: false }).metadata(),
  )
  const { width, height } = head
  if (Math.max(width, height) > SIDE_MAX || width * height > PIXELS_MAX) {
    throw new Refusal('photo_too_large')
  }
  if (Math.min(width, height) < SIDE_MIN) {
    throw new Refusal('unreadable_photo', { message: `smaller than ${SIDE_MIN} pixels` })
  }
}

/** The pixels of the largest square, three bytes each. What is transparent becomes white. */
function decode(bytes: Uint8Array): Promise<Buffer> {
  return sharp(bytes, { ...OPTIONS, limitInputPixels: PIXELS_MAX })
    .timeout({ seconds: SECONDS_MAX })
    .autoOrient()
    .resize(LARGEST, LARGEST, { fit: 'cover', position: sharp.strategy.attention })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer()
}

function encode(pixels: Buffer, size: PhotoSize): Promise<Buffer> {
  return sharp(pixels, { raw: { width: LARGEST, height: LARGEST, channels: 3 } })
    .resize(size, size)
    .webp({ quality: QUALITY })
    .toBuffer()
}

// What the decoder throws is about the file that somebody sent; it is not a fault of ours.
async function readable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch {
    throw new Refusal('unreadable_photo')
  }
}
