// What an earlier life left behind: a PostgreSQL that outlived its server, or the pid file of a killed one.
// Only called while holding the cluster's lock, so whatever is found here has no living server of ours.

import { execFile } from 'node:child_process'
import { readFile, readlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const POLL_MS = 50
const FAST_STOP_MS = 30_000
const IMMEDIATE_STOP_MS = 10_000

/** Stops a PostgreSQL that still runs on `clusterDir`. Throws when it will not stop. */
export async function clearLeftover(
  clusterDir: string,
  log: (line: string) => void,
): Promise<void> {
  const pidFile = join(clusterDir, 'postmaster.pid')
  const text = await readFile(pidFile, 'utf8').catch(() => undefined)
  if (text === undefined) {
    return
  }
  const pid = Number.parseInt(text, 10)
  if (await runsOn(pid, clusterDir)) {
    log('Stopping the PostgreSQL of an earlier start')
    await stopProcess(pid, clusterDir)
  } else {
    await disownPid(pidFile, text)
  }
}

/**
 * PostgreSQL refuses to start while the pid in this file lives, even as another program that was given it since.
 * Its parent's pid it takes for a reused one. The rest of the file must stay: by it PostgreSQL finds out whether
 * processes of the dead one still hold the data.
 */
async function disownPid(pidFile: string, text: string): Promise<void> {
  const [, ...rest] = text.split('\n')
  await writeFile(pidFile, [process.pid, ...rest].join('\n'))
}

async function stopProcess(pid: number, clusterDir: string): Promise<void> {
  for (const [signal, patienceMs] of [
    ['SIGINT', FAST_STOP_MS],
    ['SIGQUIT', IMMEDIATE_STOP_MS],
  ] as const) {
    signalIfThere(pid, signal)
    const deadline = Date.now() + patienceMs
    while (Date.now() < deadline) {
      if (!(await runsOn(pid, clusterDir))) {
        return
      }
      await sleep(POLL_MS)
    }
  }
  throw new Error(`A PostgreSQL (process ${pid}) still runs on ${clusterDir} and does not stop.`)
}

function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) {
      throw error
    }
  }
}

/** Is `pid` the PostgreSQL of this very folder? A zombie is not, nor another program under a used-again pid. */
async function runsOn(pid: number, clusterDir: string): Promise<boolean> {
  if (!(pid > 0)) {
    return false
  }
  const command = await commandOf(pid)
  if (!command.includes('postgres')) {
    return false
  }
  return command.includes(`-D ${clusterDir} `) || (await folderOf(pid)) === clusterDir
}

async function commandOf(pid: number): Promise<string> {
  if (process.platform === 'linux') {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    return line.replaceAll('\0', ' ')
  }
  return promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)]).then(
    ({ stdout }) => stdout,
    () => '',
  )
}

/** PostgreSQL works inside its data folder, also when that was renamed under it. */
async function folderOf(pid: number): Promise<string> {
  return readlink(`/proc/${pid}/cwd`).catch(() => '')
}
