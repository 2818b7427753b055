// Reads an exported audit and says whether its chain is whole: `node verify-audit.ts <file>`.
// It needs nothing but Node, so that whoever has the file and this page can judge it.
//
// The file is NDJSON. First { format, version, organisation, lines, head }, then one object for each
// line: { text, previous, hash }. A line's hash is the SHA-256 of the hash before it (its 32 bytes;
// nothing for the first) followed by the text in UTF-8, both in hexadecimal. The text is a JSON
// array: organisation, number, time, actor, action, subject, id, before, after, address, request.
//
// Whoever can rewrite the whole chain can make another that is whole. `--seen <hash>` finds that:
// give a hash that was noted when the chain ended there.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'

interface Line {
  text: string
  previous: string | null
  hash: string
}

interface Header {
  organisation: string
  lines: number
  head: string | null
}

class Broken extends Error {}

const HASH = /^[0-9a-f]{64}$/

function parsed(row: string, at: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(row)
    if (typeof value === 'object' && value !== null) return { ...value }
  } catch {
    throw new Broken(`${at} cannot be read`)
  }
  throw new Broken(`${at} cannot be read`)
}

function headerOf(row: string): Header {
  const { format, version, organisation, lines, head } = parsed(row, 'the first line of the file')
  const isOurs = format === 'switchboard-audit' && version === 1
  if (!isOurs || typeof organisation !== 'string' || typeof lines !== 'number')
    throw new Broken('this is no exported audit')
  return { organisation, lines, head: typeof head === 'string' ? head : null }
}

function lineOf(row: string, expected: number): Line {
  const { text, previous, hash } = parsed(row, `line ${expected}`)
  const isWhole =
    typeof text === 'string' &&
    typeof hash === 'string' &&
    HASH.test(hash) &&
    (previous === null || typeof previous === 'string')
  if (!isWhole) throw new Broken(`line ${expected} is not as it was written`)
  return { text, previous, hash }
}

/** The number that the line was given, and whose chain it is of. */
function placeOf(text: string, expected: number): [organisation: unknown, seq: unknown] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Broken(`line ${expected} was changed`)
  }
  return Array.isArray(value) ? [value[0], value[1]] : [undefined, undefined]
}

function mustFollow(line: Line, before: string | null, expected: number, header: Header): void {
  const { text, previous, hash } = line
  const [organisation, seq] = placeOf(text, expected)
  const again = createHash('sha256')
    .update(Buffer.from(previous ?? '', 'hex'))
    .update(text, 'utf8')
    .digest('hex')
  if (again !== hash) throw new Broken(`line ${expected} was changed`)
  if (organisation !== header.organisation)
    throw new Broken(`line ${String(seq)} is of another organisation`)
  if (seq !== expected)
    throw new Broken(`line ${expected} is missing or was moved: line ${String(seq)} stands there`)
  if (previous !== before)
    throw new Broken(`line ${expected} does not follow from line ${expected - 1}`)
}

async function verify(file: string, seen: string | undefined): Promise<number> {
  let header: Header | undefined
  let before: string | null = null
  let count = 0
  let isSeen = seen === undefined
  for await (const row of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    if (header === undefined) {
      header = headerOf(row)
      continue
    }
    const line = lineOf(row, count + 1)
    mustFollow(line, before, count + 1, header)
    before = line.hash
    count += 1
    isSeen ||= line.hash === seen
  }
  if (header === undefined) throw new Broken('the file is empty')
  if (count < header.lines)
    throw new Broken(`line ${count + 1} is missing: the file ends before it`)
  if (count > header.lines || before !== header.head)
    throw new Broken(`the chain ends in another line than it says: ${count} of ${header.lines}`)
  if (!isSeen) throw new Broken('no line has the hash that was seen: the chain was rewritten')
  return count
}

const [file, flag, seen] = process.argv.slice(2)
if (file === undefined || (flag !== undefined && (flag !== '--seen' || seen === undefined))) {
  process.stderr.write('node verify-audit.ts <file> [--seen <hash>]\n')
  process.exit(2)
}
try {
  process.stdout.write(`${await verify(file, seen)} lines, chain whole\n`)
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
