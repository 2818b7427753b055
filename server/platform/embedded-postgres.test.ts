import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.ts'
import { AlreadyRunning, claimDataDir } from './running.ts'

const log = () => undefined
const children = new Set<ChildProcess>()
let home = ''
let dataDir = ''
let folder = ''

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'switchboard '))
  await chmod(home, 0o711)
  dataDir = join(home, 'data of ours')
})

afterAll(async () => {
  await Promise.all([...children].map(kill))
  await rm(home, { recursive: true, force: true })
  if (folder !== '') {
    await rm(folder, { recursive: true, force: true })
  }
})

/** Another server process on the same data. `first` is the first line it says: its URL, or why it did not start. */
async function another(): Promise<{ child: ChildProcess; first: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM, dataDir], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  children.add(child)
  child.once('exit', () => children.delete(child))
  for await (const first of createInterface({ input: child.stdout })) {
    return { child, first }
  }
  throw new Error('The process ended without a word')
}

const PROGRAM = `
import { startEmbeddedPostgres } from ${JSON.stringify(new URL('./embedded-postgres.ts', import.meta.url).href)}
import { claimDataDir } from ${JSON.stringify(new URL('./running.ts', import.meta.url).href)}
const dataDir = process.argv[1]
process.stdin.resume().once('close', () => process.exit())
try {
  const claim = await claimDataDir(dataDir)
  const { url } = await startEmbeddedPostgres({ dataDir, log: () => undefined })
  await claim.announce('http://localhost:4000')
  console.log(url)
  setInterval(() => undefined, 60_000)
} catch (error) {
  console.log(error.message)
}
`

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
}

async function start(): Promise<EmbeddedPostgres> {
  const started = await startEmbeddedPostgres({ dataDir, log })
  folder = started.folder
  return started
}

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query({ text: sql, rowMode: 'array' })
    return rows.flat()
  } finally {
    await client.end()
  }
}

async function answersAt(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port })
  const answers = await Promise.race([
    once(socket, 'connect').then(() => true),
    once(socket, 'error').then(
      () => false,
      () => false,
    ),
  ]).catch(() => false)
  socket.destroy()
  return answers
}

test('a new database is safe, private, and in the right alphabet', async () => {
  const database = await start()
  try {
    for (const [setting, value] of [
      ['fsync', 'on'],
      ['data_checksums', 'on'],
      ['server_encoding', 'UTF8'],
      ['max_connections', '200'],
      ['unix_socket_directories', ''],
    ]) {
      expect(await ask(database.adminUrl, `show ${setting}`), setting).toEqual([value])
    }
    expect(
      await ask(database.url, 'select rolsuper from pg_roles where rolname = current_user'),
    ).toEqual([false])
    expect(
      await ask(
        database.url,
        `select upper('ä'), datlocprovider from pg_database where datname = current_database()`,
      ),
    ).toEqual(['Ä', 'b'])
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((one) => one?.family === 'IPv4' && !one.internal)
    if (outside !== undefined) {
      expect(await answersAt(outside.address, database.port)).toBe(false)
    }
    const guess = database.url.replace(/:[0-9a-f]+@/, ':guess@')
    await expect(ask(guess, 'select 1')).rejects.toThrow('password authentication failed')
  } finally {
    await database.stop()
  }
  expect(await answersAt('127.0.0.1', database.port)).toBe(false)
})

test('what was written is there after a stop and a start', async () => {
  const first = await start()
  await ask(first.url, 'create table kept (word text)')
  await ask(first.url, `insert into kept values ('stopped')`)
  await first.stop()
  const second = await start()
  expect(await ask(second.url, 'select word from kept')).toEqual(['stopped'])
  await second.stop()
})

test('a second start is refused, and told where the first one is', async () => {
  const { child, first } = await another()
  expect(first).toMatch(/^postgres:/)
  const late = await another()
  expect(late.first).toContain(`running at http://localhost:4000 (process ${child.pid})`)
  await expect(startEmbeddedPostgres({ dataDir, log })).rejects.toThrow(AlreadyRunning)
  await expect(claimDataDir(dataDir)).rejects.toMatchObject({
    url: 'http://localhost:4000',
    pid: child.pid,
  })
  expect(await ask(first, 'select word from kept')).toEqual(['stopped'])
  await kill(child)
})

test('a killed server takes its database with it, and loses nothing', async () => {
  const { child, first } = await another()
  await ask(first, `insert into kept values ('server killed')`)
  await kill(child)
  await expect
    .poll(() => answersAt('127.0.0.1', Number(new URL(first).port)), { timeout: 10_000 })
    .toBe(false)
  const claim = await claimDataDir(dataDir)
  await claim.release()
  const next = await start()
  expect(await ask(next.url, 'select word from kept')).toEqual(['stopped', 'server killed'])
  await next.stop()
})

test('a killed database recovers all that was committed', async () => {
  const { child, first } = await another()
  await ask(first, `insert into kept values ('all killed')`)
  const postmaster = Number.parseInt(
    await readFile(join(folder, 'database', 'postmaster.pid'), 'utf8'),
    10,
  )
  process.kill(postmaster, 'SIGKILL')
  await kill(child)
  const next = await start()
  expect(await ask(next.url, 'select word from kept')).toEqual([
    'stopped',
    'server killed',
    'all killed',
  ])
  await next.stop()
})

test('a database that dies by itself is reported with its last words', async () => {
  const death = Promise.withResolvers<Error>()
  const database = await startEmbeddedPostgres({ dataDir, log, onDeath: death.resolve })
  const postmaster = Number.parseInt(
    await readFile(join(folder, 'database', 'postmaster.pid'), 'utf8'),
    10,
  )
  process.kill(postmaster, 'SIGINT')
  expect((await death.promise).message).toContain('database system is shut down')
  await database.stop()
})
