// PostgreSQL's first process: started, watched over, and stopped whatever happens to this process.

import { type ChildProcess, spawn } from 'node:child_process'
import { open, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Binaries } from './binaries.ts'
import { asOwner, type Owner } from './owner.ts'
import type { Place } from './place.ts'

const FAST_STOP_MS = 30_000
const IMMEDIATE_STOP_MS = 5_000
const LOG_KEPT_BYTES = 5_000_000
const LAST_LINES = 8

export type Postmaster = {
  /** Settles when it has ended, however that came about. */
  ended: Promise<void>
  hasEnded(): boolean
  /** What PostgreSQL wrote since it was started. */
  said(): Promise<string>
  /** The end of that, for an error's message. */
  lastLines(): Promise<string>
  /** Disconnects everybody, writes everything down, and ends. */
  stop(): Promise<void>
}

type Launch = { place: Place; binaries: Binaries; port: number; durable: boolean }

/** Starts PostgreSQL on `port` of 127.0.0.1. It may still refuse: see `ended` and `lastLines`. */
export async function launchPostmaster(launch: Launch): Promise<Postmaster> {
  const { place, binaries } = launch
  const logPath = join(place.folder, 'database.log')
  const from = await sizeToKeep(logPath)
  const logFile = await open(logPath, from === 0 ? 'w' : 'a', 0o600)
  const child = spawn(binaries.postgres, postgresArguments(launch), {
    ...asOwner(place.owner),
    stdio: ['ignore', logFile.fd, logFile.fd],
    // A session of its own: Ctrl-C must not stop the database before those who still write to it.
    detached: true,
  })
  child.unref()
  const gone = endOf(child)
  await logFile.close()
  const endWatch = child.pid === undefined ? undefined : watchOver(child.pid, place.owner)
  const ended = gone.then(endWatch)
  const hasEnded = () =>
    child.exitCode !== null || child.signalCode !== null || child.pid === undefined
  const said = async () => (await readFile(logPath)).subarray(from).toString('utf8')
  return {
    ended,
    hasEnded,
    said,
    lastLines: async () => (await said()).trim().split('\n').slice(-LAST_LINES).join('\n'),
    stop: () => stopChild(child, ended),
  }
}

function postgresArguments({ place, port, durable }: Launch): string[] {
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 200,
    shared_buffers: '128MB',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    password_encryption: 'scram-sha-256',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  return ['-D', place.clusterDir, ...flags]
}

/** The log goes on where it ended, until it is large. */
async function sizeToKeep(logPath: string): Promise<number> {
  const size = await stat(logPath).then(
    (found) => found.size,
    () => 0,
  )
  return size > LOG_KEPT_BYTES ? 0 : size
}

function endOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
}

/**
 * A shell that waits for our end of its pipe to close, as it does however this process ends, and then asks
 * PostgreSQL for a clean stop. Without it a killed server would leave its database running. Returns how to end it.
 */
function watchOver(pid: number, owner: Owner): () => Promise<void> {
  const watchdog = spawn('/bin/sh', ['-c', 'read -r _; kill -INT "$1"', 'sh', String(pid)], {
    ...asOwner(owner),
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  watchdog.unref()
  const pipe = watchdog.stdin
  if (pipe !== null && 'unref' in pipe && typeof pipe.unref === 'function') {
    pipe.unref()
  }
  pipe?.on('error', () => undefined)
  const gone = endOf(watchdog)
  return () => {
    watchdog.kill('SIGKILL')
    return gone
  }
}

async function stopChild(child: ChildProcess, ended: Promise<void>): Promise<void> {
  const steps = [
    ['SIGINT', FAST_STOP_MS],
    ['SIGQUIT', IMMEDIATE_STOP_MS],
  ] as const
  for (const [signal, patienceMs] of steps) {
    child.kill(signal)
    if (await endsWithin(ended, patienceMs)) {
      return
    }
  }
  child.kill('SIGKILL')
  await ended
}

async function endsWithin(ended: Promise<void>, patienceMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, patienceMs, false)
  })
  const inTime = await Promise.race([ended.then(() => true), late])
  clearTimeout(timer)
  return inTime
}
