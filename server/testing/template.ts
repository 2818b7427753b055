// One PostgreSQL for a whole run of tests, and a migrated database in it that every test file gets its own copy of.

import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, escapeIdentifier } from 'pg'
import { inject } from 'vitest'
import type { TestProject } from 'vitest/node'
import { startEmbeddedPostgres } from '../platform/embedded-postgres.ts'
import { migrate } from '../platform/migrate.ts'

export type TestDatabase = { url: string; drop(): Promise<void> }

/** `adminUrl` may make databases; `url` is the template's, as the role that the tests' databases belong to. */
type Template = { adminUrl: string; url: string }

type Running = Template & { stop(): Promise<void> }

/** Every project of a run loads this file anew, and they share one PostgreSQL. */
type Shared = { running: Promise<Running>; users: number }

declare module 'vitest' {
  interface ProvidedContext {
    template: Template
  }
}

declare global {
  var switchboardTests: Shared | undefined
}

/** Vitest calls this once per project, before its first test; what it returns, after the last. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  globalThis.switchboardTests ??= { running: start(), users: 0 }
  const shared = globalThis.switchboardTests
  shared.users++
  const { adminUrl, url } = await shared.running
  project.provide('template', { adminUrl, url })
  return async () => {
    shared.users--
    if (shared.users === 0) {
      globalThis.switchboardTests = undefined
      await (await shared.running).stop()
    }
  }
}

/** A new database with all tables and no rows, copied from the template in some tens of milliseconds. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { adminUrl, url } = inject('template')
  const source = new URL(url)
  const template = source.pathname.slice(1)
  const name = `${template}_${randomBytes(6).toString('hex')}`
  await createDatabase(adminUrl, name, source.username, template)
  return { url: onDatabase(url, name), drop: () => dropDatabase(adminUrl, name) }
}

async function start(): Promise<Running> {
  const server = await startServer()
  const name = `switchboard_test_${randomBytes(4).toString('hex')}`
  try {
    await createDatabase(server.adminUrl, name, new URL(server.url).username)
    const url = onDatabase(server.url, name)
    await migrate(url)
    return {
      adminUrl: server.adminUrl,
      url,
      stop: () => dropAll(server.adminUrl, name).finally(server.stop),
    }
  } catch (error) {
    await server.stop()
    throw error
  }
}

async function startServer(): Promise<Running> {
  const given = process.env['TEST_DATABASE_URL']
  if (given !== undefined && given !== '') {
    return { adminUrl: given, url: given, stop: async () => undefined }
  }
  const dataDir = await mkdtemp(join(tmpdir(), 'switchboard-test-'))
  const server = await startEmbeddedPostgres({ dataDir, durable: false, log: () => undefined })
  const stop = async () => {
    await server.stop()
    await Promise.all(
      [dataDir, server.folder].map((path) => rm(path, { recursive: true, force: true })),
    )
  }
  return { adminUrl: server.adminUrl, url: server.url, stop }
}

async function createDatabase(
  adminUrl: string,
  name: string,
  owner: string,
  template = 'template0',
) {
  const words = [name, owner, template].map((word) => escapeIdentifier(decodeURIComponent(word)))
  await run(adminUrl, `create database ${words[0]} owner ${words[1]} template ${words[2]}`)
}

/** Also when somebody is still connected to it. */
async function dropDatabase(adminUrl: string, name: string): Promise<void> {
  await run(adminUrl, `drop database if exists ${escapeIdentifier(name)} with (force)`)
}

/** The template, and the copies of it that no test dropped. */
async function dropAll(adminUrl: string, template: string): Promise<void> {
  const rows = await run(
    adminUrl,
    'select datname from pg_database where starts_with(datname, $1)',
    [template],
  )
  for (const { datname } of rows) {
    await dropDatabase(adminUrl, datname)
  }
}

async function run(
  url: string,
  sql: string,
  values: string[] = [],
): Promise<{ datname: string }[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<{ datname: string }>(sql, values)).rows
  } finally {
    await client.end()
  }
}

function onDatabase(url: string, name: string): string {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return changed.href
}
