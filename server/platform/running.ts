// One Switchboard per data folder, and a second one that says where the first is.

import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { takeFileLock } from './file-lock.ts'

export type Claim = {
  /** Tells a second start where this one answers. */
  announce(url: string): Promise<void>
  release(): Promise<void>
}

type Sign = { pid: number; url?: string }

/** Somebody lives in this data folder. The message is a sentence for the terminal. */
export class AlreadyRunning extends Error {
  override readonly name = 'AlreadyRunning'
  readonly url: string | undefined
  readonly pid: number | undefined

  constructor(dataDir: string, sign: Partial<Sign>) {
    const where = sign.url === undefined ? 'already starting' : `already running at ${sign.url}`
    const who = sign.pid === undefined ? '' : ` (process ${sign.pid})`
    super(`Switchboard is ${where}${who}, with its data in ${dataDir}. Stop that one first.`)
    this.url = sign.url
    this.pid = sign.pid
  }
}

/** Makes `dataDir` if missing and holds it until `release` or the end of the process. Throws AlreadyRunning. */
export async function claimDataDir(dataDir: string): Promise<Claim> {
  await makeDataDir(dataDir)
  const lock = takeFileLock(join(dataDir, 'switchboard.lock'))
  if (lock === undefined) {
    throw await whoRuns(dataDir)
  }
  const announce = (sign: Sign) => writeSign(dataDir, sign)
  try {
    await announce({ pid: process.pid })
  } catch (error) {
    lock.release()
    throw error
  }
  return {
    announce: (url) => announce({ pid: process.pid, url }),
    release: async () => {
      await rm(signPath(dataDir), { force: true })
      lock.release()
    },
  }
}

/** The error that names whoever holds `dataDir` now. */
export async function whoRuns(dataDir: string): Promise<AlreadyRunning> {
  return new AlreadyRunning(dataDir, await readSign(dataDir))
}

/** Others may pass through the folder, as the database's own user must, but not look around in it. */
export async function makeDataDir(dataDir: string): Promise<void> {
  const made = await mkdir(dataDir, { recursive: true })
  if (made !== undefined) {
    await chmod(dataDir, 0o711)
  }
}

function signPath(dataDir: string): string {
  return join(dataDir, 'switchboard.json')
}

async function writeSign(dataDir: string, sign: Sign): Promise<void> {
  const path = signPath(dataDir)
  await writeFile(`${path}.new`, `${JSON.stringify(sign)}\n`, { mode: 0o600 })
  await rename(`${path}.new`, path)
}

async function readSign(dataDir: string): Promise<Partial<Sign>> {
  try {
    const sign: unknown = JSON.parse(await readFile(signPath(dataDir), 'utf8'))
    return typeof sign === 'object' && sign !== null ? sign : {}
  } catch {
    // The holder is between taking the lock and writing its sign: it is running, only without an address yet.
    return {}
  }
}
