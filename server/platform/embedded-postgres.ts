// A PostgreSQL of our own, for whoever has none: its files live beside the rest of the data, it listens on this
// machine only, and it ends with this process.

import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { takeFileLock } from './file-lock.ts'
import { type Binaries, findBinaries } from './postgres/binaries.ts'
import { clusterUrls, prepareCluster, prepareRole } from './postgres/cluster.ts'
import { clearLeftover } from './postgres/leftover.ts'
import { findPlace, type Place } from './postgres/place.ts'
import { launchPostmaster, type Postmaster } from './postgres/postmaster.ts'
import { whoRuns } from './running.ts'

const POLL_MS = 25
const RECOVERY_NEWS_MS = 10_000
const ATTEMPTS = 10
const ATTEMPT_PAUSE_MS = 300
/** A port taken between finding and using it; the last processes of a killed PostgreSQL, about to end. */
const PASSING =
  /Address already in use|could not create any TCP\/IP sockets|pre-existing shared memory/

export type EmbeddedPostgres = {
  /** As Switchboard's role, which owns its database and nothing else. */
  url: string
  /** As the superuser, on the database `postgres`. */
  adminUrl: string
  port: number
  /** The folder with the cluster: `dataDir`, unless PostgreSQL's user could not enter it. */
  folder: string
  stop(): Promise<void>
}

export type EmbeddedPostgresOptions = {
  dataDir: string
  log: (line: string) => void
  /** `false` trades safety in a power cut for speed: for tests. */
  durable?: boolean
  /** Called when PostgreSQL ends although nobody asked it to. */
  onDeath?: (error: Error) => void
}

/**
 * Starts PostgreSQL on `dataDir`, making the database first where there is none, and recovering where the last
 * one was killed. Throws AlreadyRunning, or an Error whose message ends with PostgreSQL's own last lines.
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const place = await findPlace(options.dataDir, options.log)
  const lock = takeFileLock(join(place.folder, 'database.lock'))
  if (lock === undefined) {
    throw await whoRuns(options.dataDir)
  }
  try {
    const started = await startOn(place, options)
    return { ...started, stop: once(() => started.stop().finally(() => lock.release())) }
  } catch (error) {
    lock.release()
    throw error
  }
}

async function startOn(place: Place, options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const durable = options.durable ?? true
  const binaries = await findBinaries(place.owner)
  await clearLeftover(place.clusterDir, options.log)
  const password = await prepareCluster(place, binaries, { durable, log: options.log })
  const { postmaster, port } = await launch({
    place,
    binaries,
    durable,
    password,
    log: options.log,
  })
  const urls = clusterUrls(port, password)
  await orStop(postmaster, prepareRole(urls.adminUrl, password))
  const stop = reportDeath(postmaster, options)
  return { ...urls, port, folder: place.folder, stop }
}

type Launch = {
  place: Place
  binaries: Binaries
  durable: boolean
  password: string
  log: (line: string) => void
}

async function launch(options: Launch): Promise<{ postmaster: Postmaster; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort()
    const postmaster = await launchPostmaster({ ...options, port })
    if (await orStop(postmaster, becomesReady(postmaster, port, options))) {
      return { postmaster, port }
    }
    const last = await postmaster.lastLines()
    if (attempt === ATTEMPTS || !PASSING.test(last)) {
      throw new Error(`PostgreSQL did not start on ${options.place.clusterDir}:\n${last}`)
    }
    await sleep(ATTEMPT_PAUSE_MS)
  }
}

/** A start that fails leaves nothing running. */
async function orStop<T>(postmaster: Postmaster, step: Promise<T>): Promise<T> {
  try {
    return await step
  } catch (error) {
    await postmaster.stop()
    throw error
  }
}

/** Recovery after a crash takes as long as it takes, so only its end is awaited, and no deadline. */
async function becomesReady(
  postmaster: Postmaster,
  port: number,
  options: Launch,
): Promise<boolean> {
  const { adminUrl } = clusterUrls(port, options.password)
  let nextNews = Date.now() + RECOVERY_NEWS_MS
  while (!postmaster.hasEnded()) {
    if (await answers(adminUrl)) {
      return true
    }
    if (Date.now() > nextNews) {
      options.log('PostgreSQL is still recovering from its last, sudden end')
      nextNews = Date.now() + RECOVERY_NEWS_MS
    }
    await sleep(POLL_MS)
  }
  return false
}

async function answers(adminUrl: string): Promise<boolean> {
  const client = new Client({ connectionString: adminUrl, connectionTimeoutMillis: 5000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return true
  } catch (error) {
    if (isWrongPassword(error)) {
      throw new Error('The file database.password does not hold the password of this database', {
        cause: error,
      })
    }
    return false
  } finally {
    await client.end()
  }
}

function isWrongPassword(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '28P01'
}

function reportDeath(
  postmaster: Postmaster,
  options: EmbeddedPostgresOptions,
): () => Promise<void> {
  let isWanted = false
  void postmaster.ended.then(async () => {
    if (!isWanted) {
      options.onDeath?.(new Error(`PostgreSQL ended by itself:\n${await postmaster.lastLines()}`))
    }
  })
  return () => {
    isWanted = true
    return postmaster.stop()
  }
}

function once(act: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => {
    done ??= act()
    return done
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') {
    throw new Error('The system gave no free port')
  }
  return address.port
}
