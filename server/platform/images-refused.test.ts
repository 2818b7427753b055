import { deflateSync, gzipSync } from 'node:zlib'
import sharp from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'
import { chunk, picture, png, quarters, RED, raw, SIGNATURE } from '../testing/pictures.ts'
import { squarePhoto } from './images.ts'
import { Refusal } from './refuse.ts'

const refusalOf = (bytes: Uint8Array) =>
  squarePhoto(bytes).then(
    () => 'taken',
    (error: unknown) => (error instanceof Refusal ? error.code : `${error}`),
  )

describe('a file of another kind is refused as unsupported_media', () => {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><script>alert(1)</script><rect width="64" height="64"/></svg>'
  const bomb =
    '<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><svg xmlns="http://www.w3.org/2000/svg">&b;</svg>'
  const files = new Map<string, Uint8Array>([
    ['nothing', Buffer.alloc(0)],
    ['one byte', Buffer.from([0xff])],
    ['random bytes', Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 197 + 31) & 255))],
    ['text', Buffer.from('hello there')],
    ['a program', Buffer.from('MZ\u0090\u0000')],
    ['a PDF', Buffer.from('%PDF-1.7\n')],
    ['a zip', Buffer.from('PK\u0003\u0004')],
    ['a page', Buffer.from('<!doctype html><script>alert(1)</script>')],
    ['an SVG', Buffer.from(svg)],
    ['an SVG with entities', Buffer.from(bomb)],
    ['a gzipped SVG', gzipSync(svg)],
    ['a GIF with a script', Buffer.from('GIF89a/*…*/=1;')],
    ['a BMP', Buffer.from('BM\u0000\u0000\u0000\u0000')],
    ['an icon', Buffer.from([0, 0, 1, 0, 1, 0])],
    ['a Photoshop file', Buffer.from('8BPS\u0000\u0001')],
    ['a RIFF that is no WebP', Buffer.from('RIFF\u0004\u0000\u0000\u0000WAVE')],
  ])
  beforeAll(async () => {
    files.set('a GIF', await picture().gif().toBuffer())
    files.set('a TIFF', await picture().tiff().toBuffer())
    files.set('an AVIF', await picture().avif({ effort: 0 }).toBuffer())
  })

  test('whatever it is called', async () => {
    expect(files.size).toBe(19)
    for (const [name, bytes] of files) {
      const started = performance.now()
      expect(`${name}: ${await refusalOf(bytes)}`).toBe(`${name}: unsupported_media`)
      expect(performance.now() - started).toBeLessThan(250)
    }
  })

  test('and the decoders for them are off, should one dress up as another', async () => {
    await expect(sharp(Buffer.from(svg)).toBuffer()).rejects.toThrow()
    await expect(sharp(gzipSync(svg)).toBuffer()).rejects.toThrow()
    await expect(sharp(files.get('a GIF')).toBuffer()).rejects.toThrow()
    await expect(sharp(files.get('a TIFF')).toBuffer()).rejects.toThrow()
    await expect(sharp(files.get('an AVIF')).toBuffer()).rejects.toThrow()
  })
})

const half = (file: Buffer) => file.subarray(0, file.length / 2)

describe('a broken file is refused as unreadable_photo', () => {
  test.each([
    ['a truncated JPEG', async () => half(await picture().jpeg().toBuffer())],
    ['a truncated PNG', async () => half(await picture().png({ compressionLevel: 0 }).toBuffer())],
    ['a truncated WebP', async () => half(await picture().webp().toBuffer())],
    ['a JPEG of only a start', async () => Buffer.from([0xff, 0xd8, 0xff, 0xe0])],
    ['a PNG of only a start', async () => SIGNATURE],
    ['a PNG without width', async () => png(0, 64, 8, 2, 0)],
    ['a PNG of negative width', async () => png(0xffffffff, 64, 8, 2, 0)],
    [
      'a PNG with a wrong checksum',
      async () => {
        const file = await picture().png().toBuffer()
        file[file.indexOf('IDAT') + 20] = (file[file.indexOf('IDAT') + 20] ?? 0) ^ 0xff
        return file
      },
    ],
    [
      'a photo of 15 pixels',
      async () =>
        sharp(quarters([RED, RED, RED, RED], 15), raw(15))
          .png()
          .toBuffer(),
    ],
  ])('%s', async (_, make) => {
    expect(await refusalOf(await make())).toBe('unreadable_photo')
  })
})

describe('a bomb is refused as photo_too_large before it is unpacked', () => {
  test.each([
    ['16383 x 16383 of one bit', () => png(16_383, 16_383, 1, 0, 2048)],
    ['30000 x 30000 of one bit', () => png(30_000, 30_000, 1, 0, 3750)],
    ['8000 x 8000 of 16 bits', () => png(8000, 8000, 16, 6, 8)],
    ['65535 x 1', () => png(65_535, 1, 8, 2, 65_535 * 3)],
    ['1 x 100000', () => png(1, 100_000, 8, 2, 3)],
    ['5001 x 5000', () => png(5001, 5000, 1, 0, 626)],
  ])('%s', async (_, make) => {
    const file = make()
    const before = process.memoryUsage.rss()
    const started = performance.now()
    expect(await refusalOf(file)).toBe('photo_too_large')
    expect(performance.now() - started).toBeLessThan(500)
    expect(process.memoryUsage.rss() - before).toBeLessThan(60_000_000)
  })

  test('and text packed into the head costs little', async () => {
    const text = chunk(
      'zTXt',
      Buffer.concat([Buffer.from('a\u0000\u0000'), deflateSync(Buffer.alloc(8_000_000))]),
    )
    const file = png(64, 64, 8, 2, 64 * 3, ...Array.from({ length: 30 }, () => text))
    const before = process.memoryUsage.rss()
    const started = performance.now()
    expect(['taken', 'unreadable_photo']).toContain(await refusalOf(file))
    expect(performance.now() - started).toBeLessThan(3000)
    expect(process.memoryUsage.rss() - before).toBeLessThan(150_000_000)
  })
})

test('twenty at once: one at work, eight wait, the rest are told to come back', async () => {
  const file = await picture().resize(3000, 3000).jpeg().toBuffer()
  const answers = await Promise.all(Array.from({ length: 20 }, () => refusalOf(file)))
  expect(answers.filter((one) => one === 'taken')).toHaveLength(9)
  expect(answers.filter((one) => one === 'busy')).toHaveLength(11)
  expect(await refusalOf(file)).toBe('taken')
})
