// The bus over what really carries it: PostgreSQL's notifications and a real Redis.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../testing/template.ts'
import { type Bus, type OpenCarrier, openBus } from './bus.ts'
import { type Database, openDatabase } from './database.ts'
import { postgresCarrier } from './postgres-carrier.ts'
import { redisCarrier } from './redis-carrier.ts'

const opened: Bus[] = []
afterAll(async () => {
  for (const bus of opened) await bus.close()
})

function openOne(carrier: OpenCarrier) {
  const bus = openBus(carrier, () => {})
  opened.push(bus)
  const heard: string[] = []
  const signs: unknown[] = []
  bus.onWake((topics) => heard.push(...topics))
  bus.onSign((sign) => signs.push(sign))
  return { bus, heard, signs }
}

async function until(what: () => boolean, ms = 5_000): Promise<void> {
  const late = performance.now() + ms
  while (!what() && performance.now() < late) await pause(10)
  expect(what()).toBe(true)
}

/** Speaks until the other hears: a listener may still be connecting. */
async function speakUntilHeard(one: ReturnType<typeof openOne>, other: ReturnType<typeof openOne>) {
  await until(() => {
    one.bus.wake('news')
    return other.heard.includes('news')
  })
}

describe('over PostgreSQL', () => {
  let database: TestDatabase
  let connection: Database
  beforeAll(async () => {
    database = await createTestDatabase()
    connection = openDatabase(database.url, { max: 2 })
  })
  afterAll(async () => {
    await connection.close()
    await database.drop()
  })
  const carrier = () => postgresCarrier(database.url, connection.pool, () => {})

  test('a wake on one server is heard on both, a sign too', async () => {
    const [one, other] = [openOne(carrier()), openOne(carrier())]
    await speakUntilHeard(one, other)
    expect(one.heard).toContain('news')
    one.bus.sign({ kind: 'typing' })
    await until(() => other.signs.length === 1 && one.signs.length === 1)
  })

  test('a listener whose connection is killed listens again', async () => {
    const [one, other] = [openOne(carrier()), openOne(carrier())]
    await speakUntilHeard(one, other)
    const kill = `select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'switchboard-bus' and datname = current_database()`
    await connection.pool.query(kill)
    other.heard.length = 0
    await speakUntilHeard(one, other)
  })
})

/** Where redis-server is; an empty path: it cannot be had here. */
const REDIS = process.env['REDIS_SERVER'] ?? '/usr/bin/redis-server'

describe.skipIf(!existsSync(REDIS))('over Redis', () => {
  test('a wake is heard across, nothing breaks while Redis is away, and it is heard again after', async () => {
    const port = await freePort()
    const carrier = () => redisCarrier(`redis://127.0.0.1:${port}`, () => {})
    const stop = await startRedis(port)
    const [one, other] = [openOne(carrier()), openOne(carrier())]
    await speakUntilHeard(one, other)
    await stop()
    one.bus.wake('unheard')
    await until(() => one.heard.includes('unheard'))
    other.heard.length = 0
    const stopAgain = await startRedis(port)
    await speakUntilHeard(one, other)
    await stopAgain()
  })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function startRedis(port: number): Promise<() => Promise<void>> {
  const options = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
  ]
  const child = spawn(REDIS, options, { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk
  })
  await until(() => said.includes('Ready to accept connections'))
  return async () => {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
}
