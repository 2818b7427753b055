import { createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  canonicalIp,
  canonicalRange,
  isWithin,
  makeClientIp,
  rangeProblem,
  throttleKey,
} from './client-ip.ts'

const from = (peer: string | undefined, forwarded?: string | string[], more = {}) => ({
  socket: { remoteAddress: peer },
  headers: {
    ...(forwarded !== undefined && { 'x-forwarded-for': forwarded as string }),
    ...more,
  },
})

describe('without a trusted proxy', () => {
  const clientIp = makeClientIp([])

  test.each([
    ['203.0.113.9', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['2001:DB8:0::1', '2001:db8::1'],
    ['::1', '::1'],
    ['fe80::1%eth0', undefined],
    ['', undefined],
    [undefined, undefined],
    ['garbage', undefined],
  ])('somebody at %s is at %s', (peer, ip) => {
    expect(clientIp(from(peer))).toBe(ip)
  })

  test('no header is believed', () => {
    const lies = {
      'x-real-ip': '10.0.0.1',
      forwarded: 'for=10.0.0.1',
      'cf-connecting-ip': '10.0.0.1',
      'true-client-ip': '10.0.0.1',
      'x-client-ip': '10.0.0.1',
    }
    expect(clientIp(from('203.0.113.9', '10.0.0.1', lies))).toBe('203.0.113.9')
    expect(makeClientIp(['192.0.2.1'])(from('203.0.113.9', '10.0.0.1', lies))).toBe('203.0.113.9')
    expect(makeClientIp(['192.0.2.1'])(from('192.0.2.1', undefined, lies))).toBe('192.0.2.1')
  })
})

describe('behind a trusted proxy', () => {
  const clientIp = makeClientIp(['192.0.2.0/24', ' 2001:db8:ff::1'])

  test.each([
    ['10.0.0.1', '10.0.0.1'],
    ['2001:db8::1', '2001:db8::1'],
    ['2001:DB8:0::1', '2001:db8::1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['::ffff:a00:1', '10.0.0.1'],
    ['64:ff9b::a00:1', '64:ff9b::a00:1'],
    ['2002:a00:1::', '2002:a00:1::'],
    ['198.51.100.7, 10.0.0.1', '10.0.0.1'],
    ['garbage, 10.0.0.1', '10.0.0.1'],
    ['10.0.0.1, 192.0.2.7', '10.0.0.1'],
    ['198.51.100.7,10.0.0.1 ,\t192.0.2.7', '10.0.0.1'],
    ['198.51.100.7, 2001:db8:ff::1', '198.51.100.7'],
    ['192.0.2.8, 192.0.2.7', '192.0.2.8'],
    [Array(16).fill('10.0.0.1').join(','), '10.0.0.1'],
  ])('%j tells %s', (forwarded, ip) => {
    expect(clientIp(from('192.0.2.1', forwarded))).toBe(ip)
    expect(clientIp(from('::ffff:192.0.2.1', forwarded))).toBe(ip)
    expect(clientIp(from('2001:db8:ff::1', forwarded))).toBe(ip)
  })

  test.each([
    '010.0.0.1',
    '10.1',
    '2130706433',
    '0x7f.1',
    '１０.0.0.1',
    '10.0.0.256',
    '1.2.3.4.5',
    '10.0.0.1\u00a0',
    'fe80::1%eth0',
    '[::1]',
    '1.2.3.4:80',
    '"[2001:db8::1]:443"',
    'unknown',
    '_hidden',
    '10.0.0.0/8',
    '',
    ',',
    '10.0.0.1,',
    '10.0.0.1, garbage',
    '10.0.0.1, garbage, 192.0.2.7',
    Array(17).fill('10.0.0.1').join(','),
    Array(500).fill('192.0.2.7').join(', '),
    'x'.repeat(64_000),
  ])('%.40j tells nothing', (forwarded) => {
    expect(clientIp(from('192.0.2.1', forwarded))).toBeUndefined()
  })

  test('two headers are one list', () => {
    expect(clientIp(from('192.0.2.1', ['198.51.100.7', '10.0.0.1, 192.0.2.7']))).toBe('10.0.0.1')
  })

  test('nobody can put an address before their own, whatever they send', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), fc.ipV4(), (lie, own) => {
        fc.pre(!isWithin(own, ['192.0.2.0/24']))
        const told = clientIp(from('192.0.2.1', `${lie},${own}`))
        expect([own, undefined]).toContain(told)
      }),
    )
  })

  test('it is the same for a real request over a real connection', async () => {
    const real = makeClientIp(['127.0.0.1'])
    const told: (string | undefined)[] = []
    const server = createServer((request: IncomingMessage, reply) => {
      told.push(real(request))
      reply.end()
    })
    await new Promise<void>((resolve) => server.listen(0, resolve))
    const { port } = server.address() as AddressInfo
    for (const forwarded of [
      undefined,
      '203.0.113.9',
      ['198.51.100.7', '203.0.113.9'],
      'garbage',
    ]) {
      await new Promise<void>((resolve, reject) => {
        const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
        httpRequest({ host: '127.0.0.1', port, headers }, (reply) => {
          reply.resume().on('end', resolve)
        })
          .on('error', reject)
          .end()
      })
    }
    server.close()
    expect(told).toEqual(['127.0.0.1', '203.0.113.9', '203.0.113.9', undefined])
  })
})

