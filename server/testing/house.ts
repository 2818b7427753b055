// A whole running house for one test file: its own database, real HTTP, real sockets.
import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll } from 'vitest'
import type { BuiltInRole } from '#contract/permissions.ts'
import { type App, type AppSettings, buildApp } from '../app.ts'
import { type Caller, caller } from '../client/http.ts'
import { type LiveClient, openLiveClient } from '../client/live.ts'
import * as accounts from '../features/accounts/queries.ts'
import * as founding from '../features/founding/queries.ts'
import * as routing from '../features/routing/queries.ts'
import type { Db } from '../platform/database.ts'
import { hashToken, newToken } from '../platform/tokens.ts'
import { createTestDatabase, type TestDatabase } from './template.ts'

/** A password that every person of the house has, and its hash, made once. */
export const PASSWORD = 'correct horse battery 7'
const PASSWORD_HASH =
  '$argon2id$v=19$m=19456,p=1,t=2$7AOuuvEKtuMaAAl57VN+EA$ziGHjcqoo6aMs+t46l2ZCI0nL0wEcbHEfQPEGxMxGB8'

export interface Person extends Caller {
  userId: string
  membershipId: string
  organisationId: string
  accountId: string
  email: string
  cookie: string
  /** Opens a socket, as a page does. Closed with the house. */
  live(): Promise<LiveClient>
}

export interface NewcomerAt {
  organisationId: string
  accountId?: string
  role: BuiltInRole
  firstName?: string
  lastName?: string
  liveLimit?: number
}

export interface House {
  readonly app: App
  readonly db: Db
  readonly url: string
  readonly databaseUrl: string
  /** Calls as nobody. */
  readonly anyone: Caller
  organisation(name?: string): Promise<{ id: string; name: string }>
  /** An account below another. */
  account(organisationId: string, name: string, parentId?: string): Promise<string>
  person(at: NewcomerAt): Promise<Person>
  visitor(token: string): Caller
  /** Another server process's worth of the same house: same database, port of its own. */
  another(): Promise<App & { url: string }>
}

/** What every server of the house is set to, unless the test says otherwise. */
const USUAL: Omit<AppSettings, 'databaseUrl' | 'nodeName' | 'secretKey'> = {
  publicOrigin: undefined,
  redisUrl: undefined,
  smtpUrl: undefined,
  mailFrom: 'switchboard@example.org',
  trustedProxies: [],
  visitorAllowance: 1,
  logLevel: process.env['TEST_LOG_LEVEL'] ?? 'error',
}

/** Opens a house before the file's tests and closes it behind them. */
export function openHouse(settings: Partial<AppSettings> = {}): House {
  let database: TestDatabase
  let first: App & { url: string }
  const opened: { close(): unknown }[] = []
  const secretKey = randomBytes(32)
  const build = async (nodeName: string) => {
    const databaseUrl = database.url
    const app = await buildApp({ ...USUAL, secretKey, databaseUrl, nodeName, ...settings })
    return Object.assign(app, { url: await app.listen(0, '127.0.0.1') })
  }
  beforeAll(async () => {
    database = await createTestDatabase()
    first = await build('node-1')
  })
  afterAll(async () => {
    for (const one of opened) await one.close()
    await first?.close()
    await database?.drop()
  })
  const url = () => first.url
  return {
    get app() {
      return first
    },
    get db() {
      return first.database.db
    },
    get url() {
      return first.url
    },
    get databaseUrl() {
      return database.url
    },
    anyone: caller(url),
    visitor: (token) => caller(url, { token }),
    organisation: (name) => foundOne(first.database.db, name),
    account: (organisationId, name, parentId) =>
      openAccount(first.database.db, organisationId, name, parentId),
    person: (at) => moveIn(first.database.db, url, at, opened),
    async another() {
      const app = await build(`node-${opened.length + 2}`)
      opened.push(app)
      return app
    },
  }
}

async function foundOne(db: Db, name = `Organisation ${randomUUID().slice(0, 8)}`) {
  const id = randomUUID()
  await founding.found(db, { id, name, language: 'en' })
  return { id, name }
}

async function openAccount(
  db: Db,
  organisationId: string,
  name: string,
  parentId = organisationId,
): Promise<string> {
  const id = randomUUID()
  const kind = 'group'
  await accounts.insert(db, { organisationId, id, parentId, kind, name, language: 'en' })
  return id
}

async function moveIn(
  db: Db,
  url: () => string,
  at: NewcomerAt,
  opened: { close(): unknown }[],
): Promise<Person> {
  const { organisationId, accountId = organisationId, role } = at
  const userId = randomUUID()
  const email = `${role}.${userId.slice(0, 8)}@example.org`
  const person = {
    id: userId,
    email,
    firstName: at.firstName ?? 'Ada',
    lastName: at.lastName ?? `Verbeek ${userId.slice(0, 4)}`,
    language: 'en',
    passwordHash: PASSWORD_HASH,
  }
  const { membershipId } = await founding.appoint(db, { organisationId, accountId, role }, person)
  if (role === 'agent' || role === 'tester' || role === 'supervisor')
    await routing.registerOperator(db, {
      organisationId,
      userId,
      live: at.liveLimit ?? 3,
      deferred: 5,
    })
  const cookie = await sessionCookie(db, organisationId, userId)
  const calls = caller(url, { cookie })
  const live = async () => {
    const { snapshot: fetchSnapshot } = calls
    const client = await openLiveClient({ url: url(), namespace: '/team', cookie, fetchSnapshot })
    opened.unshift(client)
    return client
  }
  return { ...calls, userId, membershipId, organisationId, accountId, email, cookie, live }
}

async function sessionCookie(db: Db, organisationId: string, userId: string): Promise<string> {
  const token = newToken()
  const now = new Date()
  await db
    .insertInto('sessions')
    .values({
      tokenHash: hashToken(token),
      userId,
      organisationId,
      createdAt: now.toISOString(),
      lastActiveAt: now.toISOString(),
      expiresAt: new Date(now.getTime() + 12 * 3_600_000).toISOString(),
      ip: '127.0.0.1',
      userAgent: 'test',
    })
    .execute()
  return `sid=${token}`
}
