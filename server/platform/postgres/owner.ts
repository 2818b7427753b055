// The operating system's user that PostgreSQL runs as. It refuses to run as root, so root lends it another user.

import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)
const USER = 'postgres'

/** `undefined`: PostgreSQL runs as the very user that this process runs as. */
export type Owner = { uid: number; gid: number } | undefined

/** Nothing of the caller's PG* variables, locale or time zone may leak into the database. */
const ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', TZ: 'UTC' }

/** What every child needs: the owner's rights, and a working folder that the owner may enter. */
export function asOwner(owner: Owner): {
  cwd: string
  env: NodeJS.ProcessEnv
  uid?: number
  gid?: number
} {
  return { cwd: '/', env: ENVIRONMENT, ...owner }
}

/** Runs a program to its end as the owner. Throws with the program's own last words. */
export async function runAsOwner(owner: Owner, program: string, args: string[]): Promise<void> {
  try {
    await run(program, args, asOwner(owner))
  } catch (error) {
    throw new Error(lastWords(error), { cause: error })
  }
}

/** Whom the cluster belongs to; for a new cluster under root, the `postgres` user, made if missing. */
export async function findOwner(clusterDir: string): Promise<Owner> {
  const here = process.getuid?.()
  const existing = await stat(clusterDir).catch(() => undefined)
  if (here !== 0) {
    if (existing !== undefined && here !== undefined && existing.uid !== here) {
      throw new Error(
        `The database in ${clusterDir} belongs to another user (uid ${existing.uid}). ` +
          'Start Switchboard as the user who first started it.',
      )
    }
    return undefined
  }
  if (existing !== undefined && existing.uid !== 0) {
    return { uid: existing.uid, gid: existing.gid }
  }
  return (await findUser()) ?? (await makeUser())
}

async function findUser(): Promise<Owner> {
  try {
    const [uid, gid] = await Promise.all(
      ['-u', '-g'].map((flag) => run('id', [flag, USER], { env: ENVIRONMENT })),
    )
    return { uid: Number(uid?.stdout), gid: Number(gid?.stdout) }
  } catch {
    return undefined
  }
}

async function makeUser(): Promise<Owner> {
  try {
    await run('groupadd', ['--system', '--force', USER], { env: ENVIRONMENT })
    const home = ['--no-create-home', '--home-dir', '/nonexistent', '--shell', '/usr/sbin/nologin']
    await run('useradd', ['--system', '--gid', USER, ...home, USER], { env: ENVIRONMENT })
  } catch (error) {
    throw new Error(
      `PostgreSQL does not run as root, and the user "${USER}" could not be made for it: ${lastWords(error)}. ` +
        'Start Switchboard as an ordinary user, or set DATABASE_URL.',
      { cause: error },
    )
  }
  return findUser()
}

/** The end of what a failed program printed, or else what the system said. */
function lastWords(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'stderr' in error && error.stderr !== '') {
    return String(error.stderr).trim().split('\n').slice(-8).join('\n')
  }
  return error instanceof Error ? error.message : String(error)
}
