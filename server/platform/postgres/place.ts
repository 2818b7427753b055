// Where the database's files are. Beside the rest of the data, unless PostgreSQL's own user may not go there.

import { randomBytes } from 'node:crypto'
import { chmod, lstat, readFile, realpath, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeDataDir } from '../running.ts'
import { findOwner, type Owner, runAsOwner } from './owner.ts'
import { makeSafeFolder, SAFE_HOME } from './safe-folder.ts'

export type Place = { folder: string; clusterDir: string; owner: Owner }

/** The folder for the cluster of `dataDir` (absolute, without links) and the user it runs as. Throws when that user cannot reach its data. */
export async function findPlace(dataDir: string, log: (line: string) => void): Promise<Place> {
  await makeDataDir(dataDir)
  const home = await realpath(dataDir)
  const moved = await readPointer(home)
  const folder = moved ?? home
  const place = await placeIn(folder)
  if (await mayEnter(place.owner, folder)) {
    return place
  }
  if (moved !== undefined || (await exists(place.clusterDir))) {
    throw new Error(
      `The database in ${place.clusterDir} belongs to uid ${place.owner?.uid}, who may no longer enter that folder. ` +
        'Let others pass through the folders above it again (chmod o+x).',
    )
  }
  return placeElsewhere(home, log)
}

async function placeIn(folder: string): Promise<Place> {
  const clusterDir = join(folder, 'database')
  return { folder, clusterDir, owner: await findOwner(clusterDir) }
}

async function placeElsewhere(home: string, log: (line: string) => void): Promise<Place> {
  // Not named after the checkout: a new one under an old path must not find the old one's data.
  const folder = await makeSafeFolder(randomBytes(8).toString('hex'))
  await writeFile(pointerPath(home), `${folder}\n`)
  log(`PostgreSQL's user may not enter ${home}: the database is kept in ${folder}`)
  return placeIn(folder)
}

function pointerPath(home: string): string {
  return join(home, 'database.location')
}

async function readPointer(home: string): Promise<string | undefined> {
  const text = await readFile(pointerPath(home), 'utf8').catch(() => undefined)
  if (text === undefined) {
    return undefined
  }
  const folder = text.trim()
  if (!folder.startsWith(`${SAFE_HOME}/`) || !(await exists(folder))) {
    throw new Error(
      `${pointerPath(home)} says that the database is in ${folder}, which is not there. ` +
        'Bring that folder back, or remove the file to begin with an empty database.',
    )
  }
  return realpath(folder)
}

/** Asked of the system itself: modes, lists of rights and mounts all have a say. */
async function mayEnter(owner: Owner, folder: string): Promise<boolean> {
  if (owner === undefined) {
    return true
  }
  const { uid, mode } = await lstat(folder)
  if (uid === 0 && (mode & 0o001) === 0) {
    await chmod(folder, (mode & 0o777) | 0o011)
  }
  return runAsOwner(owner, '/bin/sh', ['-c', 'cd "$1"', 'sh', folder]).then(
    () => true,
    () => false,
  )
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined
}
