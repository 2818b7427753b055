// A lock that dies with its holder. Node offers no flock; SQLite's exclusive lock is one that the kernel
// releases however the process ends, so there is no stale file to judge and no reused pid to be fooled by.

import { closeSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

const SQLITE_BUSY = 5

export type FileLock = { release(): void }

/** Takes the lock at `path` (made if missing). `undefined`: a living process holds it. Throws when the file cannot be opened. */
export function takeFileLock(path: string): FileLock | undefined {
  makePrivate(path)
  const file = new DatabaseSync(path, { timeout: 0 })
  try {
    file.exec('pragma journal_mode = memory')
    file.exec('begin exclusive')
  } catch (error) {
    file.close()
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) {
      return undefined
    }
    throw new Error(`The file ${path} cannot be locked`, { cause: error })
  }
  return { release: () => file.close() }
}

/** Whoever may read the file could hold it. It is never opened once there: closing it would drop a lock of our own. */
function makePrivate(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
      throw error
    }
  }
}
