// From where somebody comes. One function for HTTP, sockets, throttles and address lists: whoever
// reads addresses in two ways is passed by in the gap between them.
import type { IncomingMessage } from 'node:http'
import { BlockList, isIP, isIPv4 } from 'node:net'

/** More hops than any honest chain of proxies has. */
const HOPS_MAX = 16
const BITS = { ipv4: 32, ipv6: 128 }
/** Wider than this a list is no list; it must be meant. */
const WIDEST = { ipv4: 8, ipv6: 32 }

export type RangeProblem = 'not_an_address' | 'prefix' | 'host_bits' | 'too_wide'
type Request = Pick<IncomingMessage, 'headers'> & { socket: { remoteAddress?: string | undefined } }

/**
 * Makes the function that tells a request's address, in canonical form. X-Forwarded-For is believed
 * as far as it was written by the trusted proxies (addresses or CIDR ranges), from the right;
 * every other header is ignored. Undefined means that it cannot be told: such a request is to be
 * treated as not allowed. Throws when a proxy is not an address or range.
 */
export function makeClientIp(
  trustedProxies: readonly string[],
): (request: Request) => string | undefined {
  const isTrusted = makeRangeCheck(trustedProxies.map((proxy) => proxy.trim()))
  return (request) => {
    const peer = canonicalIp(request.socket.remoteAddress ?? '')
    const forwarded = request.headers['x-forwarded-for']
    if (peer === undefined || forwarded === undefined || !isTrusted(peer)) return peer
    return lastStranger([forwarded].flat().join(','), isTrusted)
  }
}

/** The right-most address that no trusted proxy has; the left-most one when all are proxies. */
function lastStranger(forwarded: string, isTrusted: (ip: string) => boolean): string | undefined {
  const hops = forwarded.split(',')
  if (hops.length > HOPS_MAX) return undefined
  let ip: string | undefined
  for (const hop of hops.toReversed()) {
    ip = canonicalIp(hop.replace(/^[ \t]+|[ \t]+$/g, ''))
    if (ip === undefined || !isTrusted(ip)) return ip
  }
  return ip
}

/** The one way to write an address: IPv6 short and in lower case, IPv4 in IPv6 as IPv4. Undefined when it is none. */
export function canonicalIp(text: string): string | undefined {
  const version = isIP(text)
  if (version === 4) return text
  if (version === 0 || text.includes('%')) return undefined
  const short = new URL(`http://[${text}]`).hostname.slice(1, -1)
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(short)
  return mapped
    ? ipv4Of(Number.parseInt(`${mapped[1]}`, 16), Number.parseInt(`${mapped[2]}`, 16))
    : short
}

function ipv4Of(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

interface Range {
  family: 'ipv4' | 'ipv6'
  address: string
  prefix: number
}

/** Why the text cannot stand in a list of addresses; null when it can. `too_wide` may be confirmed. */
export function rangeProblem(text: string): RangeProblem | null {
  const range = parseRange(text)
  if (typeof range === 'string') return range
  return range.prefix < WIDEST[range.family] ? 'too_wide' : null
}

/** The range as it is stored: `10.0.0.0/8`, an address alone without a prefix. Undefined when it is none. */
export function canonicalRange(text: string): string | undefined {
  const range = parseRange(text)
  if (typeof range === 'string') return undefined
  const isOne = range.prefix === BITS[range.family]
  return isOne ? range.address : `${range.address}/${range.prefix}`
}

/** Whether the address lies in one of the ranges. An address that cannot be told lies in none. */
export function isWithin(ip: string | undefined, ranges: readonly string[]): boolean {
  return ip !== undefined && makeRangeCheck(ranges)(ip)
}

/** The network that an address is in, as near as says something of a place: a /24, or a /48. */
export function networkOf(ip: string): string | undefined {
  const address = canonicalIp(ip)
  if (address === undefined) return undefined
  if (isIPv4(address)) return `${address.split('.').slice(0, 3).join('.')}.0/24`
  const groups = groupsOf(address).slice(0, 3)
  return `${canonicalIp(`${groups.map((group) => group.toString(16)).join(':')}::`)}/48`
}

/** By what tries are counted: an IPv4 address, or the /64 that one IPv6 subscriber has. */
export function throttleKey(ip: string): string {
  const address = canonicalIp(ip)
  if (address === undefined) return 'unknown'
  if (isIPv4(address)) return address
  const network = groupsOf(address).slice(0, 4)
  return `${canonicalIp(`${network.map((group) => group.toString(16)).join(':')}::`)}/64`
}

// Two lists, for one list alone would let ::/0 match IPv4 addresses too.
function makeRangeCheck(ranges: readonly string[]): (ip: string) => boolean {
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() }
  for (const text of ranges) {
    const range = parseRange(text)
    if (typeof range === 'string') throw new Error(`not an address or range: ${text}`)
    lists[range.family].addSubnet(range.address, range.prefix, range.family)
  }
  return (ip) => {
    const address = canonicalIp(ip)
    if (address === undefined) return false
    const family = familyOf(address)
    return lists[family].check(address, family)
  }
}

function parseRange(text: string): Range | Exclude<RangeProblem, 'too_wide'> {
  const [written = '', prefixText, ...more] = text.split('/')
  const address = canonicalIp(written)
  if (address === undefined) return 'not_an_address'
  const family = familyOf(address)
  // An IPv4 range written in IPv6 counts its prefix from the start of the IPv6 address.
  const shift = family === 'ipv4' && !isIPv4(written) ? 96 : 0
  const prefix = prefixText === undefined ? BITS[family] : prefixOf(prefixText) - shift
  if (more.length > 0 || !(prefix >= 0 && prefix <= BITS[family])) return 'prefix'
  return hasHostBits(address, prefix) ? 'host_bits' : { family, address, prefix }
}

function prefixOf(text: string): number {
  return /^(?:0|[1-9]\d{0,2})$/.test(text) ? Number(text) : Number.NaN
}

function hasHostBits(address: string, prefix: number): boolean {
  const size = isIPv4(address) ? 8 : 16
  const parts = isIPv4(address) ? address.split('.').map(Number) : groupsOf(address)
  return parts.some((part, i) => {
    const hostBits = Math.min(size, Math.max(0, (i + 1) * size - prefix))
    return part % 2 ** hostBits !== 0
  })
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv4(address) ? 'ipv4' : 'ipv6'
}

/** The eight groups of a canonical IPv6 address as numbers. */
function groupsOf(address: string): number[] {
  const [left = '', right = ''] = address.split('::')
  const parse = (text: string) =>
    text === '' ? [] : text.split(':').map((one) => Number.parseInt(one, 16))
  const [start, end] = [parse(left), parse(right)]
  return [...start, ...Array<number>(8 - start.length - end.length).fill(0), ...end]
}
