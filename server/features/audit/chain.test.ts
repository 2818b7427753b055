import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { audit } from '#contract/audit.ts'
import { departments } from '#contract/departments.ts'
import { roles } from '#contract/roles.ts'
import { openHouse, type Person } from '../../testing/house.ts'

const house = openHouse()
const LINES = 24
let organisationId: string
let admin: Person
let folder: string
let rows: string[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchboard-audit-'))
  organisationId = (await house.organisation('Acme')).id
  admin = await house.person({ organisationId, role: 'administrator' })
  const role = await admin.call(roles.create, {
    body: { name: 'Clerk “é” \\ \n😀'.replace('\n', '') },
  })
  for (let line = 1; line < LINES; line++)
    await admin.call(roles.change, {
      params: { id: role.id },
      body: {
        set: { 'permission.wall.view': line % 2 === 1 },
        base: { 'permission.wall.view': line - 1 },
      },
    })
  rows = await exported()
})

afterAll(() => rm(folder, { recursive: true, force: true }))

/** The rows of the file: the first is about the others. */
async function exported(): Promise<string[]> {
  const { body, headers, status } = await admin.try(audit.download)
  expect(status).toBe(200)
  expect(headers.get('content-type')).toMatch(/^application\/x-ndjson/)
  expect(headers.get('content-disposition')).toMatch(/^attachment; filename="audit-.*\.ndjson"$/)
  return String(body).trimEnd().split('\n')
}

const run = promisify(execFile)

/** What the program says of a file with these rows. */
async function verify(these: readonly string[], ...more: string[]) {
  const file = join(folder, 'audit.ndjson')
  await writeFile(file, `${these.join('\n')}\n`)
  // Somewhere else, with nothing of ours within reach.
  const program = join(import.meta.dirname, '../../../scripts/verify-audit.ts')
  return run(process.execPath, [program, file, ...more], { cwd: folder }).then(
    ({ stdout }) => ({ code: 0, said: stdout.trim() }),
    (error: { code: number; stdout: string }) => ({ code: error.code, said: error.stdout.trim() }),
  )
}

/** The numbers of lines that something said names. */
const named = (said: string) => [...said.matchAll(/line (\d+)/g)].map(([, seq]) => Number(seq))

/** A generator of the same numbers each time. */
function seeded(seed: number): Pick {
  let state = seed
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * below)
  }
}

describe('MS-15: an exported audit', () => {
  test('is found whole by a program that knows nothing of us, from any line that was seen', async () => {
    expect(rows).toHaveLength(LINES + 1)
    expect(await verify(rows)).toEqual({ code: 0, said: `${LINES} lines, chain whole` })
    const { head } = await admin.call(audit.list, { query: {} })
    expect(head?.seq).toBe(LINES)
    expect(await verify(rows, '--seen', head?.hash ?? '')).toMatchObject({ code: 0 })
  })

  test('shows any of fifty random changes, removals and moves, and where', async () => {
    const pick = seeded(7)
    const found: number[] = []
    for (let round = 0; found.length < 51; round++) {
      const spoil = SPOILS[round % SPOILS.length] ?? removed
      const these = spoil(rows, 1 + pick(LINES), pick)
      if (these.join('\n') === rows.join('\n')) continue
      const { code, said } = await verify(these)
      const first = these.findIndex((row, index) => row !== rows[index])
      expect([spoil.name, code, named(said)], said).toEqual([
        spoil.name,
        1,
        expect.arrayContaining([first === -1 ? LINES : first]),
      ])
      found.push(round)
    }
  }, 120_000)

  test('shows a chain that was made again behind a change, by a hash that was seen', async () => {
    const { head } = await admin.call(audit.list, { query: {} })
    const forged = remade(rows, 5)
    expect(await verify(forged)).toMatchObject({ code: 0 })
    const { code, said } = await verify(forged, '--seen', head?.hash ?? '')
    expect([code, said]).toEqual([1, expect.stringContaining('rewritten')])
  })

  test.each([
    ['nothing', []],
    ['something else', ['{"a":1}']],
    ['no JSON', ['hello']],
  ])('is not taken for one that is %s', async (_, these) => {
    expect((await verify(these)).code).toBe(1)
  })

  test('holds what another server adds meanwhile only in a later file', async () => {
    const [before] = await Promise.all([
      exported(),
      admin.call(departments.create, { body: { accountId: organisationId, name: 'Care' } }),
    ])
    expect(await verify(before)).toMatchObject({ code: 0 })
    expect(await verify(await exported())).toEqual({
      code: 0,
      said: `${LINES + 1} lines, chain whole`,
    })
  })
})

type Pick = (below: number) => number
type Spoil = (whole: readonly string[], at: number, pick: Pick) => string[]

const changed: Spoil = (whole, at, pick) => whole.with(at, changedAt(whole[at] ?? '', pick))
const removed: Spoil = (whole, at) => whole.toSpliced(at, 1)
const moved: Spoil = (whole, at, pick) =>
  removed(whole, at, pick).toSpliced(1 + pick(LINES), 0, whole[at] ?? '')
const SPOILS = [changed, removed, moved]

/** The row with one character of the line's text, or of one of its hashes, changed. */
function changedAt(row: string, pick: Pick): string {
  const line = JSON.parse(row) as { text: string; previous: string | null; hash: string }
  const key = (['text', 'text', 'hash', 'previous'] as const)[pick(4)] ?? 'text'
  const value = line[key] ?? '0'.repeat(64)
  const at = pick(value.length)
  const other = value[at] === '7' ? '8' : '7'
  return JSON.stringify({ ...line, [key]: value.slice(0, at) + other + value.slice(at + 1) })
}

/** The file with line `at` changed and every hash from there on made again, as a forger would. */
function remade(these: readonly string[], at: number): string[] {
  const lines = these.slice(1).map((row) => JSON.parse(row) as Record<string, string | null>)
  let previous: string | null = null
  for (const [index, line] of lines.entries()) {
    if (index === at - 1) line['text'] = (line['text'] ?? '').replace('role.change', 'role.forged')
    const hash: string = createHash('sha256')
      .update(Buffer.from(previous ?? '', 'hex'))
      .update(line['text'] ?? '')
      .digest('hex')
    Object.assign(line, { previous, hash })
    previous = hash
  }
  const header = { ...(JSON.parse(these[0] ?? '{}') as object), head: previous }
  return [header, ...lines].map((row) => JSON.stringify(row))
}
