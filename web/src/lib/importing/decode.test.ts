import { expect, test } from 'vitest'
import { decode } from './decode.ts'

test.each([
  ['UTF-8', [0x43, 0x68, 0x6c, 0x6f, 0xc3, 0xa9], 'Chloé'],
  ['UTF-8 with its mark', [0xef, 0xbb, 0xbf, 0x41], 'A'],
  ['what Windows writes', [0x43, 0x68, 0x6c, 0x6f, 0xe9], 'Chloé'],
  ['UTF-16', [0xff, 0xfe, 0x41, 0x00, 0xe9, 0x00], 'Aé'],
  ['UTF-16, the other way round', [0xfe, 0xff, 0x00, 0x41], 'A'],
])('MS-13: a file in %s', (_, bytes, text) => {
  expect(decode(new Uint8Array(bytes))).toBe(text)
})
