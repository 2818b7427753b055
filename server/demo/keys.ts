// The demo's keys between two starts: in a file of the data folder that only its owner may read.
import { access, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DemoKeys } from './seed.ts'

const pathIn = (dataDir: string) => join(dataDir, 'demo.json')

const markIn = (dataDir: string) => join(dataDir, 'demo.unfinished')

export async function keepDemoKeys(dataDir: string, keys: DemoKeys): Promise<void> {
  await writeFile(pathIn(dataDir), `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600 })
  await markFinished(dataDir)
}

/** Says that a demo is being made; `keepDemoKeys` ends that. */
export async function markUnfinished(dataDir: string): Promise<void> {
  await writeFile(markIn(dataDir), '')
}

export async function markFinished(dataDir: string): Promise<void> {
  await rm(markIn(dataDir), { force: true })
}

/** Whether the making of a demo was broken off: what is in the database nobody has seen. */
export function isUnfinished(dataDir: string): Promise<boolean> {
  return access(markIn(dataDir)).then(
    () => true,
    () => false,
  )
}

/** Undefined when the data folder holds no demo. */
export async function readDemoKeys(dataDir: string): Promise<DemoKeys | undefined> {
  try {
    return JSON.parse(await readFile(pathIn(dataDir), 'utf8')) as DemoKeys
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
