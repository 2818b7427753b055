// A file of ten thousand rows, most of them of people who are there: how long looking at it takes,
// and how long it takes to say that an export of everybody changes nothing.
import { csvOf } from '../../contract/csv.ts'
import { type Import, imports } from '../../contract/imports.ts'
import { caller } from '../../server/client/http.ts'
import type { Db } from '../../server/platform/database.ts'
import { median, round } from './doors.ts'

const ROWS = 10_000
const NEW = 1_000

interface Wanted {
  url: string
  cookie: string
  db: Db
  organisationId: string
  isShort: boolean
}

export async function measureImport({ url, cookie, db, organisationId, isShort }: Wanted) {
  const { call } = caller(() => url, { cookie })
  const csv = await fileOf(db, organisationId)
  const look = (): Promise<Import> =>
    call(imports.preview, { body: { accountId: organisationId, csv, language: 'en' } })
  const times: number[] = []
  const busy: number[] = []
  let counts: Import['counts'] | undefined
  for (let turn = 0; turn < (isShort ? 2 : 5); turn++) {
    const began = performance.now()
    const used = process.cpuUsage()
    counts = (await look()).counts
    times.push(performance.now() - began)
    const { user, system } = process.cpuUsage(used)
    busy.push((user + system) / 1000)
  }
  // What the server itself worked, also on a machine that others keep busy.
  const importCpuMs = round(median(busy))
  return {
    importMs: round(median(times)),
    importFastestMs: round(Math.min(...times)),
    importCpuMs,
    ...counts,
  }
}

/** Nine in ten are changed in two fields; the rest would be invited. */
async function fileOf(db: Db, organisationId: string): Promise<string> {
  const there = await db
    .selectFrom('memberships as m')
    .innerJoin('users as u', 'u.id', 'm.userId')
    .innerJoin('accounts as a', (join) =>
      join.onRef('a.organisationId', '=', 'm.organisationId').onRef('a.id', '=', 'm.accountId'),
    )
    .select(['u.email', 'u.lastName', 'a.name'])
    .where('m.organisationId', '=', organisationId)
    .where('m.status', '=', 'active')
    .orderBy('m.id')
    .limit(ROWS - NEW)
    .execute()
  const added = Array.from({ length: ROWS - there.length }, (_, n) => `import.${n}@example.org`)
  return csvOf([
    ['E-mail', 'Last name', 'Display name', 'Account', 'Roles'],
    ...there.map(({ email, lastName, name }, n) => [email, `${lastName} ${n}`, `N ${n}`, name, '']),
    ...added.map((email, n) => [email, `New ${n}`, '', '', 'Agent']),
  ])
}
