// Makes the database's files once, and the one role and database that Switchboard uses in them.

import { createHmac, randomBytes } from 'node:crypto'
import { chown, lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'
import type { Binaries } from './binaries.ts'
import { type Owner, runAsOwner } from './owner.ts'
import type { Place } from './place.ts'

const NAME = 'switchboard'

/** Makes the cluster if there is none yet. Returns its superuser's password. */
export async function prepareCluster(
  place: Place,
  binaries: Binaries,
  options: { durable: boolean; log: (line: string) => void },
): Promise<string> {
  const isThere = await exists(join(place.clusterDir, 'PG_VERSION'))
  const password = await readPassword(place, isThere)
  if (!isThere) {
    options.log('Making the database')
    await makeCluster(place, binaries, password, options.durable)
  }
  return password
}

/** URLs of a running cluster: `url` as Switchboard's own role, `adminUrl` as the superuser. */
export function clusterUrls(port: number, password: string): { url: string; adminUrl: string } {
  const at = `127.0.0.1:${port}`
  return {
    url: `postgres://${NAME}:${rolePassword(password)}@${at}/${NAME}`,
    adminUrl: `postgres://postgres:${password}@${at}/postgres`,
  }
}

/** Makes Switchboard's role and database where missing. The role is no superuser: SQL cannot reach the machine. */
export async function prepareRole(adminUrl: string, password: string): Promise<void> {
  const client = new Client({ connectionString: adminUrl })
  await client.connect()
  try {
    const roles = await client.query('select from pg_roles where rolname = $1', [NAME])
    const verb = roles.rowCount === 0 ? 'create' : 'alter'
    await client.query(`${verb} role ${NAME} login password '${rolePassword(password)}'`)
    const databases = await client.query('select from pg_database where datname = $1', [NAME])
    if (databases.rowCount === 0) {
      await client.query(`create database ${NAME} owner ${NAME}`)
    }
  } finally {
    await client.end()
  }
}

/** Derived one way, so that who reads Switchboard's own connection string still cannot become superuser. */
function rolePassword(password: string): string {
  return createHmac('sha256', password).update(NAME).digest('hex')
}

async function readPassword(place: Place, isClusterThere: boolean): Promise<string> {
  const path = join(place.folder, 'database.password')
  if (await exists(path)) {
    return (await readFile(path, 'utf8')).trim()
  }
  if (isClusterThere) {
    throw new Error(
      `The database in ${place.clusterDir} needs its password file ${path}, which is gone.`,
    )
  }
  const password = randomBytes(24).toString('hex')
  await writeFile(path, `${password}\n`, { mode: 0o600 })
  return password
}

/** Renamed into place at the end, so that an interrupted start leaves nothing that looks like a database. */
async function makeCluster(
  place: Place,
  binaries: Binaries,
  password: string,
  durable: boolean,
): Promise<void> {
  const half = `${place.clusterDir}.new`
  const passwordFile = join(place.folder, '.password')
  await rm(half, { recursive: true, force: true })
  await mkdir(half, { mode: 0o700 })
  await rm(passwordFile, { force: true })
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600, flag: 'wx' })
  try {
    await Promise.all([give(place.owner, half), give(place.owner, passwordFile)])
    await runAsOwner(place.owner, binaries.initdb, initdbArguments(half, passwordFile, durable))
  } catch (error) {
    throw new Error(`The database could not be made in ${place.folder}: ${messageOf(error)}`, {
      cause: error,
    })
  } finally {
    await rm(passwordFile, { force: true })
  }
  await rename(half, place.clusterDir)
}

function initdbArguments(dir: string, passwordFile: string, durable: boolean): string[] {
  return [
    `--pgdata=${dir}`,
    '--username=postgres',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--data-checksums',
    '--no-instructions',
    ...(durable ? [] : ['--no-sync']),
  ]
}

async function give(owner: Owner, path: string): Promise<void> {
  if (owner !== undefined) {
    await chown(path, owner.uid, owner.gid)
  }
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