test('a proxy that is no address stops the start', () => {
  for (const proxy of ['loopback', '*', 'true', '10.0.0.1/8', 'proxy.example.org', '']) {
    expect(() => makeClientIp([proxy])).toThrow(/not an address/)
  }
})

describe('an entry of an address list', () => {
  test.each([
    ['10.0.0.1', '10.0.0.1'],
    ['10.0.0.1/32', '10.0.0.1'],
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['192.168.2.128/25', '192.168.2.128/25'],
    ['2001:db8::1', '2001:db8::1'],
    ['2001:DB8:0::1/128', '2001:db8::1'],
    ['2001:DB8:0:0::/64', '2001:db8::/64'],
    ['2001:db8::/33', '2001:db8::/33'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['::ffff:a00:1', '10.0.0.1'],
    ['::ffff:10.0.0.0/104', '10.0.0.0/8'],
    ['64:ff9b::a00:1', '64:ff9b::a00:1'],
    ['2002:a00:1::', '2002:a00:1::'],
  ])('%s is kept as %s', (text, kept) => {
    expect(rangeProblem(text)).toBeNull()
    expect(canonicalRange(text)).toBe(kept)
    expect(canonicalRange(kept)).toBe(kept)
  })

  test.each([
    ...[
      ...['', '010.0.0.1', '10.1', '2130706433', '0x7f.1', '１０.0.0.1', '10.0.0.1 ', ' 10.0.0.1'],
      ...['10.0.0.256', '1.2.3.4.5', 'fe80::1%eth0', '[::1]', '1.2.3.4:80', '"[2001:db8::1]:443"'],
      ...['10/8', '/8', 'example.org', '10.0.0.1\n', "'; drop table ip_ranges"],
    ].map((text) => [text, 'not_an_address']),
    ...[
      ...['10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/', '10.0.0.0/8/8', '10.0.0.0/08', '10.0.0.0/8.0'],
      ...[
        '10.0.0.0/255.0.0.0',
        '2001:db8::/129',
        '10.0.0.0/ 8',
        '10.0.0.0/1e1',
        '::ffff:10.0.0.0/64',
      ],
    ].map((text) => [text, 'prefix']),
    ['10.0.0.1/8', 'host_bits'],
    ['10.128.0.0/8', 'host_bits'],
    ['192.168.2.1/25', 'host_bits'],
    ['2001:db8::1/64', 'host_bits'],
    ['2001:db8:8000::/32', 'host_bits'],
    ['0.0.0.0/0', 'too_wide'],
    ['::/0', 'too_wide'],
    ['0.0.0.0/1', 'too_wide'],
    ['128.0.0.0/1', 'too_wide'],
    ['10.0.0.0/7', 'too_wide'],
    ['2001::/16', 'too_wide'],
  ])('%j is refused: %s', (text, problem) => {
    expect(rangeProblem(text)).toBe(problem)
    if (problem !== 'too_wide') expect(canonicalRange(text)).toBeUndefined()
  })
})

describe('an address is within', () => {
  test.each([
    ['10.0.0.1', ['10.0.0.0/8'], true],
    ['10.255.255.255', ['10.0.0.0/8'], true],
    ['11.0.0.0', ['10.0.0.0/8'], false],
    ['::ffff:10.0.0.1', ['10.0.0.0/8'], true],
    ['10.0.0.1', ['::ffff:10.0.0.1'], true],
    ['10.0.0.1', ['::/0'], false],
    ['2001:db8::5', ['0.0.0.0/0'], false],
    ['2001:db8:0:1::5', ['2001:db8:0:1::/64', '10.0.0.0/8'], true],
    ['2001:db8:0:2::5', ['2001:db8:0:1::/64', '10.0.0.0/8'], false],
    ['10.0.0.1', ['10.0.0.1/32'], true],
    ['10.0.0.1', [], false],
    [undefined, ['0.0.0.0/0', '::/0'], false],
    ['garbage', ['0.0.0.0/0', '::/0'], false],
    ['010.0.0.1', ['0.0.0.0/0'], false],
  ])('%s, %j: %s', (ip, ranges, expected) => {
    expect(isWithin(ip, ranges)).toBe(expected)
  })

  test('exactly when the first bits agree', () => {
    const number = (ip: string) => ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV4(), fc.integer({ min: 0, max: 32 }), (ip, other, prefix) => {
        const size = 2 ** (32 - prefix)
        const start = Math.floor(number(other) / size) * size
        const network = [24, 16, 8, 0]
          .map((shift) => Math.floor(start / 2 ** shift) % 256)
          .join('.')
        const isInside = number(ip) >= start && number(ip) < start + size
        expect(isWithin(ip, [`${network}/${prefix}`])).toBe(isInside)
        expect(isWithin(`::ffff:${ip}`, [`${network}/${prefix}`])).toBe(isInside)
      }),
    )
  })
})

describe('an address', () => {
  test('is written in one way, and that way stays', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (ip) => {
        const canonical = canonicalIp(ip)
        expect(canonical).toBeDefined()
        expect(canonicalIp(canonical ?? '')).toBe(canonical)
        expect(canonicalIp(ip.toUpperCase())).toBe(canonical)
        expect(canonicalRange(ip)).toBe(canonical)
        expect(isWithin(ip, [canonical ?? ''])).toBe(true)
      }),
    )
  })

  test.each([
    ['203.0.113.9', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:ffff::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8::/64'],
    ['::1', '::/64'],
    ['garbage', 'unknown'],
  ])('%s is counted as %s', (ip, key) => {
    expect(throttleKey(ip)).toBe(key)
  })
})
