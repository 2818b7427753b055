// The demo's keys between two starts: in a file of the data folder that only its owner may read.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DemoKeys } from './seed.ts'

const pathIn = (dataDir: string) => join(dataDir, 'demo.json')

export async function keepDemoKeys(dataDir: string, keys: DemoKeys): Promise<void> {
  await writeFile(pathIn(dataDir), `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600 })
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
