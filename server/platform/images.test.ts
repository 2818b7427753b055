import { randomBytes } from 'node:crypto'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import {
  BLUE,
  type Colour,
  chunk,
  GREEN,
  picture,
  png,
  quarters,
  RED,
  WHITE,
} from '../testing/pictures.ts'
import { PHOTO_SIZES, squarePhoto } from './images.ts'

/** The colours in the middle of the four quarters of a photo. */
async function quartersOf(file: Buffer): Promise<Colour[]> {
  const { data, info } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  const at = (x: number, y: number): Colour => {
    const i =
      (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * info.channels
    return [data[i] ?? 0, data[i + 1] ?? 0, data[i + 2] ?? 0]
  }
  return [at(0.25, 0.25), at(0.75, 0.25), at(0.25, 0.75), at(0.75, 0.75)]
}

function expectColours(found: Colour[], wanted: Colour[], tolerance = 24) {
  for (const [i, colour] of wanted.entries()) {
    for (const [j, value] of colour.entries()) {
      expect(Math.abs((found[i]?.[j] ?? -999) - value), `${found}`).toBeLessThan(tolerance)
    }
  }
}

describe('a photo', () => {
  test.each([
    ['JPEG', () => picture().jpeg({ quality: 95 })],
    ['progressive JPEG', () => picture().jpeg({ quality: 95, progressive: true })],
    ['PNG', () => picture().png()],
    ['interlaced PNG', () => picture().png({ progressive: true })],
    ['PNG with a palette', () => picture().png({ palette: true })],
    ['PNG of 16 bits', () => picture().toColourspace('rgb16').png()],
    ['PNG with transparency', () => picture().ensureAlpha().png()],
    ['WebP', () => picture().webp()],
    ['lossless WebP', () => picture().webp({ lossless: true })],
    [
      'JPEG in CMYK',
      () => picture().toColourspace('cmyk').withIccProfile('cmyk').jpeg({ quality: 95 }),
    ],
    ['JPEG in Display P3', () => picture().withIccProfile('p3').jpeg({ quality: 95 })],
  ])('of %s becomes three squares of WebP with its colours', async (kind, make) => {
    const photo = await squarePhoto(await make().toBuffer())
    expect(Object.keys(photo)).toEqual(['48', '96', '256'])
    for (const size of PHOTO_SIZES) {
      const { format, width, height, pages, exif, icc, xmp, iptc } = await sharp(
        photo[size],
      ).metadata()
      expect({ format, width, height }).toEqual({ format: 'webp', width: size, height: size })
      expect([pages, exif, icc, xmp, iptc].every((one) => one === undefined)).toBe(true)
      expect(photo[size].length).toBeLessThanOrEqual(65_536)
      // CMYK cannot hold these reds and greens; they come back duller.
      const tolerance = kind.includes('CMYK') ? 100 : 24
      expectColours(await quartersOf(photo[size]), [RED, GREEN, BLUE, WHITE], tolerance)
    }
  })

  test.each([
    ['grey', () => picture().greyscale().png()],
    ['grey with transparency', () => picture().greyscale().ensureAlpha().png()],
    ['black and white', () => picture().threshold().png({ palette: true, colours: 2 })],
  ])('in %s is taken', async (_, make) => {
    const photo = await squarePhoto(await make().toBuffer())
    expect((await sharp(photo[256]).metadata()).width).toBe(256)
  })

  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'of EXIF orientation %i stands upright',
    async (orientation) => {
      // How the upright picture must lie in the file, so that the orientation turns it back.
      const lying: Record<number, Colour[]> = {
        1: [RED, GREEN, BLUE, WHITE],
        2: [GREEN, RED, WHITE, BLUE],
        3: [WHITE, BLUE, GREEN, RED],
        4: [BLUE, WHITE, RED, GREEN],
        5: [RED, BLUE, GREEN, WHITE],
        6: [GREEN, WHITE, RED, BLUE],
        7: [WHITE, GREEN, BLUE, RED],
        8: [BLUE, RED, WHITE, GREEN],
      }
      const file = await picture(lying[orientation])
        .withMetadata({ orientation })
        .jpeg({ quality: 95 })
        .toBuffer()
      expect((await sharp(file).metadata()).orientation).toBe(orientation)
      const photo = await squarePhoto(file)
      expectColours(await quartersOf(photo[256]), [RED, GREEN, BLUE, WHITE])
      expect((await sharp(photo[256]).metadata()).orientation).toBeUndefined()
    },
  )

  test('that is long is cropped, not squeezed', async () => {
    const tall = await sharp({
      create: { width: 200, height: 1200, channels: 3, background: '#cc2222' },
    })
      .composite([
        {
          input: await sharp({
            create: { width: 200, height: 200, channels: 3, background: '#2222cc' },
          })
            .png()
            .toBuffer(),
          top: 0,
          left: 0,
        },
      ])
      .png()
      .toBuffer()
    const photo = await squarePhoto(tall)
    expect(await sharp(photo[96]).metadata()).toMatchObject({ width: 96, height: 96 })
  })

  test.each([3, 4] as const)(
    'of pure noise in %i channels still fits in 64 KB',
    async (channels) => {
      const noise = randomBytes(256 * 256 * channels).map((byte) => (byte & 1 ? 255 : 0))
      const file = await sharp(noise, { raw: { width: 256, height: 256, channels } })
        .png()
        .toBuffer()
      const photo = await squarePhoto(file)
      expect(photo[256].length).toBeGreaterThan(20_000)
      for (const size of PHOTO_SIZES) expect(photo[size].length).toBeLessThanOrEqual(65_536)
    },
  )

  test('stands on white where it was transparent', async () => {
    const background = { r: 0, g: 0, b: 0, alpha: 0 }
    const clear = sharp({ create: { width: 64, height: 64, channels: 4, background } })
    const photo = await squarePhoto(await clear.png().toBuffer())
    const white: Colour = [255, 255, 255]
    expectColours(await quartersOf(photo[96]), [white, white, white, white])
  })

  test('keeps nothing of where it was made, what was written in it, or what came after it', async () => {
    const secrets = ['secret-canary', '<script>alert(1)</script>', 'PK\u0003\u0004']
    const jpeg = await picture()
      .withExif({
        IFD0: { Copyright: 'secret-canary', ImageDescription: '<script>alert(1)</script>' },
        IFD3: {
          GPSLatitudeRef: 'N',
          GPSLatitude: '52/1 22/1 0/1',
          GPSLongitudeRef: 'E',
          GPSLongitude: '4/1 54/1 0/1',
        },
      })
      .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"><secret-canary/></x:xmpmeta>')
      .jpeg()
      .toBuffer()
    expect(jpeg.includes('secret-canary')).toBe(true)
    const polyglot = Buffer.concat([
      jpeg,
      Buffer.from('PK\u0003\u0004<html><script>alert(1)</script>secret-canary'),
    ])
    const text = png(
      64,
      64,
      8,
      2,
      64 * 3,
      chunk('tEXt', Buffer.from('Comment\u0000secret-canary<script>alert(1)</script>')),
    )
    for (const file of [jpeg, polyglot, text]) {
      const photo = await squarePhoto(file)
      for (const size of PHOTO_SIZES) {
        for (const secret of secrets) expect(photo[size].includes(secret)).toBe(false)
        expect(photo[size].includes('EXIF')).toBe(false)
        expect((await sharp(photo[size]).metadata()).exif).toBeUndefined()
        expect(photo[size].readUInt32LE(4) + 8).toBe(photo[size].length)
      }
    }
  })

  test('that moves becomes its first picture', async () => {
    const frames = Buffer.concat([
      quarters([RED, RED, RED, RED], 64),
      quarters([BLUE, BLUE, BLUE, BLUE], 64),
    ])
    const webp = await sharp(frames, {
      raw: { width: 64, height: 128, channels: 3, pageHeight: 64 },
    })
      .webp({ loop: 0, delay: [100, 100] })
      .toBuffer()
    expect((await sharp(webp, { animated: true }).metadata()).pages).toBe(2)
    const photo = await squarePhoto(webp)
    expectColours(await quartersOf(photo[48]), [RED, RED, RED, RED])
    expect((await sharp(photo[48], { animated: true }).metadata()).pages ?? 1).toBe(1)
  })

  test('in an animated PNG becomes its first picture', async () => {
    const still = await picture().png().toBuffer()
    const frames = Buffer.alloc(8)
    frames.writeUInt32BE(1)
    const apng = Buffer.concat([still.subarray(0, 33), chunk('acTL', frames), still.subarray(33)])
    expectColours(await quartersOf((await squarePhoto(apng))[96]), [RED, GREEN, BLUE, WHITE])
  })
})
