// The People list with ten thousand people: a database and a server of its own, a real Chromium.
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AppSettings, buildApp } from '../../server/app.ts'
import * as founding from '../../server/features/founding/queries.ts'
import type { Db } from '../../server/platform/database.ts'
import { startEmbeddedPostgres } from '../../server/platform/embedded-postgres.ts'
import { migrate } from '../../server/platform/migrate.ts'
import { hashToken, newToken } from '../../server/platform/tokens.ts'
import { seatCrowd } from '../../server/testing/crowd.ts'
import { measureDoors } from './doors.ts'
import { measureImport } from './import.ts'
import { measureScreen } from './screen.ts'

const PEOPLE = 10_000
const say = (line: string) => void process.stdout.write(`${line}\n`)

export async function run(isShort: boolean): Promise<object> {
  const folder = await mkdtemp(join(tmpdir(), 'switchboard-bench-'))
  const postgres = await startEmbeddedPostgres({ dataDir: folder, log: () => {} })
  try {
    await migrate(postgres.url)
    return await measure(postgres.url, isShort)
  } finally {
    await postgres.stop()
    for (const path of [folder, postgres.folder]) await rm(path, { recursive: true, force: true })
  }
}

async function measure(databaseUrl: string, isShort: boolean): Promise<object> {
  const settings: AppSettings = {
    databaseUrl,
    publicOrigin: undefined,
    secretKey: randomBytes(32),
    redisUrl: undefined,
    smtpUrl: undefined,
    mailFrom: 'switchboard@example.org',
    trustedProxies: [],
    visitorAllowance: 1,
    nodeName: 'bench',
    logLevel: 'error',
  }
  const app = await buildApp(settings)
  try {
    const url = await app.listen(0, '127.0.0.1')
    const { organisationId, cookie } = await moveIn(app.database.db)
    await seatCrowd(databaseUrl, organisationId, PEOPLE)
    say(`${PEOPLE} people are there`)
    const doors = await measureDoors({ url, cookie, databaseUrl, organisationId, isShort })
    say('the doors are measured')
    const { db } = app.database
    const imported = await measureImport({ url, cookie, db, organisationId, isShort })
    say('the import is measured')
    const screen = await measureScreen({ url, cookie, isShort })
    const [load] = loadavg()
    return { people: PEOPLE, cores: availableParallelism(), load, ...doors, ...imported, ...screen }
  } finally {
    await app.close()
  }
}

/** An organisation with its administrator, who is signed in. */
async function moveIn(db: Db): Promise<{ organisationId: string; cookie: string }> {
  const organisationId = randomUUID()
  await founding.found(db, { id: organisationId, name: 'Noordzee Contact', language: 'en' })
  const userId = randomUUID()
  const place = { organisationId, accountId: organisationId, role: 'administrator' } as const
  const name = { firstName: 'Hanna', lastName: 'Schulz', language: 'en' }
  await founding.appoint(db, place, {
    ...{ id: userId, email: 'hanna@noordzee.example', ...name },
    passwordHash: 'nobody signs in with a password here',
  })
  const token = newToken()
  const now = new Date()
  const session = {
    ...{ tokenHash: hashToken(token), userId, organisationId },
    ...{ createdAt: now.toISOString(), lastActiveAt: now.toISOString() },
    expiresAt: new Date(now.getTime() + 3_600_000).toISOString(),
    ...{ ip: '127.0.0.1', userAgent: 'bench' },
  }
  await db.insertInto('sessions').values(session).execute()
  return { organisationId, cookie: `sid=${token}` }
}
