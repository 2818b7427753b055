// A folder outside the checkout for what PostgreSQL's user must reach, made so that nobody but root can put
// anything into it: programs are started from here.

import { lstat, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'

export const SAFE_HOME = '/var/lib/switchboard'

const WRITABLE_BY_OTHERS = 0o022

/** Makes `SAFE_HOME/<name>` if missing. Throws if anyone but root could change it or a folder above it. */
export async function makeSafeFolder(name = ''): Promise<string> {
  const path = join(SAFE_HOME, name)
  try {
    await mkdir(path, { recursive: true, mode: 0o755 })
  } catch (error) {
    throw new Error(
      `PostgreSQL's user may not enter this folder, and ${path} cannot be made instead. ` +
        'Move the project to a folder that others may enter, or set DATABASE_URL.',
      { cause: error },
    )
  }
  await refuseUnsafe(path)
  return path
}

async function refuseUnsafe(path: string): Promise<void> {
  const found = await lstat(path)
  if (!found.isDirectory() || found.uid !== 0 || (found.mode & WRITABLE_BY_OTHERS) !== 0) {
    throw new Error(`${path} could be changed by others than root, so nothing is started from it.`)
  }
  if (path !== '/') {
    await refuseUnsafe(dirname(path))
  }
}
