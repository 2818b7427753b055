// A database and a server of their own, with one organisation and its administrator, to measure in.
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AppSettings, buildApp } from '../server/app.ts'
import * as founding from '../server/features/founding/queries.ts'
import type { Db } from '../server/platform/database.ts'
import { startEmbeddedPostgres } from '../server/platform/embedded-postgres.ts'
import { migrate } from '../server/platform/migrate.ts'
import { hashToken, newToken } from '../server/platform/tokens.ts'

export interface BenchHouse {
  url: string
  databaseUrl: string
  db: Db
  organisationId: string
  /** The administrator's, who is signed in. */
  cookie: string
}

/** Opens the house, measures in it, and takes it down again. */
export async function inOwnHouse(measure: (house: BenchHouse) => Promise<object>): Promise<object> {
  const folder = await mkdtemp(join(tmpdir(), 'switchboard-bench-'))
  const postgres = await startEmbeddedPostgres({ dataDir: folder, log: () => {} })
  try {
    await migrate(postgres.url)
    return await serving(postgres.url, measure)
  } finally {
    await postgres.stop()
    for (const path of [folder, postgres.folder]) await rm(path, { recursive: true, force: true })
  }
}

async function serving(
  databaseUrl: string,
  measure: (house: BenchHouse) => Promise<object>,
): Promise<object> {
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
    const { db } = app.database
    return await measure({ url, databaseUrl, db, ...(await moveIn(db)) })
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
