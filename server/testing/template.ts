// One PostgreSQL for a whole run of tests, and a migrated database in it that every test file gets its own copy of.

import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { escapeIdentifier } from 'pg'
import { inject } from 'vitest'
import type { TestProject } from 'vitest/node'
import { startEmbeddedPostgres } from '../platform/embedded-postgres.ts'
import { migrate } from '../platform/migrate.ts'
import { dropAll, dropDatabase, run } from './drop-databases.ts'

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
  const name = `switchboard_test_${randomBytes(4).toString('hex')}`
  const server = await startServer(name)
  try {
    await createDatabase(server.adminUrl, name, new URL(server.url).username)
    const url = onDatabase(server.url, name)
    await migrate(url)
    return { adminUrl: server.adminUrl, url, stop: server.stop }
  } catch (error) {
    await server.stop()
    throw error
  }
}

function startServer(template: string): Promise<Running> {
  const given = process.env['TEST_DATABASE_URL'] ?? ''
  return given === '' ? startOwn() : useGiven(given, template)
}

async function useGiven(url: string, template: string): Promise<Running> {
  const forget = cleanUpAfter(url, template)
  const stop = () => dropAll(url, template).then(forget)
  return { adminUrl: url, url, stop }
}

async function startOwn(): Promise<Running> {
  const dataDir = await mkdtemp(join(tmpdir(), 'switchboard-test-'))
  const forget = cleanUpAfter(dataDir)
  const server = await startEmbeddedPostgres({ dataDir, durable: false, log: () => undefined })
  const stop = async () => {
    await server.stop()
    for (const path of [dataDir, server.folder]) {
      await rm(path, { recursive: true, force: true })
    }
    forget()
  }
  return { adminUrl: server.adminUrl, url: server.url, stop }
}

/** Sees to it that nothing stays behind, even when this process is killed. Returns how to call that off. */
function cleanUpAfter(...args: string[]): () => void {
  const program = fileURLToPath(new URL('./clean-up.ts', import.meta.url))
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  child.unref()
  return () => child.kill('SIGKILL')
}

async function createDatabase(
  adminUrl: string,
  name: string,
  owner: string,
  template = 'template0',
): Promise<void> {
  const ids = [name, owner, template].map((one) => escapeIdentifier(decodeURIComponent(one)))
  await run(adminUrl, `create database ${ids[0]} owner ${ids[1]} template ${ids[2]}`)
}

function onDatabase(url: string, name: string): string {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return changed.href
}
